import { element, hiddenText } from './element.js';
import { say } from './texts.js';

const READ_KEY = 'sininho.read.';

/**
 * The list of channels, and what has been read in each.
 * @param dependencies.list the element that gets one item per channel
 * @param dependencies.conversations the conversation of each channel, by its id
 */
export function createChannelList({ list, channels, conversations }) {
  const read = new Map(channels.map(({ id }) => [id, storedRead(id)]));
  const links = new Map(channels.map((channel) => [channel.id, linkView(channel)]));
  list.replaceChildren(...[...links.values()].map(({ item }) => item));

  function unreadOf(id) {
    return conversations.get(id).countAfter(read.get(id) ?? Number.POSITIVE_INFINITY);
  }

  return {
    select(id) {
      for (const [candidate, { link }] of links) {
        if (candidate === id) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
    },

    /** A channel that this browser never opened counts as read up to now. */
    startCounting(id) {
      if (read.get(id) === null) this.markRead(id);
    },

    markRead(id) {
      const newest = conversations.get(id).newestId();
      read.set(id, newest);
      storeRead(id, newest);
    },

    /** Shows what is unread in each channel; returns the sum. */
    showUnread() {
      const counts = channels.map(({ id }) => {
        const count = unreadOf(id);
        const { badge } = links.get(id);
        badge.hidden = count === 0;
        badge.replaceChildren(...(count === 0 ? [] : unreadView(count)));
        return count;
      });
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

function unreadView(count) {
  return [element('span', { 'aria-hidden': 'true' }, String(count)), hiddenText(say('unread', { count }))];
}

function linkView({ id, name }) {
  const badge = element('span', { class: 'unread', hidden: true });
  const link = element(
    'a',
    { class: 'channel', href: `#${encodeURIComponent(id)}` },
    element('span', { class: 'hash', 'aria-hidden': 'true' }, '#'),
    element('span', { class: 'channel-name' }, name),
    badge,
  );
  return { item: element('li', {}, link), link, badge };
}

function storedRead(id) {
  try {
    const value = localStorage.getItem(READ_KEY + id);
    return value === null ? null : Number(value);
  } catch {
    return null;
  }
}

function storeRead(id, messageId) {
  try {
    localStorage.setItem(READ_KEY + id, String(messageId));
  } catch {
    // Storage is forbidden: what was read is then forgotten when the page is reloaded.
  }
}
