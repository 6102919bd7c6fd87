import { say } from './texts.js';

/**
 * Asks the console's server.
 * @returns the JSON that it answered
 * @throws Error whose message is a sentence for the person
 */
async function ask(address, request = {}) {
  let response;
  let body;
  try {
    response = await fetch(address, request);
    body = await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error(say('unreachable'), { cause: error });
  }
  if (!response.ok) throw new Error(body.message ?? say('unreachable'));
  return body;
}

function send(address, body, signal) {
  return ask(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

export const loadChannels = () => ask('/console/channels');

/** A page of a channel's messages, oldest first; `before` is a message id. */
export function loadMessages(channel, before) {
  const query = new URLSearchParams(before === undefined ? { channel } : { channel, before });
  return ask(`/console/messages?${query}`);
}

/** Runs `{ line, channel, options?, requestId }` and returns the reply. */
export const runCommand = (command) => send('/console/commands', command);

export const complete = (line, channel, signal) => send('/console/completions', { line, channel }, signal);
