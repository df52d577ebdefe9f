/* Intake: complaints that are there already are looked for while title, text, category or place are being filled in. */
(function () {
  'use strict';
  const place = document.querySelector('[data-serupa]');
  if (!place || !window.fetch || !window.AbortController) return;
  const form = place.closest('form');
  const asked = ['title', 'body', 'category', 'location.district', 'location.village'];
  const pause = 700;
  let timer, running, last = '';

  function typed() {
    const data = new URLSearchParams();
    asked.forEach((name) => data.set(name, form.elements[name].value));
    return data;
  }
  async function look() {
    const data = typed();
    if (data.get('title').trim().length < 4 || String(data) === last) return;
    last = String(data);
    if (running) running.abort();
    running = new AbortController();
    data.set('csrf_token', form.elements.csrf_token ? form.elements.csrf_token.value : '');
    try {
      const answer = await fetch(place.dataset.serupa, { method: 'POST', body: data, signal: running.signal });
      // A session that has ended answers with the login page: then there is no hint.
      if (answer.ok && !answer.redirected) place.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== 'AbortError') last = ''; // away for a moment: asked again at the next letter
    }
  }
  form.addEventListener('input', (event) => {
    if (!asked.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
})();
