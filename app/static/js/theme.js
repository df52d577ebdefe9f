// Runs before the first paint so that a chosen dark page does not flash white. Storage may be closed: then the system decides.
(function () {
  'use strict';
  try {
    var chosen = localStorage.getItem('tema');
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
    if (localStorage.getItem('pintasan') === 'off') document.documentElement.dataset.pintasan = 'off';
  } catch (error) {
    document.documentElement.dataset.theme = 'auto';
  }
})();
