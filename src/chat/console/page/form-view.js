import { element } from './element.js';
import { say } from './texts.js';

/** Between the choices of one field, as in a typed list. */
const LIST_SEPARATOR = ',';

let formCount = 0;

/** A form whose fields are sent as the options of its command. */
export function formView({ command, fields, submitLabel }, run) {
  formCount += 1;
  const views = fields.map((field, index) => fieldView(field, `form-${formCount}-${index}`));
  const submit = element('button', { type: 'submit', class: 'button primary' }, submitLabel);
  const form = element('form', { class: 'form', autocomplete: 'off' }, views, element('div', {}, submit));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (submit.getAttribute('aria-disabled')) return;
    submit.setAttribute('aria-disabled', 'true');
    await run(command, optionsOf(form, fields));
    submit.removeAttribute('aria-disabled');
  });
  return form;
}

/** What was filled in, by option name; empty fields are left out. */
function optionsOf(form, fields) {
  const data = new FormData(form);
  const filled = fields.map(({ name }) => [name, data.getAll(name).join(LIST_SEPARATOR).trim()]);
  return Object.fromEntries(filled.filter(([, value]) => value !== ''));
}

function fieldView(field, id) {
  if (field.kind === 'multiselect') return choicesView(field, id);
  const control = field.kind === 'select' ? selectView(field, id) : textView(field, id);
  return element(
    'div',
    { class: 'form-field' },
    element('label', { for: id }, field.label, requiredMark(field)),
    hintView(field, id),
    control,
  );
}

function requiredMark({ required }) {
  return required ? element('span', { class: 'required' }, ` (${say('required')})`) : null;
}

function hintView({ hint }, id) {
  return hint ? element('p', { class: 'form-hint', id: `${id}-hint` }, hint) : null;
}

function describedBy({ hint }, id) {
  return hint ? `${id}-hint` : null;
}

function textView(field, id) {
  return element('input', {
    id,
    name: field.name,
    type: 'text',
    value: field.value ?? '',
    required: field.required,
    maxlength: field.maximumLength,
    'aria-describedby': describedBy(field, id),
  });
}

function selectView(field, id) {
  const options = (field.choices ?? []).map(({ value, label }) =>
    element('option', { value, selected: value === field.value }, label),
  );
  return element(
    'select',
    { id, name: field.name, required: field.required, 'aria-describedby': describedBy(field, id) },
    element('option', { value: '' }, say('choose')),
    options,
  );
}

function choicesView(field, id) {
  const chosen = [field.value ?? []].flat();
  const choices = (field.choices ?? []).map(({ value, label }, index) =>
    element(
      'label',
      { class: 'choice', for: `${id}-${index}` },
      element('input', {
        id: `${id}-${index}`,
        type: 'checkbox',
        name: field.name,
        value,
        checked: chosen.includes(value),
      }),
      element('span', {}, label),
    ),
  );
  return element(
    'fieldset',
    { class: 'form-field', 'aria-describedby': describedBy(field, id) },
    element('legend', {}, field.label, requiredMark(field)),
    hintView(field, id),
    element('div', { class: 'choices' }, choices),
  );
}
