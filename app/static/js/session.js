/* On every page: whose drafts this tab keeps, and a word before the sign-in ends. */
(function () {
  'use strict';
  const root = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const texts = JSON.parse(root.dataset.kata || '{}');

  // Drafts live in the tab only (forms.js writes them); storage may be closed.
  function drafts() {
    try { return Object.keys(sessionStorage).filter((key) => key.startsWith('draf ')); } catch (error) { return []; }
  }
  const isSent = (key) => (JSON.parse(sessionStorage.getItem(key)) || {}).terkirim;
  // A form that did its work left its notice on the page that follows; what failed keeps its draft.
  if (one('main .note.ok, main [data-berhasil]')) drafts().filter(isSent).forEach((key) => sessionStorage.removeItem(key));
  // Whoever signs in next in this tab is not to find them.
  const person = one('meta[name=petugas]');
  if (person) drafts().filter((key) => !key.startsWith('draf ' + person.content + ' ')).forEach((key) => sessionStorage.removeItem(key));

  // The sign-in ends by itself: said five minutes ahead, and one press keeps it. Other tabs that work keep it too.
  const ends = Number(root.dataset.sesi || 0);
  const bar = one('#sesi');
  if (ends && bar) {
    const AHEAD = 5 * 60;
    let until = Date.now() + ends * 1000;
    const left = () => Math.round((until - Date.now()) / 1000);
    const tell = () => {
      bar.hidden = left() > AHEAD;
      if (bar.hidden) return;
      const over = left() <= 0;
      one('p', bar).textContent = over ? texts.sesi_habis : texts.sesi_akan.replace('{n}', Math.max(1, Math.ceil(left() / 60)));
      one('button', bar).hidden = over;
      one('a', bar).hidden = !over;
    };
    one('button', bar).addEventListener('click', async () => {
      const answer = await fetch('/kabar').catch(() => null);
      if (answer && answer.ok && answer.headers.get('X-Sesi')) until = Date.now() + Number(answer.headers.get('X-Sesi')) * 1000;
      tell();
    });
    setInterval(tell, 15000);
    tell();
  }
})();
