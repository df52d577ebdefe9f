/* Reports in the works: their list is asked for anew every few seconds until none is left. Without this file a link does it. */
(function () {
  'use strict';
  const place = document.querySelector('[data-pekerjaan]');
  if (!place) return;
  const pause = Number(place.dataset.tiap) * 1000;
  const busy = () => place.querySelector('[data-berjalan]') !== null;
  async function look() {
    if (document.hidden || place.contains(document.activeElement)) return; // no button moves under a finger
    const answer = await fetch(place.dataset.pekerjaan, { headers: { 'X-Sendiri': '1' } });
    // A session that has ended answers with the login page.
    if (!answer.ok || answer.redirected) return;
    place.innerHTML = await answer.text();
    if (busy()) return;
    clearInterval(timer);
    const spoken = document.getElementById('siaran');
    const newest = place.querySelector('li > span');
    if (spoken && newest) spoken.textContent = newest.textContent;
  }
  const timer = busy() ? setInterval(() => look().catch(() => undefined), pause) : 0;
})();
