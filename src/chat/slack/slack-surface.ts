import type { Logger } from 'pino';
import { ProductError } from '../../text/product-error.ts';
import { type Locale, translator } from '../../text/text.ts';
import { ChatUnavailableError } from '../chat-unavailable.ts';
import { postMark } from '../post-mark.ts';
import type { Channel, ChatSurface } from '../surface.ts';
import { type MarkedMessages, markMetadata } from './marked-messages.ts';
import { type RenderedMessage, renderMessage } from './render-message.ts';
import type { SlackApi } from './slack-api.ts';
import type { SlackFiles } from './slack-files.ts';
import type { SlackPeople } from './slack-people.ts';

const PREFIX = 'slack:';
/** https://docs.slack.dev/apis/web-api/rate-limits: about one message a second to a channel. */
const POST_INTERVAL_MILLISECONDS = 1_000;
/** Names of channels are written small, so that none can be taken for an id. */
const CHANNEL_ID = /^[CG][A-Z0-9]+$/;
/** One command asks for the channels several times; a person who has just invited us asks again after some seconds. */
const CHANNELS_MILLISECONDS = 3_000;

/** A Slack team as a workspace. */
export function slackWorkspaceId(teamId: string): string {
  return `${PREFIX}${teamId}`;
}

/** A Slack team as a place to post: the channels that the app was invited to. */
export function createSlackSurface(dependencies: {
  api: SlackApi;
  people: SlackPeople;
  files: SlackFiles;
  marked: MarkedMessages;
  locale: Locale;
  log: Logger;
  now?: () => Date;
}): ChatSurface {
  const { api, people, files, marked, locale, log, now = () => new Date() } = dependencies;
  /**
   * How many parts of a post were made before one failed: the next attempt goes on from there. Files carry no mark, so this is all that is known of them:
   * what was shared when the process died is shared again.
   */
  const begun = new Map<string, number>();
  /** What Slack called each channel last: it does not tell the name of a private channel that we were taken out of. */
  const names = new Map<string, string>();
  let listed: { channels: Promise<Channel[]>; at: number } | null = null;

  /** The token reaches one team; whatever belongs to another one is not ours to touch. A process that does not listen to Slack asks which one first. */
  async function isOurs(workspaceId: string): Promise<boolean> {
    if (api.teamId() === null) await api.verify();
    return workspaceId === slackWorkspaceId(api.teamId() ?? '');
  }

  async function postPart(channel: string, { text, blocks }: RenderedMessage, mark: string): Promise<void> {
    const metadata = markMetadata(mark);
    await api.call((slack) =>
      slack.chat.postMessage({ channel, text, blocks, metadata, unfurl_links: false, unfurl_media: false }),
    );
  }

  async function listChannels(): Promise<Channel[]> {
    const channels: Channel[] = [];
    let cursor: string | undefined;
    do {
      const page = await api.call((slack) =>
        slack.users.conversations({
          types: 'public_channel,private_channel',
          exclude_archived: true,
          limit: 200,
          ...(cursor ? { cursor } : {}),
        }),
      );
      for (const { id, name } of page.channels ?? []) if (id && name) channels.push({ id, name });
      cursor = page.response_metadata?.next_cursor;
    } while (cursor);
    for (const { id, name } of channels) names.set(id, name);
    return channels;
  }

  async function askName(channel: string): Promise<void> {
    try {
      const { channel: found } = await api.call((slack) => slack.conversations.info({ channel }));
      if (found?.name) names.set(channel, found.name);
    } catch (error) {
      // A name is no reason to fail: private channels have none for us, and Slack may be busy.
      log.debug({ err: error }, 'Slack did not tell the name of a channel');
    }
  }

  async function channels(): Promise<Channel[]> {
    if (listed && now().getTime() - listed.at < CHANNELS_MILLISECONDS) return await listed.channels;
    const before = listed;
    const channels = listChannels();
    listed = { channels, at: now().getTime() };
    try {
      return await channels;
    } catch (error) {
      listed = before;
      if (!(error instanceof ChatUnavailableError)) throw error;
      // What Slack said last is better than no answer at all.
      return (await before?.channels) ?? [];
    }
  }

  return {
    name: 'slack',
    postIntervalMilliseconds: POST_INTERVAL_MILLISECONDS,
    serves: (workspaceId) => workspaceId.startsWith(PREFIX),
    async channels(workspaceId) {
      try {
        return (await isOurs(workspaceId)) ? await channels() : [];
      } catch (error) {
        if (error instanceof ChatUnavailableError) return [];
        throw error;
      }
    },

    async channel(workspaceId, idOrName) {
      if (!CHANNEL_ID.test(idOrName) || !(await isOurs(workspaceId))) return null;
      if (!names.has(idOrName)) await askName(idOrName);
      return { id: idOrName, name: names.get(idOrName) ?? null, isText: true };
    },

    async person(workspaceId, userId) {
      const person = (await isOurs(workspaceId)) ? await people.find(userId) : null;
      return person && { id: person.id, name: person.name, platformAdmin: person.platformAdmin };
    },

    async *adminChannels(workspaceId, admins) {
      if (!(await isOurs(workspaceId))) return;
      // Slack takes a person's id for the direct conversation with them.
      yield* admins;
      const named = await people.firstAdmin();
      if (named !== null && !admins.includes(named)) yield named;
    },

    async post({ key, workspaceId, channelId, message }, uncertainSince = null) {
      if (!(await isOurs(workspaceId))) throw new ProductError('channel_unreachable', { channel: channelId });
      const rendered = renderMessage(message, { translate: translator(locale) });
      const marks = rendered.messages.map((_, part) => postMark({ key, workspaceId, channelId }, part));
      const shown = uncertainSince ? await marked.find(channelId, marks, uncertainSince) : new Set();
      const steps = [
        ...rendered.messages.map((part, index) => async () => {
          const mark = marks[index] ?? '';
          if (!shown.has(mark)) await postPart(channelId, part, mark);
        }),
        ...(rendered.files.length > 0 ? [() => files.share(channelId, rendered.files)] : []),
      ];
      for (const [index, step] of steps.entries()) {
        if (index < (begun.get(key) ?? 0)) continue;
        await step();
        begun.set(key, index + 1);
      }
      begun.delete(key);
    },
  };
}
