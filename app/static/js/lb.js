/* Progressive enhancement only: every page works without this file.
   No inline handlers, no eval, no inline style. Texts come from the page (data-teks on <html>), so that both languages work. */
(function () {
  'use strict';
  const root = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const texts = JSON.parse(root.dataset.teks || '{}');

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
    if (event.defaultPrevented || form.method === 'dialog') return;
    if (form.dataset.terkirim) {
      event.preventDefault();
      return;
    }
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

  // An error summary takes the focus, so that a screen reader starts there.
  const summary = one('.err-ringkas[tabindex]');
  if (summary) summary.focus();

  // Remaining time: redrawn each minute, never each second; spoken only when a threshold is crossed, only for the case on
  // screen. The server decides what is late; this only paints.
  const spokenAt = [60, 30, 10, 0];
  const announcer = one('#siaran');
  function spell(minutes) {
    const hours = Math.floor(Math.abs(minutes) / 60);
    const rest = Math.abs(minutes) % 60;
    const count = (number, words) => number + ' ' + words[number === 1 ? 0 : 1];
    return (hours ? count(hours, texts.jam) + ' ' : '') + count(rest, texts.menit);
  }
  function paint(element) {
    const minutes = Number(element.dataset.sisaMenit);
    const word = minutes >= 0 ? texts.sisa : element.hasAttribute('data-polos') ? '' : texts.lewat;
    element.textContent = (word + ' ' + spell(minutes)).trim();
    if (announcer && element.hasAttribute('data-utama') && spokenAt.includes(minutes)) {
      announcer.textContent = minutes ? texts.tinggal.replace('{n}', minutes) : texts.habis;
    }
    element.dataset.sisaMenit = minutes - 1;
  }
  const clocks = all('[data-sisa-menit]');
  if (clocks.length) {
    clocks.forEach(paint);
    setInterval(() => clocks.forEach(paint), 60000);
  }

  // Dialogs
  all('[data-buka]').forEach((button) => {
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

  // Choice cards, quick phrases, password reveal
  all('.pilih input').forEach((input) => {
    input.addEventListener('change', () => {
      all('input[name="' + input.name + '"]').forEach((other) => other.closest('label').classList.toggle('on', other.checked));
    });
  });
  // A direction: the bar over the button says what the ticks come to; the first agency ticked leads until another is chosen.
  all('[data-arahan]').forEach((bar) => {
    const form = bar.closest('form');
    const rows = all('.opd-list .brs', form);
    const ticked = () => rows.filter((row) => one('[name=agencies]', row).checked);
    const plain = { effect: one('.akibat span', bar).textContent, button: one('button span', bar).textContent };
    function tell() {
      const route = one('[name=route]:checked', form);
      const effect = bar.dataset.tetap || (route && route.value === 'via_admin' ? bar.dataset.admin : bar.dataset.cepat);
      const count = ticked().length;
      one('.akibat span', bar).textContent = count ? effect.replace('{n}', count) : plain.effect;
      one('button span', bar).textContent = count ? bar.dataset.arahan.replace('{n}', count) : plain.button;
      rows.forEach((row) => row.classList.toggle('on', one('[name=agencies]', row).checked));
    }
    function settleLead(changed) {
      if (changed.name === 'lead') one('[name=agencies]', changed.closest('.brs')).checked = true;
      if (changed.name !== 'agencies' || bar.dataset.tetap) return;
      const leader = rows.find((row) => one('[name=lead]', row).checked && one('[name=agencies]', row).checked);
      const next = leader || ticked()[0];
      rows.forEach((row) => { one('[name=lead]', row).checked = row === next; });
    }
    form.addEventListener('change', (event) => {
      settleLead(event.target);
      tell();
    });
    tell();
  });
  all('[data-frasa]').forEach((button) => {
    button.addEventListener('click', () => {
      const area = document.getElementById(button.dataset.frasa);
      area.value = (area.value ? area.value.replace(/\s*$/, ' ') : '') + button.textContent.trim();
      area.focus();
    });
  });
  all('[data-lihat]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => {
      const input = document.getElementById(button.dataset.lihat);
      const reveal = input.type === 'password';
      input.type = reveal ? 'text' : 'password';
      button.textContent = reveal ? texts.sembunyikan : texts.tampilkan;
    });
  });

  // Native date inputs follow the browser's language, not the page's: the date in words stands under each.
  all('input[data-tanggal]').forEach((input) => {
    const output = document.getElementById(input.id + '-kata');
    if (!output) return;
    function write() {
      const value = input.value ? new Date(input.value.length > 10 ? input.value : input.value + 'T00:00') : null;
      const valid = value && !isNaN(value);
      const options = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
      output.textContent = valid ? value.toLocaleDateString(root.lang === 'en' ? 'en-GB' : 'id', options) : '';
    }
    input.addEventListener('input', write);
    write();
  });

  // The switch for single-letter keys, on the account page; kept on this device.
  all('[data-pintasan-saklar]').forEach((box) => {
    box.closest('label').hidden = false;
    box.checked = root.dataset.pintasan !== 'off';
    box.addEventListener('change', () => {
      root.dataset.pintasan = box.checked ? '' : 'off';
      try {
        localStorage.setItem('pintasan', root.dataset.pintasan);
      } catch (error) {
        box.closest('label').title = ''; // storage is closed: the choice lasts as long as this page
      }
    });
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
