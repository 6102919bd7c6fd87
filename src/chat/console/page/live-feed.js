const RECONNECT_MILLISECONDS = 2_000;

/** The tabs of one browser share this name: the lock says which of them is connected, the channel carries what it hears. */
const SHARED = 'sininho.live';

/**
 * Follows the live messages of all channels, for ever. A connection that breaks is taken up where it ended.
 * A browser allows six connections to a server, so only one tab is connected and tells the others; when it is closed,
 * another one goes on after the last message that it heard.
 * @param onReady called each time the connection stands
 * @param onMessage called with each message, once
 * @param onState called with `live` or `reconnecting`
 */
export function followMessages({ onReady, onMessage, onState }) {
  const tabs = new BroadcastChannel(SHARED);
  let lastId;
  let state = 'connecting';
  let isConnected = false;

  const hear = {
    ready(id) {
      lastId ??= id;
      state = 'live';
      onState(state);
      onReady();
    },
    message({ id, message }) {
      if (lastId !== undefined && id <= lastId) return;
      lastId = id;
      onMessage(message);
    },
    broken() {
      state = 'reconnecting';
      onState(state);
    },
    hello() {
      if (isConnected && state === 'live') tabs.postMessage({ kind: 'ready', value: lastId });
      if (isConnected && state === 'reconnecting') tabs.postMessage({ kind: 'broken' });
    },
  };

  function tell(kind, value) {
    hear[kind](value);
    tabs.postMessage({ kind, value });
  }

  function connect() {
    isConnected = true;
    const source = new EventSource(lastId === undefined ? '/console/events' : `/console/events?after=${lastId}`);
    source.addEventListener('ready', (event) => tell('ready', Number(event.lastEventId)));
    source.addEventListener('message', (event) =>
      tell('message', { id: Number(event.lastEventId), message: JSON.parse(event.data) }),
    );
    source.addEventListener('error', () => {
      tell('broken');
      // After a broken connection the browser comes back by itself; after an answer that is no stream it gives up.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MILLISECONDS);
    });
  }

  tabs.addEventListener('message', ({ data: { kind, value } }) => hear[kind](value));
  tabs.postMessage({ kind: 'hello' });
  navigator.locks.request(SHARED, () => {
    connect();
    // The lock is held for as long as this tab lives.
    return new Promise(() => {});
  });
}
