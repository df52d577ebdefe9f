/* What was typed is not lost: drafts for this tab, and uploads that say how far they are.
   Without this file forms work as plain forms. */
(function () {
  'use strict';
  const root = document.documentElement;
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const texts = JSON.parse(root.dataset.kata || '{}');
  // Where a form is sent; `form.action` would be a field of that name, which the forms of acts have.
  const target = (form) => new URL(form.getAttribute('action') || '', location.href).href;
  const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);

  // Drafts live in the tab only: they hold citizens' words, and an office's browser is shared.
  const store = {
    read: (key) => { try { return JSON.parse(sessionStorage.getItem(key) || 'null'); } catch (error) { return null; } },
    write: (key, value) => { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* it is full or closed */ } },
    forget: (key) => { try { sessionStorage.removeItem(key); } catch (error) { /* it is closed */ } },
  };
  const person = one('meta[name=petugas]');
  const written = (form) => all('textarea:not([hidden]), input[type=text], input:not([type])', form).filter((field) => field.name && field.autocomplete !== 'one-time-code');
  all('form[method=post]').forEach((form, place) => {
    if (!person || !form.querySelector('textarea')) return;
    // By where it is sent: a form that came back with faults stands at another address than the page it was opened on.
    const key = ['draf', person.content, new URL(target(form)).pathname, form.id || form.getAttribute('action'), form.id ? '' : place].join(' ');
    const fields = written(form);
    const kept = store.read(key);
    const came = one('.err-ringkas') !== null;
    const restored = kept && !came ? fields.filter((field) => kept.isi[field.name] && field.value === field.defaultValue && kept.isi[field.name] !== field.value) : [];
    restored.forEach((field) => { field.value = kept.isi[field.name]; });
    if (restored.length) tellRestored(form, key, restored);
    // In a form that came back with faults the server has kept what was typed; it is not safe yet all the same.
    const changed = (field) => field.value !== (came ? '' : field.defaultValue);
    const keep = () => {
      const isi = {};
      fields.filter(changed).forEach((field) => { isi[field.name] = field.value; });
      if (Object.keys(isi).length) store.write(key, { isi });
      else store.forget(key);
    };
    form.addEventListener('input', keep);
    if (came) keep();
    form.addEventListener('submit', (event) => {
      const now = store.read(key);
      const previewed = event.submitter && event.submitter.formTarget === '_blank';
      if (now && !previewed) store.write(key, { isi: now.isi, terkirim: true });
    });
  });
  function tellRestored(form, key, fields) {
    const note = document.createElement('div');
    note.className = 'note';
    note.setAttribute('role', 'status');
    const words = document.createElement('p');
    words.textContent = texts.draf;
    const drop = document.createElement('button');
    drop.type = 'button';
    drop.className = 'btn btn-sm';
    drop.textContent = texts.buang;
    drop.addEventListener('click', () => {
      fields.forEach((field) => { field.value = field.defaultValue; });
      store.forget(key);
      note.remove();
      fields[0].focus();
    });
    note.append(words, drop);
    form.prepend(note);
    const folded = form.closest('details');
    if (folded) folded.open = true;
  }

  // Files: what was chosen with its size, and what is too large said before it is sent.
  const size = (bytes) => (bytes < 1048576 ? Math.ceil(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1).replace('.', ',') + ' MB');
  all('input[type=file]').forEach((input) => {
    const list = document.createElement('ul');
    list.className = 'terpilih plain';
    list.setAttribute('aria-live', 'polite');
    input.after(list);
    const most = Number(input.dataset.terbesar || 0);
    const drop = (file) => {
      const rest = new DataTransfer();
      Array.from(input.files).filter((other) => other !== file).forEach((other) => rest.items.add(other));
      input.files = rest.files;
      draw();
      input.focus();
    };
    function draw() {
      list.replaceChildren(...Array.from(input.files).map((file) => {
        const line = document.createElement('li');
        const words = document.createElement('span');
        const large = most && file.size > most;
        words.textContent = file.name + ' · ' + size(file.size) + (large ? ' · ' + fill(texts.terlalu_besar, { n: size(most) }) : '');
        if (large) words.className = 'err';
        const away = document.createElement('button');
        away.type = 'button';
        away.className = 'btn btn-sm btn-ghost';
        away.textContent = texts.hapus_berkas;
        away.setAttribute('aria-label', texts.hapus_berkas + ' ' + file.name);
        away.addEventListener('click', () => drop(file));
        line.append(words, away);
        return line;
      }));
    }
    input.addEventListener('change', draw);
    // A browser that comes back to the page has kept no choice.
    draw();
  });

  // What only some kinds of a thing use is hidden for the others, unless something is written there.
  all('select[data-menentukan]').forEach((select) => {
    const draw = () => all('[data-untuk]', select.form).forEach((part) => {
      const used = part.dataset.untuk.split(' ').includes(select.value);
      part.hidden = !used && !all('input, textarea', part).some((field) => field.value);
    });
    select.addEventListener('change', draw);
    draw();
  });

  // An upload shows how far it is; the answer is the same page that a plain form would have got.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    const chosen = form.enctype === 'multipart/form-data' && all('input[type=file]', form).some((input) => input.files.length);
    if (event.defaultPrevented || !chosen || !window.XMLHttpRequest) return;
    event.preventDefault();
    const data = new FormData(form);
    if (event.submitter && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
    const shown = document.createElement('progress');
    shown.max = 100;
    const words = document.createElement('p');
    words.className = 'hint';
    words.setAttribute('role', 'status');
    form.append(words, shown);
    const request = new XMLHttpRequest();
    const say = (text) => { words.textContent = text; };
    request.upload.addEventListener('progress', (step) => {
      if (!step.lengthComputable) return;
      const percent = Math.floor((step.loaded / step.total) * 100);
      shown.value = percent;
      if (percent % 10 === 0) say(fill(texts.mengunggah, { n: percent }));
    });
    request.addEventListener('load', () => {
      history.replaceState(null, '', request.responseURL);
      document.open();
      document.write(request.responseText);
      document.close();
    });
    const failed = () => {
      shown.remove();
      say(texts.unggah_gagal);
      delete form.dataset.terkirim;
      all('button[aria-disabled=true]', form).forEach((button) => {
        button.removeAttribute('aria-disabled');
        if (button.dataset.teks) button.textContent = button.dataset.teks;
      });
    };
    request.addEventListener('error', failed);
    request.addEventListener('timeout', failed);
    request.open('POST', target(form));
    request.send(data);
  });
})();
