/* Public intake: the point on the map from the device, and printing; without this file both are done by hand. */
(function () {
  'use strict';
  const button = document.querySelector('[data-posisi]');
  if (button && navigator.geolocation) {
    const told = document.querySelector('[data-posisi-kabar]');
    const put = (name, degrees) => { document.getElementById(name).value = degrees.toFixed(6).replace('.', ','); };
    button.addEventListener('click', () => {
      told.textContent = '';
      navigator.geolocation.getCurrentPosition(
        (found) => {
          put('location.lat', found.coords.latitude);
          put('location.lon', found.coords.longitude);
        },
        () => { told.textContent = told.dataset.gagal; },
        { enableHighAccuracy: true, timeout: 15000 }
      );
    });
  }
  document.querySelectorAll('[data-cetak]').forEach((one) => one.addEventListener('click', () => window.print()));
  document.querySelectorAll('[data-salin]').forEach((one) => one.addEventListener('click', async () => {
    const text = document.getElementById(one.dataset.salin);
    try {
      await navigator.clipboard.writeText(text.textContent);
      one.textContent = one.dataset.tersalin;
    } catch (error) {
      getSelection().selectAllChildren(text); // no clipboard on a plain address: it is selected for Ctrl+C
    }
  }));
})();
