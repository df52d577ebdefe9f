/* Stands in for jQuery, Bootstrap, Select2, datepicker and the framework's own scripts on master-data screens. */
(function () {
  'use strict';
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const texts = JSON.parse(document.documentElement.dataset.teks || '{}');

  // Questions: without JavaScript a button with data-tanya goes to the server's confirm page (its formaction or href);
  // with it the dialog asks, and "yes" goes straight to data-langsung, or submits as it stands when there is none.
  const dialog = document.getElementById('konfirmasi');
  let asked = null;
  function ask(title, button) {
    asked = button;
    dialog.querySelector('h2').textContent = title;
    const yes = dialog.querySelector('.ya');
    yes.hidden = !button;
    if (button) yes.textContent = button.dataset.ya || texts.ya;
    yes.classList.toggle('btn-danger', Boolean(button) && button.hasAttribute('data-bahaya'));
    yes.classList.toggle('btn-primary', !(button && button.hasAttribute('data-bahaya')));
    dialog.showModal();
  }
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-tanya], button[data-massal]');
    if (!button || !dialog || button.dataset.dijawab) return;
    if (button.hasAttribute('data-massal') && !all('.action_check:checked', button.form).length) {
      event.preventDefault();
      ask(texts.kosong, null);
      return;
    }
    if (!button.dataset.tanya) return;
    event.preventDefault();
    ask(button.dataset.tanya, button);
  });
  if (dialog) {
    dialog.querySelector('.tidak').addEventListener('click', () => dialog.close());
    dialog.querySelector('.ya').addEventListener('click', () => {
      dialog.close();
      if (asked.dataset.langsung) asked.setAttribute('formaction', asked.dataset.langsung);
      asked.dataset.dijawab = '1';
      asked.click();
      delete asked.dataset.dijawab;
    });
  }

  // "Select all" ticks the rows of its own list only: a page may hold several.
  all('.pilih-semua').forEach((box) => {
    box.closest('span').hidden = false;
    box.addEventListener('change', () => {
      all('.action_check', box.closest('form')).forEach((row) => { row.checked = box.checked; });
    });
  });

  // Filters: rows come from <template>s rendered by the server; addresses keep the framework's _flt_<n>_<column>.
  function innerControl(value) {
    return value.matches('input, select, textarea') ? value : value.querySelector('input, select, textarea');
  }
  // What is sent for a moment names the office's zone: without it the server would read it as UTC.
  function onOfficeClock(input) {
    const sent = document.createElement('input');
    const write = () => { sent.value = input.value ? input.value + texts.zona : ''; };
    sent.type = 'hidden';
    input.removeAttribute('name');
    input.addEventListener('input', write);
    input.after(sent);
    write();
    return sent;
  }
  function addFilter(form, column, operator, value) {
    const template = form.querySelector('template[data-kolom="' + column + '"]');
    if (!template) return null;
    const row = template.content.firstElementChild.cloneNode(true);
    const choice = row.querySelector('.op');
    const input = innerControl(row.querySelector('.nilai').firstElementChild);
    ['id', 'required', 'placeholder'].forEach((name) => input.removeAttribute(name));
    input.setAttribute('aria-label', template.dataset.label);
    input.multiple = false;
    if (operator !== undefined && operator >= 0) choice.value = operator;
    if (value !== undefined) input.value = input.type === 'datetime-local' ? value.slice(0, 16) : value;
    const sent = input.type === 'datetime-local' ? onOfficeClock(input) : input;
    const rename = () => { sent.name = '_flt_' + choice.value + '_' + column; };
    choice.addEventListener('change', rename);
    rename();
    row.querySelector('button').addEventListener('click', () => {
      row.remove();
      form.querySelector('.pilih-kolom').focus();
    });
    form.querySelector('.baris').appendChild(row);
    return input;
  }
  all('form.fab-saring').forEach((form) => {
    form.querySelector('.pilih-kolom').addEventListener('change', (event) => {
      const input = event.target.value && addFilter(form, event.target.value);
      event.target.value = '';
      if (input) input.focus();
    });
    JSON.parse(form.dataset.aktif).forEach((active) => {
      const template = form.querySelector('template[data-kolom="' + active[0] + '"]');
      const operator = template ? JSON.parse(template.dataset.op).indexOf(active[1]) : -1;
      [].concat(active[2]).forEach((value) => addFilter(form, active[0], operator, value));
    });
  });

  // Long multi-selects become a searchable list of checkboxes; the select stays as the submitted control.
  function tick(option) {
    const label = document.createElement('label');
    const box = document.createElement('input');
    label.className = 'cek';
    box.type = 'checkbox';
    box.checked = option.selected;
    box.addEventListener('change', () => { option.selected = box.checked; });
    label.append(box, option.textContent);
    return label;
  }
  function searchOver(list, name) {
    const search = document.createElement('input');
    search.type = 'search';
    search.className = 'form-control saring-pilihan';
    search.setAttribute('aria-label', texts.saring_pilihan + ': ' + name);
    search.placeholder = texts.saring_pilihan;
    search.addEventListener('input', () => {
      const wanted = search.value.toLowerCase();
      all('.cek', list).forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
    });
    return search;
  }
  all('form:not(.fab-saring) select[multiple]').forEach((select) => {
    const label = document.querySelector('label[for="' + select.id + '"]');
    const name = label ? label.firstChild.textContent.trim() : select.name;
    const list = document.createElement('div');
    list.className = 'centang';
    list.tabIndex = 0;
    list.setAttribute('role', 'group');
    list.setAttribute('aria-label', name);
    if (select.getAttribute('aria-describedby')) list.setAttribute('aria-describedby', select.getAttribute('aria-describedby'));
    all('option', select).filter((option) => option.value)
      .sort((a, b) => b.selected - a.selected).forEach((option) => list.append(tick(option)));
    select.hidden = true;
    list.id = select.id; // so that the error summary's link arrives here
    select.removeAttribute('id');
    if (list.children.length > 8) select.parentNode.insertBefore(searchOver(list, name), select);
    select.parentNode.insertBefore(list, select);
  });
})();
