/* A paper that is being drawn: its state is asked for every two seconds, and the page comes again once it has changed. */
(function () {
  'use strict';
  const place = document.querySelector('[data-tunggu]');
  if (!place) return;
  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.tunggu);
      if (answer.ok && !answer.redirected && (await answer.text()) === place.dataset.keadaan) return setTimeout(ask, 2000);
      window.location.reload();
    } catch (error) {
      setTimeout(ask, 5000); // away for a moment
    }
  };
  setTimeout(ask, 1000);
})();
