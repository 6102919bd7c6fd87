import type { Connection } from 'mongoose';
import { isDuplicateKey } from '../../database/duplicate-key.ts';
import { ProductError } from '../../text/product-error.ts';
import { type Channel, type ChannelPost, type ChatSurface, CONSOLE_WORKSPACE_ID } from '../surface.ts';
import { type ConsoleMessage, consoleMessageModel } from './console-message.ts';

const CHANNELS: readonly Channel[] = [
  { id: 'vendas', name: 'vendas' },
  { id: 'equipe', name: 'equipe' },
];

export interface ConsolePost extends ChannelPost {
  /** The command that the message answers. */
  line?: string;
}

export interface ConsoleSurface extends ChatSurface {
  /** As `ChatSurface.post`; a post whose key was posted before changes nothing. */
  post(post: ConsolePost): Promise<void>;
  /**
   * The newest messages of a channel, oldest first.
   * @param page.before only messages with a lower id
   */
  history(channelId: string, page: { before?: number; limit: number }): Promise<ConsoleMessage[]>;
  /** Messages of all channels with a higher id, in order. */
  since(id: number, limit: number): Promise<ConsoleMessage[]>;
  /** The id of the newest message, 0 when there is none. */
  latestId(): Promise<number>;
  /**
   * Tells the listener of each message that this process stores. Other processes may post too: read `since` now and then.
   * @returns stops telling
   */
  subscribe(listener: (message: ConsoleMessage) => void): () => void;
}

/**
 * The local console as a place to post: two fixed channels, kept in the database for 90 days.
 * @param dependencies.connection the database; its indexes (`consoleModels`) must exist, they are what makes a post appear once
 */
export function createConsoleSurface(dependencies: { connection: Connection; now?: () => Date }): ConsoleSurface {
  const { connection, now = () => new Date() } = dependencies;
  const messages = consoleMessageModel(connection);
  const listeners = new Set<(message: ConsoleMessage) => void>();
  let queue: Promise<unknown> = Promise.resolve();

  async function latestId(): Promise<number> {
    const newest = await messages.findOne({}, { _id: 1 }).sort({ _id: -1 }).lean();
    return newest?._id ?? 0;
  }

  async function insert(message: ConsoleMessage): Promise<'stored' | 'posted before' | 'id taken'> {
    try {
      await messages.create(message);
      return 'stored';
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return (await messages.exists({ key: message.key })) ? 'posted before' : 'id taken';
    }
  }

  /**
   * Takes exactly the next id, and tries again when another process took it. So whoever can read an id can read every id below it,
   * and a reader that goes on from the last id it saw never misses a message. The first id ever comes from the clock, so that
   * ids do not start over when all messages have expired.
   */
  async function store(post: ConsolePost): Promise<ConsoleMessage | null> {
    for (;;) {
      const previous = await latestId();
      const message: ConsoleMessage = {
        _id: previous === 0 ? now().getTime() : previous + 1,
        key: post.key,
        channelId: post.channelId,
        postedAt: now(),
        line: post.line ?? null,
        message: post.message,
      };
      const outcome = await insert(message);
      if (outcome !== 'id taken') return outcome === 'stored' ? message : null;
    }
  }

  return {
    name: 'console',
    postIntervalMilliseconds: 0,
    serves: (workspaceId) => workspaceId === CONSOLE_WORKSPACE_ID,
    channels: async (workspaceId) => (workspaceId === CONSOLE_WORKSPACE_ID ? [...CHANNELS] : []),

    async post(post) {
      if (post.workspaceId !== CONSOLE_WORKSPACE_ID || !CHANNELS.some(({ id }) => id === post.channelId)) {
        throw new ProductError('channel_unreachable', { channel: post.channelId });
      }
      // One after the other within this process, so that posts do not race each other for the next id.
      const stored = queue.then(() => store(post));
      queue = stored.catch(() => undefined);
      const message = await stored;
      if (message) for (const listener of listeners) listener(message);
    },

    async history(channelId, { before, limit }) {
      const older = before === undefined ? {} : { _id: { $lt: before } };
      const newestFirst = await messages
        .find({ channelId, ...older })
        .sort({ _id: -1 })
        .limit(limit)
        .lean();
      return newestFirst.reverse();
    },

    since: async (id, limit) =>
      await messages
        .find({ _id: { $gt: id } })
        .sort({ _id: 1 })
        .limit(limit)
        .lean(),

    latestId,

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
