import { element } from './element.js';
import { say } from './texts.js';

const HISTORY_KEY = 'sininho.history';
const HISTORY_LIMIT = 100;

/**
 * The command line: a combobox (ARIA 1.2) that completes, and that remembers what was typed.
 * The list of suggestions opens while a command is typed. While it is open, the arrows move in it, Tab takes the chosen or first suggestion,
 * Enter takes the chosen one, Escape closes it; while it is closed, the arrows go through the history. A list that is still the one of an earlier
 * line is only looked at: nothing of it replaces what was typed or taken since.
 * @param dependencies.complete gives `{ line, label }[]` for a half-typed line
 * @param dependencies.submit called with the line
 */
export function createCommandBox({ form, input, list, count, complete, submit }) {
  const history = createHistory();
  let suggestions = [];
  let suggestedFor = '';
  let takesFirst = false;
  let chosen = -1;
  let asking = new AbortController();

  function close() {
    asking.abort();
    suggestions = [];
    chosen = -1;
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    count.textContent = '';
  }

  async function suggest() {
    asking.abort();
    asking = new AbortController();
    takesFirst = false;
    const { signal } = asking;
    const line = input.value;
    if (!line.startsWith('/')) return close();
    try {
      const found = await complete(line, signal);
      if (signal.aborted) return;
      suggestedFor = line;
      show(found.filter((suggestion) => suggestion.line !== line));
    } catch {
      if (!signal.aborted) close();
    }
  }

  function show(found) {
    if (found.length === 0) return close();
    suggestions = found;
    chosen = -1;
    list.replaceChildren(...found.map(optionView));
    list.hidden = false;
    list.scrollTop = 0;
    input.setAttribute('aria-expanded', 'true');
    input.removeAttribute('aria-activedescendant');
    count.textContent = say('suggestion_count', { count: found.length });
    if (takesFirst) take(0);
  }

  function optionView({ line, label }, index) {
    const option = element(
      'li',
      { id: `suggestion-${index}`, role: 'option', 'aria-selected': 'false' },
      element('span', { class: 'suggestion-line' }, line.trimEnd()),
      ' ',
      element('span', { class: 'suggestion-label' }, label),
    );
    // The mouse takes a suggestion without taking the focus out of the box.
    option.addEventListener('mousedown', (event) => event.preventDefault());
    option.addEventListener('click', () => take(index));
    return option;
  }

  function choose(index) {
    list.children[chosen]?.setAttribute('aria-selected', 'false');
    chosen = (index + suggestions.length) % suggestions.length;
    const option = list.children[chosen];
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', option.id);
  }

  function take(index) {
    write(suggestions[index].line);
    suggest();
  }

  function write(line, selectionStart = line.length) {
    input.value = line;
    input.setSelectionRange(selectionStart, line.length);
    input.scrollLeft = input.scrollWidth;
    input.focus();
  }

  const openKeys = {
    ArrowDown: () => choose(chosen + 1),
    ArrowUp: () => choose(chosen < 0 ? suggestions.length - 1 : chosen - 1),
    Escape: close,
    Tab: () => take(Math.max(chosen, 0)),
    Enter: () => take(chosen),
  };

  /** The suggestions for what is typed now are on their way, and Tab is for the first of them. */
  const outdatedKeys = {
    Escape: close,
    Tab: () => {
      takesFirst = true;
    },
  };

  const closedKeys = {
    ArrowUp: () => write(history.earlier(input.value)),
    ArrowDown: () => write(history.later(input.value)),
  };

  function keysNow() {
    if (list.hidden) return closedKeys;
    return suggestedFor === input.value ? openKeys : outdatedKeys;
  }

  input.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Enter' && chosen < 0) return;
    const act = keysNow()[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  input.addEventListener('input', suggest);
  input.addEventListener('blur', close);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const line = input.value.trim();
    close();
    input.focus();
    if (line === '') return;
    input.value = '';
    history.add(line);
    submit(line);
  });

  return { write, close };
}

/** What was typed in this tab. It is gone with the tab, because a line may name a buyer. */
function createHistory() {
  const lines = readLines();
  let position = lines.length;
  let draft = '';

  return {
    add(line) {
      if (lines.at(-1) !== line) lines.push(line);
      lines.splice(0, lines.length - HISTORY_LIMIT);
      position = lines.length;
      writeLines(lines);
    },
    earlier(current) {
      if (position === lines.length) draft = current;
      position = Math.max(0, position - 1);
      return lines[position] ?? draft;
    },
    later(current) {
      if (position === lines.length) return current;
      position += 1;
      return lines[position] ?? draft;
    },
  };
}

function readLines() {
  try {
    return JSON.parse(sessionStorage.getItem(HISTORY_KEY)) ?? [];
  } catch {
    return [];
  }
}

function writeLines(lines) {
  try {
    sessionStorage.setItem(HISTORY_KEY, JSON.stringify(lines));
  } catch {
    // Storage is full or forbidden: the history then lives until the page is reloaded.
  }
}
