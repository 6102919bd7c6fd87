import { element, hiddenText, icon } from './element.js';
import { formView } from './form-view.js';
import { say } from './texts.js';

const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml']);
const COPIED_MILLISECONDS = 2_000;

const BLOCKS = {
  paragraph: paragraphView,
  fields: fieldsView,
  table: tableView,
  badges: badgesView,
  copy: copyView,
  image: imageView,
  file: fileView,
  buttons: buttonsView,
  form: formView,
};

/**
 * A message of the product as a card.
 * @param message title, tone and blocks, as the product's message model has them
 * @param run runs a command line with options, as if it were typed
 */
export function messageView(message, run) {
  const title = message.title ? titleView(message.title, message.tone) : null;
  return element(
    'div',
    { class: `card tone-${message.tone}` },
    title,
    message.blocks.map((block, index) =>
      blockView(block, { run, tone: title || index > 0 ? 'neutral' : message.tone }),
    ),
  );
}

function blockView(block, { run, tone }) {
  const view = BLOCKS[block.type](block, run);
  return tone === 'neutral' ? view : element('div', { class: 'toned' }, toneMark(tone), view);
}

function titleView(title, tone) {
  return element('h3', { class: 'title' }, tone === 'neutral' ? null : toneMark(tone), element('span', {}, title));
}

function toneMark(tone) {
  return element('span', { class: 'tone-mark' }, icon(tone), hiddenText(`${say(`tone.${tone}`)}: `));
}

function paragraphView({ text }) {
  return element('p', { class: 'paragraph' }, linked(text));
}

/** Text with its web addresses as links. */
function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"“”]+/g)) {
    const address = match[0].replace(/[.,;:!?)\]}'’]+$/, '');
    if (!URL.canParse(address)) continue;
    parts.push(text.slice(end, match.index));
    parts.push(element('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, address));
    end = match.index + address.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Beyond these lengths a field reads as a sentence, not as a figure. */
const FIGURE_LABEL = 30;
const FIGURE_VALUE = 36;

function fieldsView({ fields }) {
  const areFigures = fields.every(({ label, value }) => label.length <= FIGURE_LABEL && value.length <= FIGURE_VALUE);
  const pairs = fields.map(({ label, value }) =>
    element(
      'div',
      { class: 'field' },
      element('dt', {}, label),
      element('dd', {}, areFigures ? figure(value) : linked(value)),
    ),
  );
  return element('dl', { class: areFigures ? 'fields' : 'sentences' }, pairs);
}

/** A figure with what is said in brackets after it, less loudly: `R$ 594,00 (▲ 12%)`. */
function figure(value) {
  const [, main, aside] = /^(.+?) (\([^()]+\))$/.exec(value) ?? [null, value, null];
  return aside === null ? linked(main) : [...linked(main), ' ', element('span', { class: 'aside' }, aside)];
}

/** With more columns than this, a row takes the place of several lines where a phone has no room beside each other. */
const COLUMNS_ON_A_PHONE = 3;

/** The roles are named because a table that is laid out in lines loses them. */
function tableView({ caption, columns, rows }) {
  const alignment = (index) => (columns[index]?.align === 'right' ? 'number' : null);
  const hidden = (index) => (columns[index]?.isPicture ? 'true' : null);
  const head = columns.map(({ label }, index) =>
    element('th', { scope: 'col', role: 'columnheader', class: alignment(index), 'aria-hidden': hidden(index) }, label),
  );
  const cellView = (cell, index) =>
    element(
      'td',
      {
        role: 'cell',
        class: alignment(index) ?? (isExact(cell) ? 'exact' : null),
        'aria-hidden': hidden(index),
        'data-label': columns[index]?.label,
      },
      cell,
    );
  const rowView = (cells) => element('tr', { role: 'row' }, cells);
  return element(
    'div',
    { class: 'table-box', role: 'region', 'aria-label': caption, tabindex: '0' },
    element(
      'table',
      { role: 'table', class: columns.length > COLUMNS_ON_A_PHONE ? 'many-columns' : null },
      element('caption', {}, caption),
      element('thead', { role: 'rowgroup' }, rowView(head)),
      element(
        'tbody',
        { role: 'rowgroup' },
        rows.map((cells) => rowView(cells.map(cellView))),
      ),
    ),
  );
}

/** Dates, times and the like, which no line break should cut. */
function isExact(cell) {
  return /^[\d/.,: -]{1,20}$/.test(cell);
}

const BADGE_ICONS = { ok: 'success', attention: 'attention', blocked: 'danger', waiting: 'waiting' };

function badgesView({ badges }) {
  const items = badges.map(({ status, label, detail, remedy }) =>
    element(
      'li',
      { class: `badge status-${status}` },
      icon(BADGE_ICONS[status]),
      element(
        'div',
        { class: 'badge-body' },
        element(
          'p',
          { class: 'badge-head' },
          element('span', { class: 'badge-label' }, label),
          ' ',
          element('span', { class: 'badge-word' }, say(`badge.${status}`)),
        ),
        detail ? element('p', { class: 'badge-detail' }, linked(detail)) : null,
        remedy
          ? element('p', { class: 'badge-remedy' }, element('strong', {}, say('remedy')), ' ', linked(remedy))
          : null,
      ),
    ),
  );
  return element('ul', { class: 'badges' }, items);
}

function copyView({ label, value }) {
  const field = element('input', { class: 'copy-value', readonly: true, value, 'aria-label': label });
  field.addEventListener('focus', () => field.select());
  const button = element('button', { type: 'button', class: 'button secondary' }, say('copy'));
  button.addEventListener('click', async () => {
    button.textContent = (await copied(field)) ? say('copied') : say('copy_failed');
    setTimeout(() => {
      button.textContent = say('copy');
    }, COPIED_MILLISECONDS);
  });
  return element(
    'div',
    { class: 'copy' },
    element('p', { class: 'copy-label' }, label),
    element('div', { class: 'copy-row' }, field, element('span', { role: 'status' }, button)),
  );
}

/** Puts the field's value on the clipboard; when the browser does not allow it, the value is left selected. */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    return false;
  }
}

function imageView({ contentType, base64, alternative }) {
  if (!IMAGE_TYPES.has(contentType)) return element('p', { class: 'paragraph' }, alternative);
  return element('img', { class: 'image', src: `data:${contentType};base64,${base64}`, alt: alternative });
}

function fileView({ name, base64 }) {
  return element(
    'a',
    { class: 'file', download: name, href: `data:application/octet-stream;base64,${base64}` },
    icon('download'),
    element('span', {}, say('download', { name })),
  );
}

function buttonsView({ buttons }, run) {
  const made = buttons.map(({ label, command, style }) => {
    const button = element('button', { type: 'button', class: `button ${style}` }, label);
    button.addEventListener('click', async () => {
      // Not `disabled`, which would take the focus away.
      if (button.getAttribute('aria-disabled')) return;
      button.setAttribute('aria-disabled', 'true');
      await run(command);
      button.removeAttribute('aria-disabled');
    });
    return button;
  });
  return element('div', { class: 'buttons' }, made);
}
