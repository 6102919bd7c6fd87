const RECONNECT_MILLISECONDS = 2_000;

/**
 * Follows the live messages of all channels, for ever. A connection that breaks is taken up where it ended.
 * @param onReady called each time the connection stands
 * @param onMessage called with each message, once
 * @param onState called with `live` or `reconnecting`
 */
export function followMessages({ onReady, onMessage, onState }) {
  let lastId;

  function connect() {
    const source = new EventSource(lastId === undefined ? '/console/events' : `/console/events?after=${lastId}`);
    source.addEventListener('ready', (event) => {
      lastId = event.lastEventId;
      onState('live');
      onReady();
    });
    source.addEventListener('message', (event) => {
      lastId = event.lastEventId;
      onMessage(JSON.parse(event.data));
    });
    source.addEventListener('error', () => {
      onState('reconnecting');
      // After a broken connection the browser comes back by itself; after an answer that is no stream it gives up.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MILLISECONDS);
    });
  }

  connect();
}
