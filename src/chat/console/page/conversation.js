import { element, hiddenText, icon } from './element.js';
import { messageView } from './message-view.js';
import { say, sayDay, sayTime } from './texts.js';

/** So near to its end, a conversation follows what is new. */
const END_PIXELS = 120;

/** Left free above what is brought into view. */
const TOP_PIXELS = 12;

/** A page that stays open for weeks keeps no more than these; the earlier ones can be shown again. */
const KEPT_ENTRIES = 300;

/**
 * The conversation of one channel: stored messages in the order of their ids, and what only this page knows
 * (commands under way, private replies) where it happened.
 * @param dependencies.scroll the element that scrolls
 * @param dependencies.run runs a command of a button or form
 */
export function createConversation({ scroll, run }) {
  const view = element('div', { class: 'entries', hidden: true });
  const stored = new Map();
  const asked = new Map();

  function isAtEnd() {
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < END_PIXELS;
  }

  function scrollToEnd() {
    scroll.scrollTop = scroll.scrollHeight;
  }

  /** Shows the end, but never past the beginning of what is new. */
  function reveal(entry) {
    scrollToEnd();
    const hiddenAbove = scroll.getBoundingClientRect().top + TOP_PIXELS - entry.getBoundingClientRect().top;
    if (hiddenAbove > 0) scroll.scrollTop -= hiddenAbove;
  }

  function storedView(message) {
    const time = new Date(message.postedAt);
    return entryView(
      time,
      message.line === null ? null : askedView(message.line, time),
      element('div', { class: 'answer' }, byline(time, false), messageView(message.message, run)),
    );
  }

  /** Puts a message before the first one with a higher id. */
  function place(message) {
    const later = [...stored.keys()].filter((id) => id > message.id);
    const entry = storedView(message);
    insert(entry, later.length > 0 ? stored.get(Math.min(...later)) : null);
    stored.set(message.id, entry);
    return entry;
  }

  /** Puts an entry in its place; each day is named once, above its first entry. */
  function insert(entry, before) {
    view.insertBefore(entry, before);
    nameDay(entry);
    nameDay(entry.nextElementSibling);
  }

  return {
    view,
    scrollToEnd,
    isEmpty: () => view.childElementCount === 0,
    oldestId: () => (stored.size > 0 ? Math.min(...stored.keys()) : undefined),
    newestId: () => (stored.size > 0 ? Math.max(...stored.keys()) : 0),
    countAfter: (id) => [...stored.keys()].filter((candidate) => candidate > id).length,

    /** Adds a live message. Returns false when it is out of sight, below. */
    add(message) {
      if (stored.has(message.id)) return true;
      const own = asked.get(message.key);
      if (own) {
        own.settle(message.message);
        stored.set(message.id, own.entry);
        asked.delete(message.key);
        return true;
      }
      const follows = isAtEnd();
      const entry = place(message);
      if (!view.hidden && follows) reveal(entry);
      return view.hidden || follows;
    },

    /** Lets go of the oldest entries when there are many and the newest are being looked at. Returns true when it did. */
    forgetOldest() {
      const surplus = [...view.children].slice(0, -KEPT_ENTRIES);
      if (surplus.length === 0 || !(view.hidden || isAtEnd())) return false;
      const gone = new Set(surplus);
      for (const [id, entry] of stored) if (gone.has(entry)) stored.delete(id);
      for (const entry of surplus) entry.remove();
      nameDay(view.firstElementChild);
      return true;
    },

    /** Adds earlier messages, without moving what is in sight. */
    addEarlier(messages) {
      const fromEnd = scroll.scrollHeight - scroll.scrollTop;
      for (const message of messages) if (!stored.has(message.id)) place(message);
      if (!view.hidden) scroll.scrollTop = scroll.scrollHeight - fromEnd;
    },

    /**
     * Shows a command that is under way.
     * @returns `answer(reply)` and `fail(sentence)`; both give the entry's element
     */
    ask(key, line) {
      const time = new Date();
      const working = element(
        'p',
        { class: 'working' },
        element('span', { class: 'dots', 'aria-hidden': 'true' }),
        say('working'),
      );
      const answer = element('div', { class: 'answer', 'aria-busy': 'true' }, working);
      const entry = entryView(time, askedView(line, time), answer);
      let settled = false;
      function settle(message, isPrivate) {
        if (settled) return entry;
        settled = true;
        const follows = isAtEnd();
        answer.removeAttribute('aria-busy');
        answer.replaceChildren(byline(new Date(), isPrivate), messageView(message, run));
        if (follows) reveal(entry);
        return entry;
      }
      asked.set(key, { entry, settle: (message) => settle(message, false) });
      insert(entry, null);
      scrollToEnd();
      return {
        answer({ visibility, ...message }) {
          if (visibility === 'private') asked.delete(key);
          return settle(message, visibility === 'private');
        },
        fail(sentence) {
          return settle({ tone: 'danger', blocks: [{ type: 'paragraph', text: sentence }] }, true);
        },
      };
    },
  };
}

function entryView(time, ...parts) {
  const day = element('p', { class: 'day', hidden: true }, element('span', {}, sayDay(time)));
  return element('article', { class: 'entry' }, day, ...parts);
}

function nameDay(entry) {
  const day = entry?.querySelector('.day');
  if (day) day.hidden = entry.previousElementSibling?.querySelector('.day').textContent === day.textContent;
}

function askedView(line, time) {
  return element(
    'div',
    { class: 'asked' },
    element('p', { class: 'byline' }, element('span', { class: 'author' }, say('user')), ' ', timeView(time)),
    element('p', { class: 'line' }, line),
  );
}

function byline(time, isPrivate) {
  return element(
    'p',
    { class: 'byline' },
    element('img', { src: '/console/assets/bell.svg', alt: '', width: '22', height: '22' }),
    element('span', { class: 'author' }, 'Sininho'),
    hiddenText(', '),
    timeView(time),
    isPrivate ? element('span', { class: 'private' }, icon('private'), say('private')) : null,
  );
}

function timeView(time) {
  return element('time', { datetime: time.toISOString(), title: sayDay(time) }, sayTime(time));
}
