/* Progressive enhancement only: every page works without this file.
   No inline handlers, no eval, no inline style. Texts come from the page (data-teks on <html>), so that both languages work. */
(function () {
  'use strict';
  const root = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

  // Theme: follows the system until the user chooses; the choice is kept on this device.
  function isDark() {
    if (root.dataset.theme !== 'auto') return root.dataset.theme === 'dark';
    return matchMedia('(prefers-color-scheme: dark)').matches;
  }
  all('[data-tema]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      try {
        localStorage.setItem('tema', root.dataset.theme);
      } catch (error) {
        button.removeAttribute('title'); // storage is closed: the choice lasts as long as this page
      }
    });
  });

  // Double-submit guard: the first submit wins and the button says what is happening.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'dialog' || form.hasAttribute('data-unduh')) return;
    if (form.dataset.terkirim) {
      event.preventDefault();
      return;
    }
    // A preview in a new tab leaves this page as it is.
    if (((event.submitter && event.submitter.formTarget) || form.target) === '_blank') return;
    form.dataset.terkirim = '1';
    all('button[type=submit]', form).forEach((button) => {
      button.setAttribute('aria-disabled', 'true');
      if (!button.dataset.sibuk) return;
      button.dataset.teks = button.textContent;
      button.textContent = button.dataset.sibuk;
    });
  });
  // A page that comes back from the browser's cache must be usable again.
  window.addEventListener('pageshow', () => {
    all('form[data-terkirim]').forEach((form) => delete form.dataset.terkirim);
    all('button[aria-disabled=true]').forEach((button) => {
      button.removeAttribute('aria-disabled');
      if (button.dataset.teks) button.textContent = button.dataset.teks;
    });
  });

  // Buttons whose question or sheet only a script can show appear only where it can.
  all('[data-perlu-js]').forEach((button) => { button.hidden = false; });

  // Dialogs; acting.js opens those that ask about a form.
  all('[data-buka]:not([name=ask])').forEach((button) => {
    button.addEventListener('click', (event) => {
      const dialog = document.getElementById(button.dataset.buka);
      if (!dialog || !dialog.showModal) return;
      event.preventDefault();
      dialog.showModal();
    });
  });
  all('[data-tutup]').forEach((button) => button.addEventListener('click', () => button.closest('dialog').close()));

  // Small menus close when the work goes on elsewhere.
  const menus = all('details.menu-kecil');
  document.addEventListener('click', (event) => menus.forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener('keydown', (event) => {
    const open = event.key === 'Escape' && menus.find((menu) => menu.open);
    if (!open) return;
    open.open = false;
    one('summary', open).focus();
  });

  // Keyboard: single letters only when the user has them on (WCAG 2.1.4) and not while typing.
  function moveRow(step) {
    const rows = all('.kotak .jdl');
    const current = rows.indexOf(document.activeElement);
    const next = current < 0 ? rows[0] : rows[current + step];
    if (next) next.focus();
  }
  let before = '';
  document.addEventListener('keydown', (event) => {
    const typing = /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey || typing || root.dataset.pintasan === 'off') return;
    const search = one('#cari');
    const help = one('#pintasan');
    if (event.key === '/' && search) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === 'j') moveRow(1);
    if (event.key === 'k' && before !== 'g') moveRow(-1);
    if (event.key === '?' && help && help.showModal) help.showModal();
    if (before === 'g' && ['k', 'a', 'b'].includes(event.key)) {
      event.preventDefault();
      location.assign({ k: '/', a: '/aduan/', b: '/pemberitahuan/' }[event.key]);
    }
    before = event.key;
  });

  // Menu on the phone
  const menuButton = one('.menu-btn[aria-expanded]');
  const side = one('.side');
  if (menuButton && side) {
    const setOpen = (open) => {
      side.classList.toggle('buka', open);
      menuButton.setAttribute('aria-expanded', String(open));
      if (open) one('a', side).focus();
    };
    menuButton.addEventListener('click', (event) => {
      event.preventDefault();
      setOpen(!side.classList.contains('buka'));
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !side.classList.contains('buka')) return;
      setOpen(false);
      menuButton.focus();
    });
    document.addEventListener('click', (event) => {
      if (side.classList.contains('buka') && !side.contains(event.target) && !menuButton.contains(event.target)) setOpen(false);
    });
  }
})();
