import { createChannelList } from './channel-list.js';
import { createCommandBox } from './command-box.js';
import { createConversation } from './conversation.js';
import { element } from './element.js';
import { followMessages } from './live-feed.js';
import { complete, loadChannels, loadMessages, runCommand } from './server.js';
import { say } from './texts.js';

const RETRY_MILLISECONDS = 2_000;

const page = Object.fromEntries(
  [
    'channels',
    'channel-title',
    'connection',
    'scroll',
    'older',
    'empty',
    'log',
    'jump',
    'command-form',
    'command',
    'suggestions',
    'suggestion-count',
  ].map((id) => [id, document.getElementById(id)]),
);

async function start() {
  const channels = await loadChannelsPatiently();
  const conversations = new Map(
    channels.map(({ id }) => [
      id,
      createConversation({ scroll: page.scroll, run: (line, options) => run(id, line, options) }),
    ]),
  );
  page.log.replaceChildren(...[...conversations.values()].map(({ view }) => view));
  const list = createChannelList({ list: page.channels, channels, conversations });
  const hasEarlier = new Map();
  let active = null;

  const box = createCommandBox({
    form: page['command-form'],
    input: page.command,
    list: page.suggestions,
    count: page['suggestion-count'],
    complete: (line, signal) => complete(line, active, signal),
    submit: async (line) => {
      const entry = await run(active, line);
      focusForm(entry);
    },
  });

  /** Runs a command in a channel; always ends with an answer in the conversation, whose element it returns. */
  async function run(channel, line, options) {
    const requestId = crypto.randomUUID();
    const question = conversations.get(channel).ask(`reply:${requestId}`, typedLine(line, options));
    refresh();
    try {
      return question.answer(await runCommand({ line, channel, requestId, ...(options ? { options } : {}) }));
    } catch (error) {
      return question.fail(error.message);
    }
  }

  /** A form that answers a typed command is filled in next, unless the person has gone on typing. */
  function focusForm(entry) {
    const idle = document.activeElement === page.command && page.command.value === '';
    if (idle) entry.querySelector('.form input, .form select')?.focus({ preventScroll: true });
  }

  function refresh() {
    if (document.visibilityState === 'visible') list.markRead(active);
    const unread = list.showUnread();
    const name = channels.find(({ id }) => id === active).name;
    document.title = `${unread > 0 ? `(${unread}) ` : ''}#${name} · Sininho`;
    const isEmpty = hasEarlier.has(active) && conversations.get(active).isEmpty();
    if (isEmpty && page.empty.hidden) page.empty.replaceChildren(...emptyView(active === channels[0].id));
    page.empty.hidden = !isEmpty;
    page.older.hidden = !hasEarlier.get(active);
  }

  function select(id) {
    if (active === id) return;
    active = id;
    for (const [channel, { view }] of conversations) view.hidden = channel !== id;
    page['channel-title'].textContent = `#${channels.find((channel) => channel.id === id).name}`;
    page.jump.hidden = true;
    page.empty.hidden = true;
    list.select(id);
    box.close();
    refresh();
    conversations.get(id).scrollToEnd();
  }

  function emptyView(isFirst) {
    return [
      element('img', { src: '/console/assets/bell.svg', alt: '', width: '56', height: '56' }),
      element('h3', { class: 'empty-title' }, say(isFirst ? 'empty_title' : 'empty_team_title')),
      element('p', { class: 'empty-text' }, say(isFirst ? 'empty_text' : 'empty_team_text')),
      isFirst ? stepsView() : null,
      element(
        'div',
        { class: 'chips' },
        isFirst ? element('span', {}, say('question')) : null,
        commandChip(say('chip_help')),
      ),
    ].filter((part) => part !== null);
  }

  function stepsView() {
    return element(
      'ol',
      { class: 'steps' },
      stepView('step_create', createChip()),
      stepView('step_connect', null),
      stepView('step_check', commandChip(say('chip_check'))),
    );
  }

  function stepView(name, chip) {
    return element(
      'li',
      {},
      element('strong', { class: 'step-title' }, say(name)),
      element('span', { class: 'step-text' }, say(`${name}_text`)),
      chip,
    );
  }

  /** Writes the command with the name selected, ready to be typed over. */
  function createChip() {
    const line = say('chip_create');
    const chip = element('button', { type: 'button', class: 'chip first' }, line);
    chip.addEventListener('click', () => box.write(line, line.split(' ', 2).join(' ').length + 1));
    return chip;
  }

  function commandChip(line) {
    const chip = element('button', { type: 'button', class: 'chip' }, line);
    chip.addEventListener('click', () => {
      page.command.focus();
      run(active, line);
    });
    return chip;
  }

  async function loadHistory(id) {
    const conversation = conversations.get(id);
    page.log.setAttribute('aria-busy', 'true');
    try {
      const { messages, hasEarlier: more } = await loadMessages(id);
      conversation.addEarlier(messages);
      hasEarlier.set(id, more);
      list.startCounting(id);
      if (id === active) conversation.scrollToEnd();
    } catch {
      setTimeout(() => loadHistory(id), RETRY_MILLISECONDS);
    }
    page.log.removeAttribute('aria-busy');
    refresh();
  }

  page.older.addEventListener('click', async () => {
    const [id, conversation] = [active, conversations.get(active)];
    try {
      const { messages, hasEarlier: more } = await loadMessages(id, conversation.oldestId());
      conversation.addEarlier(messages);
      hasEarlier.set(id, more);
      refresh();
    } catch {
      setConnection('older_failed');
    }
  });

  page.jump.addEventListener('click', () => {
    conversations.get(active).scrollToEnd();
    page.command.focus();
  });
  page.scroll.addEventListener('scroll', () => {
    const { scrollHeight, scrollTop, clientHeight } = page.scroll;
    if (scrollHeight - scrollTop - clientHeight < 40) page.jump.hidden = true;
  });
  document.addEventListener('visibilitychange', refresh);
  window.addEventListener('hashchange', () => select(channelOfAddress(channels)));

  select(channelOfAddress(channels));
  page.command.focus();

  let isFirstConnection = true;
  followMessages({
    // History is read once the live connection stands, so that nothing falls between the two.
    onReady() {
      if (isFirstConnection) for (const { id } of channels) loadHistory(id);
      isFirstConnection = false;
    },
    onMessage(message) {
      const conversation = conversations.get(message.channelId);
      if (!conversation) return;
      const inSight = conversation.add(message);
      if (!inSight) page.jump.hidden = false;
      if (conversation.forgetOldest()) hasEarlier.set(message.channelId, true);
      refresh();
    },
    onState: setConnection,
  });
}

function setConnection(state) {
  const name = state === 'live' ? 'connected' : state;
  if (page.connection.dataset.state === state) return;
  page.connection.dataset.state = state;
  page.connection.textContent = say(name);
}

/** The channels; the page is of no use without them, so it asks until the server answers. */
async function loadChannelsPatiently() {
  for (;;) {
    try {
      return await loadChannels();
    } catch {
      setConnection('reconnecting');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}

/** The channel after `#` in the page's address, else the first. */
function channelOfAddress(channels) {
  return (channels.find(({ id }) => `#${encodeURIComponent(id)}` === location.hash) ?? channels[0]).id;
}

/** A command and its options as a person would have typed them. */
function typedLine(line, options = {}) {
  const typed = Object.entries(options).map(([name, value]) => `${name}:${/\s/.test(value) ? `"${value}"` : value}`);
  return [line, ...typed].join(' ');
}

start();
