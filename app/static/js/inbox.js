/* The inbox: ticking rows, and hearing that something new waits. Without this file the page is read anew and the bar with
   what can be done together always stands there. */
(function () {
  'use strict';
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

  // Ticked rows: the bar shows only while there are any, and says how many.
  const bar = one('#pilihan');
  const boxes = bar ? all('input[name=pilih]') : [];
  if (bar) {
    const whole = one('[data-pilih-semua]');
    const every = whole && one('input', whole);
    const tell = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      bar.hidden = ticked === 0;
      one('[data-terpilih]', bar).textContent = bar.dataset.pilihan.replace('{n}', ticked);
      boxes.forEach((box) => box.closest('tr').classList.toggle('sel', box.checked));
      if (!every) return;
      every.checked = ticked > 0 && ticked === boxes.length;
      every.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    one('[data-batal]', bar).hidden = false;
    bar.addEventListener('reset', () => setTimeout(tell));
    boxes.forEach((box) => box.addEventListener('change', tell));
    if (every && boxes.length) {
      whole.hidden = false;
      every.addEventListener('change', () => {
        boxes.forEach((box) => { box.checked = every.checked; });
        tell();
      });
    }
    document.addEventListener('keydown', (event) => {
      const row = document.activeElement.closest('.kotak tr');
      const off = document.documentElement.dataset.pintasan === 'off';
      if (event.key !== 'x' || event.ctrlKey || event.metaKey || event.altKey || off || !row) return;
      const box = one('input[name=pilih]', row);
      if (!box || /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) return;
      box.checked = !box.checked;
      tell();
    });
    window.addEventListener('pageshow', tell);
    tell();
  }

  // What is new is told and waits for a click: rows never move under the pointer.
  const news = one('[data-kabar]');
  async function ask() {
    if (document.hidden) return;
    const answer = await fetch(news.dataset.kabar, { headers: { Accept: 'application/json', 'X-Sendiri': '1' } });
    if (!answer.ok || answer.redirected) return;
    const told = await answer.json();
    if (!told.count) return;
    one('span', news).textContent = told.text;
    news.hidden = false;
  }
  // A server that is away for a while is asked again in a minute; the page stays as it is.
  if (news) setInterval(() => ask().catch(() => undefined), Number(news.dataset.tiap || 60) * 1000);
})();
