/* Intake: complaints that are there already are looked for while title, text, category or place are being filled in. */
(function () {
  'use strict';
  const place = document.querySelector('[data-serupa]');
  if (!place) return;
  const form = place.closest('form');
  const asked = ['title', 'body', 'category', 'location.district', 'location.village'];
  const pause = 700;
  let timer;
  let last = '';

  async function look() {
    const data = new URLSearchParams();
    asked.forEach((name) => data.set(name, form.elements[name].value));
    const wanted = String(data);
    if (data.get('title').trim().length < 4 || wanted === last) return;
    last = wanted;
    data.set('csrf_token', form.elements.csrf_token ? form.elements.csrf_token.value : '');
    try {
      const answer = await fetch(place.dataset.serupa, { method: 'POST', body: data });
      // A session that has ended answers with the login page: then there is no hint. An answer to words that have
      // changed since is out of date.
      if (answer.ok && !answer.redirected && last === wanted) place.innerHTML = await answer.text();
    } catch (error) {
      if (last === wanted) last = ''; // away for a moment: asked again at the next letter
    }
  }
  form.addEventListener('input', (event) => {
    if (!asked.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
  form.addEventListener('submit', () => clearTimeout(timer));
})();
