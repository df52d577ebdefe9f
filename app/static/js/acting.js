/* Pages on which somebody reads or acts: remaining time, choices, directions, dates in words.
   Without this file they work as plain pages. */
(function () {
  'use strict';
  const root = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const texts = JSON.parse(root.dataset.teks || '{}');

  // An error summary takes the focus, so that a screen reader starts there.
  const summary = one('.err-ringkas[tabindex]');
  if (summary) summary.focus();

  // A computation that runs: the page looks again by itself.
  const again = one('[data-muat-ulang]');
  if (again) setTimeout(() => location.reload(), again.dataset.muatUlang * 1000);

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

  // A question about a form comes only when the server would ask it too: a form with something to mend is sent as it
  // would be without a script, and comes back with its sentences.
  async function askOrSend(button, dialog) {
    const form = button.form;
    if (form.dataset.ditanya) return;
    form.dataset.ditanya = '1';
    const data = new FormData(form);
    data.append(button.name, button.value);
    const options = { method: 'POST', body: data, redirect: 'manual' };
    const answer = await fetch(form.getAttribute('action'), options).catch(() => null);
    delete form.dataset.ditanya;
    if (answer && answer.ok) dialog.showModal();
    else form.requestSubmit(button);
  }
  all('button[name=ask][data-buka]').forEach((button) => {
    const dialog = document.getElementById(button.dataset.buka);
    if (!dialog || !dialog.showModal) return;
    button.addEventListener('click', (event) => {
      event.preventDefault();
      askOrSend(button, dialog);
    });
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
      const byRoute = { fast: bar.dataset.cepat, via_admin: bar.dataset.admin };
      const effect = bar.dataset.tetap || (route && byRoute[route.value]);
      const count = ticked().length;
      one('.akibat span', bar).textContent = count && effect ? effect.replace('{n}', count) : plain.effect;
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
  // A standard text goes to the end of its text area, after a blank line.
  all('[data-sisip]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => {
      const area = document.getElementById(button.dataset.sisip);
      const text = document.getElementById(button.dataset.dari).textContent;
      area.value = (area.value.trim() ? area.value.trimEnd() + '\n\n' : '') + text;
      area.dispatchEvent(new Event('input', { bubbles: true }));
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
})();
