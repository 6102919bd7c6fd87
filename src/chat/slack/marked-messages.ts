import type { webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import { ChatUnavailableError } from '../chat-unavailable.ts';
import { isUnsupported, type SlackApi } from './slack-api.ts';

/** Names our metadata among that of other apps. */
const EVENT_TYPE = 'sininho_post';
/** Slack recommends no more (https://docs.slack.dev/reference/methods/conversations.history). */
const PAGE_MESSAGES = 200;
const MAXIMUM_PAGES = 5;
/** How far our clock and Slack's may be apart: what Slack allows for its signatures. */
const CLOCK_MILLISECONDS = 5 * 60_000;

/** What a message carries so that it can be found again. Every app in the channel can read it, people cannot. */
export function markMetadata(mark: string) {
  return { event_type: EVENT_TYPE, event_payload: { mark } };
}

export interface MarkedMessages {
  /**
   * Which of the marks messages of a channel carry that were posted since then. Looks through a thousand messages at most, and finds none where Slack does
   * not let us look.
   * @throws ChatUnavailableError as `SlackApi.call`
   */
  find(channel: string, marks: readonly string[], since: Date): Promise<Set<string>>;
}

/** Looks for our own messages in the history of a channel: https://docs.slack.dev/messaging/message-metadata */
export function createMarkedMessages({ api, log }: { api: SlackApi; log: Logger }): MarkedMessages {
  async function search(channel: string, marks: readonly string[], since: Date): Promise<Set<string>> {
    const found = new Set<string>();
    const oldest = String(Math.floor((since.getTime() - CLOCK_MILLISECONDS) / 1_000));
    let cursor: string | undefined;
    for (let page = 1; page <= MAXIMUM_PAGES && found.size < marks.length; page += 1) {
      const answer = await api.call((slack) =>
        slack.conversations.history({
          channel,
          oldest,
          limit: PAGE_MESSAGES,
          include_all_metadata: true,
          ...(cursor ? { cursor } : {}),
        }),
      );
      for (const mark of (answer.messages ?? []).map(markOf)) {
        if (mark !== null && marks.includes(mark)) found.add(mark);
      }
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) break;
    }
    return found;
  }

  return {
    async find(channel, marks, since) {
      try {
        return await search(channel, marks, since);
      } catch (error) {
        if (error instanceof ChatUnavailableError && !isUnsupported(error)) throw error;
        log.warn(
          { err: error, channel },
          'Slack does not let us look whether a post got through, so it is posted again. Install the app again with the scopes of slack-manifest.json.',
        );
        return new Set();
      }
    },
  };
}

type HistoryMessage = NonNullable<webApi.ConversationsHistoryResponse['messages']>[number];

function markOf({ metadata }: HistoryMessage): string | null {
  const mark: unknown = metadata?.event_type === EVENT_TYPE ? Reflect.get(metadata.event_payload ?? {}, 'mark') : null;
  return typeof mark === 'string' ? mark : null;
}
