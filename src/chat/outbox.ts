import { randomUUID } from 'node:crypto';
import { partition } from 'es-toolkit';
import mongoose, { type Connection, Schema, type Types } from 'mongoose';
import type { Logger } from 'pino';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { modelOn } from '../database/model.ts';
import { isProductError } from '../text/product-error.ts';
import { type Locale, translator } from '../text/text.ts';
import { createChannelDirectory, describeChannel } from './channel-description.ts';
import { ChatUnavailableError } from './chat-unavailable.ts';
import type { Message } from './message.ts';
import type { ChannelPost, ChatSurface } from './surface.ts';
import { createUnreachableChannels, isLostChannelNotice } from './unreachable-channels.ts';

export const POST_STATUSES = ['waiting', 'posted', 'failed'] as const;
export type PostStatus = (typeof POST_STATUSES)[number];

export interface PostDocument {
  _id: Types.ObjectId;
  /** The same post has the same key, so it is written, and posted, once. */
  key: string;
  workspaceId: string;
  channelId: string;
  message: Message;
  status: PostStatus;
  attempts: number;
  /** Not tried before this moment: the back-off, and the claim of the worker that is posting it. */
  availableAt: Date;
  claimId: string | null;
  /** When the first attempt began, until one is known to have succeeded: the chat may show the post, or a part of it, already. */
  uncertainSince: Date | null;
  createdAt: Date;
  postedAt: Date | null;
  error: string | null;
}

const postSchema = new Schema<PostDocument>(
  {
    key: { type: String, required: true },
    workspaceId: { type: String, required: true },
    channelId: { type: String, required: true },
    message: { type: Schema.Types.Mixed, required: true },
    status: { type: String, enum: POST_STATUSES, required: true },
    attempts: { type: Number, required: true },
    availableAt: { type: Date, required: true },
    claimId: { type: String, default: null },
    uncertainSince: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    postedAt: { type: Date, default: null },
    error: { type: String, default: null },
  },
  { collection: 'chatposts', versionKey: false, minimize: false },
);
const KEEP_SECONDS = 90 * 24 * 60 * 60;
postSchema.index({ key: 1 }, { unique: true });
postSchema.index({ status: 1, availableAt: 1 });
postSchema.index({ workspaceId: 1, channelId: 1, _id: -1 });
// What waits in a channel, in order, without reading all that was ever posted there.
postSchema.index({ workspaceId: 1, channelId: 1, status: 1, _id: 1 });
postSchema.index({ createdAt: 1 }, { expireAfterSeconds: KEEP_SECONDS });

export function postModel(connection: Connection) {
  return modelOn<PostDocument>(connection, 'ChatPost', postSchema);
}

/**
 * Longer than it takes to make a post, at the worst: Discord has the request wait (15 s), and its answer never comes (10 s). So no shorter on a server,
 * where a restarted process cannot know whether the one that claimed a post is dead or slow: what another one is still sending would be sent twice,
 * because looking for it in the chat shows nothing yet. Only a process that is alone on its database need not wait (`releaseClaims`).
 */
const CLAIM_MILLISECONDS = 30_000;
const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 5 * 60_000;
/** A post that the chat refuses for itself is not worth more than this. */
const MAXIMUM_ATTEMPTS = 20;
/** News that a chat was too long away for is no news. */
const MAXIMUM_AGE_MILLISECONDS = 24 * 60 * 60_000;
/** So few at a time that no channel waits long for another one. */
const POSTS_OF_A_CHANNEL = 5;
const CHANNELS_IN_A_ROUND = 50;

/** Marks a post that waits for its chat: what comes after it in the channel waits as well. */
const CHAT_UNAVAILABLE = 'chat_unavailable';

interface ChannelKey {
  workspaceId: string;
  channelId: string;
}

export interface ChatOutbox {
  /** Keeps a post until it is made. A key that is there already changes nothing. */
  enqueue(post: ChannelPost): Promise<void>;
  /** Makes the posts that are due, those of one channel in order and at its pace. Returns how many were made. */
  drain(): Promise<number>;
  /**
   * Gives back what earlier processes had taken, so that nothing overtakes it. Only for a process that knows it is alone on the
   * database: it spares the wait for their claims to end.
   */
  releaseClaims(): Promise<void>;
  /** How far the posts of these keys have come. */
  statusOf(keys: readonly string[]): Promise<Map<string, PostStatus>>;
  /** How posting to a channel went last: null when nothing was ever posted there. */
  lastPost(workspaceId: string, channelId: string): Promise<{ status: PostStatus; at: Date } | null>;
}

/**
 * Posts to chat channels that survive a restart. A chat that is busy or away is waited for, and asked again when it said so; a channel that cannot be reached
 * is reported once to an admin.
 * @param dependencies.adminChannels where the admins of a workspace read, each alone; the first who can be reached is told
 * @param dependencies.locale of what the admin is told
 */
export function createChatOutbox(dependencies: {
  connection: Connection;
  surfaces: readonly ChatSurface[];
  adminChannels(workspaceId: string): AsyncIterable<string>;
  locale: Locale;
  log: Logger;
  now?: () => Date;
  random?: () => number;
  /** Waits between two posts to one channel. */
  pause?: (milliseconds: number) => Promise<void>;
}): ChatOutbox {
  const { connection, surfaces, adminChannels, log } = dependencies;
  const now = dependencies.now ?? (() => new Date());
  const random = dependencies.random ?? Math.random;
  const pause = dependencies.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  const posts = postModel(connection);
  const lastPostAt = new Map<string, number>();
  const directory = createChannelDirectory(surfaces);
  const unreachable = createUnreachableChannels({ connection, locale: dependencies.locale, now });

  async function dueChannels(): Promise<ChannelKey[]> {
    const groups = await posts.aggregate<{ _id: ChannelKey }>([
      { $match: { status: 'waiting', availableAt: { $lte: now() } } },
      { $group: { _id: { workspaceId: '$workspaceId', channelId: '$channelId' }, first: { $min: '$_id' } } },
      { $sort: { first: 1 } },
      { $limit: CHANNELS_IN_A_ROUND },
    ]);
    return groups.map(({ _id }) => _id);
  }

  /** Until when the chat does not take a post of a channel that comes before the others; null: nothing is in their way. */
  async function channelHeldUntil({ workspaceId, channelId }: ChannelKey): Promise<Date | null> {
    const held = await posts
      .findOne({ workspaceId, channelId, status: 'waiting', error: CHAT_UNAVAILABLE, availableAt: { $gt: now() } })
      .sort({ _id: 1 })
      .select({ availableAt: 1 })
      .lean<Pick<PostDocument, 'availableAt'>>();
    return held?.availableAt ?? null;
  }

  /** @returns none when others have taken them; null when another worker is at what comes before them */
  async function claimDue({ workspaceId, channelId }: ChannelKey): Promise<PostDocument[] | null> {
    const isDue = { workspaceId, channelId, status: 'waiting' as const, availableAt: { $lte: now() } };
    const heldUntil = await channelHeldUntil({ workspaceId, channelId });
    if (heldUntil) {
      await posts.updateMany(isDue, { $set: { availableAt: heldUntil } });
      return [];
    }
    const due = await posts
      .find(isDue)
      .sort({ _id: 1 })
      .limit(POSTS_OF_A_CHANNEL)
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>();
    if (due.length === 0) return [];
    const ids = due.map(({ _id }) => _id);
    const claimId = randomUUID();
    await posts.updateMany(
      { ...isDue, _id: { $in: ids } },
      { $set: { claimId, availableAt: later(CLAIM_MILLISECONDS), error: null } },
    );
    const taken = await posts
      .find({ _id: { $in: ids }, claimId })
      .sort({ _id: 1 })
      .lean<PostDocument[]>();
    // Looked at afterwards: of two workers that claim at the same time, the one with the later posts sees the other.
    const inTheWay = await claimedByOther(taken);
    if (inTheWay === null) return taken;
    const [before, after] = partition(taken, ({ _id }) => _id.toHexString() < inTheWay.toHexString());
    await holdBack(after, now());
    return before.length > 0 ? before : null;
  }

  /** The first post between these that another worker is at, or died at less than a claim ago; null: there is none. */
  async function claimedByOther(taken: readonly PostDocument[]): Promise<Types.ObjectId | null> {
    const last = taken.at(-1);
    if (!last) return null;
    const { workspaceId, channelId, claimId } = last;
    const other = await posts
      .findOne({
        workspaceId,
        channelId,
        status: 'waiting',
        _id: { $lt: last._id },
        claimId: { $nin: [null, claimId] },
        availableAt: { $gt: now() },
      })
      .sort({ _id: 1 })
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }>();
    return other?._id ?? null;
  }

  function later(milliseconds: number): Date {
    return new Date(now().getTime() + milliseconds);
  }

  /** Notes that an attempt begins, and makes its claim last from now on; false when it ran out meanwhile and another worker has the post. */
  async function beginAttempt({ _id, claimId, uncertainSince }: PostDocument): Promise<boolean> {
    const held = await posts.updateOne(
      { _id, claimId, status: 'waiting' },
      { $set: { availableAt: later(CLAIM_MILLISECONDS), uncertainSince: uncertainSince ?? now() } },
    );
    return held.matchedCount === 1;
  }

  /** Waits until the channel takes another post. */
  async function keepPace(post: PostDocument, { postIntervalMilliseconds }: ChatSurface): Promise<void> {
    if (postIntervalMilliseconds === 0) return;
    const name = channelName(post);
    const last = lastPostAt.get(name);
    const wait = last === undefined ? 0 : last + postIntervalMilliseconds - now().getTime();
    if (wait > 0) await pause(Math.min(wait, postIntervalMilliseconds));
    lastPostAt.set(name, now().getTime());
  }

  async function makePost(post: PostDocument): Promise<unknown> {
    try {
      const surface = surfaces.find((candidate) => candidate.serves(post.workspaceId));
      if (!surface) throw new ChatUnavailableError(`none is connected for workspace ${post.workspaceId}`);
      await keepPace(post, surface);
      if (!(await beginAttempt(post))) return null;
      const { key, workspaceId, channelId, message, uncertainSince } = post;
      await surface.post({ key, workspaceId, channelId, message }, uncertainSince);
    } catch (error) {
      return error;
    }
    await posts.updateOne(
      { _id: post._id },
      { $set: { status: 'posted', postedAt: now(), uncertainSince: null, error: null } },
    );
    await recover(post);
    return null;
  }

  /** What a lost channel refused that is still news. */
  function refusedLately({ workspaceId, channelId }: ChannelKey) {
    const recent = new Date(now().getTime() - MAXIMUM_AGE_MILLISECONDS);
    return {
      workspaceId,
      channelId,
      status: 'failed',
      error: 'channel_unreachable',
      createdAt: { $gt: recent },
    } as const;
  }

  /** A failed post as one that was never tried. */
  function anew() {
    return { status: 'waiting', attempts: 0, availableAt: now(), claimId: null, error: null } as const;
  }

  /** A channel that takes posts again gets what it had refused meanwhile, unless that is no news any more. */
  async function recover(channel: ChannelKey): Promise<void> {
    if (!(await unreachable.isMarked(channel))) return;
    await posts.updateMany(refusedLately(channel), { $set: anew() });
    // Last, so that a crash before it leaves the channel to be looked at after its next post.
    await unreachable.clear(channel);
  }

  /** The back-off: as long as the chat asked for, else ever longer, with jitter so that nobody comes back all at once. */
  function nextTry(attempts: number, error: unknown): Date {
    const asked = error instanceof ChatUnavailableError ? error.retryAfterMilliseconds : null;
    if (asked !== null) return later(asked);
    const longest = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (attempts - 1), LONGEST_RETRY_MILLISECONDS);
    return later(longest * (0.5 + random() / 2));
  }

  function isFinal(post: PostDocument, attempts: number, error: unknown): boolean {
    if (isProductError(error, 'channel_unreachable')) return true;
    if (now().getTime() - post.createdAt.getTime() > MAXIMUM_AGE_MILLISECONDS) return true;
    return attempts >= MAXIMUM_ATTEMPTS && !(error instanceof ChatUnavailableError);
  }

  async function noteFailure(post: PostDocument, error: unknown): Promise<Date> {
    const attempts = post.attempts + 1;
    const final = isFinal(post, attempts, error);
    const availableAt = nextTry(attempts, error);
    log.warn(
      { err: error, post: post._id.toHexString(), channel: post.channelId, attempts, final },
      'A chat post was not made',
    );
    await posts.updateOne(
      { _id: post._id },
      { $set: { attempts, availableAt, claimId: null, status: final ? 'failed' : 'waiting', error: errorCode(error) } },
    );
    return availableAt;
  }

  /** What comes after a failed post of the same channel: nothing of it is made before the post is. */
  async function holdBack(others: readonly PostDocument[], availableAt: Date): Promise<void> {
    await posts.updateMany(claimed(others), { $set: { availableAt, claimId: null } });
  }

  async function giveUp(others: readonly PostDocument[], error: unknown): Promise<void> {
    await posts.updateMany(claimed(others), { $set: { status: 'failed', error: errorCode(error) } });
  }

  async function tellAdmin(post: PostDocument): Promise<void> {
    const { label } = await describeChannel(directory, post, translator(dependencies.locale));
    const notice = await unreachable.mark(post, label);
    // What cannot be reached is the conversation with an admin.
    if (isLostChannelNotice(post)) return await tellNextAdmin(post);
    const told = await posts.findOne({ key: notice.key }).lean<PostDocument>();
    if (told?.status === 'failed') return await tellNextAdmin(told);
    const admin = told ? null : await adminToTell(post.workspaceId);
    if (admin) await enqueue({ ...notice, channelId: admin.channelId });
  }

  /** The first admin who is not known to be out of reach, or else the first of all; null when there is none. */
  async function adminToTell(workspaceId: string): Promise<{ channelId: string; mayBeReached: boolean } | null> {
    let first: string | null = null;
    for await (const channelId of adminChannels(workspaceId)) {
      if (!(await unreachable.isMarked({ workspaceId, channelId }))) return { channelId, mayBeReached: true };
      first ??= channelId;
    }
    return first === null ? null : { channelId: first, mayBeReached: false };
  }

  /** Moves the notices that one admin could not be shown to another one. */
  async function tellNextAdmin({ workspaceId, channelId }: ChannelKey): Promise<void> {
    const next = await adminToTell(workspaceId);
    if (!next?.mayBeReached) return;
    await posts.updateMany(refusedLately({ workspaceId, channelId }), {
      $set: { ...anew(), channelId: next.channelId, uncertainSince: null },
    });
  }

  /**
   * @param busy takes the name of a channel that another worker is at
   * @returns how many were made
   */
  async function drainChannel(channel: ChannelKey, busy: Set<string>): Promise<number> {
    const claimedPosts = await claimDue(channel);
    if (claimedPosts === null) {
      busy.add(channelName(channel));
      return 0;
    }
    let made = 0;
    for (const [index, post] of claimedPosts.entries()) {
      const error = await makePost(post);
      if (error === null) {
        made += 1;
        continue;
      }
      const availableAt = await noteFailure(post, error);
      const others = claimedPosts.slice(index + 1);
      if (isProductError(error, 'channel_unreachable')) {
        await giveUp(others, error);
        await tellAdmin(post).catch((fault: unknown) =>
          log.warn({ err: fault }, 'No admin was told of a lost channel'),
        );
        break;
      }
      if (error instanceof ChatUnavailableError) {
        await holdBack(others, availableAt);
        break;
      }
    }
    return made;
  }

  async function enqueue(post: ChannelPost): Promise<void> {
    try {
      await posts.create({
        _id: new mongoose.Types.ObjectId(),
        ...post,
        status: 'waiting',
        attempts: 0,
        availableAt: now(),
        createdAt: now(),
      });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  return {
    enqueue,

    async drain() {
      let total = 0;
      // What is due in a channel that another worker is at is made by that one, or by the next drain once its claim is over.
      const busy = new Set<string>();
      for (;;) {
        const channels = (await dueChannels()).filter((channel) => !busy.has(channelName(channel)));
        if (channels.length === 0) return total;
        const made = await Promise.all(channels.map((channel) => drainChannel(channel, busy)));
        total += made.reduce((sum, count) => sum + count, 0);
      }
    },

    async releaseClaims() {
      await posts.updateMany(
        { status: 'waiting', claimId: { $ne: null } },
        { $set: { availableAt: now(), claimId: null } },
      );
    },

    async statusOf(keys) {
      const found = await posts
        .find({ key: { $in: [...new Set(keys)] } })
        .select({ key: 1, status: 1 })
        .lean<Pick<PostDocument, 'key' | 'status'>[]>();
      return new Map(found.map(({ key, status }) => [key, status]));
    },

    async lastPost(workspaceId, channelId) {
      const post = await posts
        .findOne({ workspaceId, channelId, status: { $ne: 'waiting' } })
        .sort({ _id: -1 })
        .lean<PostDocument>();
      return post ? { status: post.status, at: post.postedAt ?? post.createdAt } : null;
    },
  };
}

function channelName({ workspaceId, channelId }: ChannelKey): string {
  return `${workspaceId} ${channelId}`;
}

function claimed(some: readonly PostDocument[]) {
  return { _id: { $in: some.map(({ _id }) => _id) }, claimId: some[0]?.claimId ?? null, status: 'waiting' as const };
}

function errorCode(error: unknown): string {
  if (error instanceof ChatUnavailableError) return CHAT_UNAVAILABLE;
  return isProductError(error) ? error.code : 'temporary';
}
