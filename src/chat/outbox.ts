import { randomUUID } from 'node:crypto';
import { groupBy } from 'es-toolkit';
import mongoose, { type Connection, Schema, type Types } from 'mongoose';
import type { Logger } from 'pino';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { modelOn } from '../database/model.ts';
import { isProductError } from '../text/product-error.ts';
import type { Message } from './message.ts';
import type { ChannelPost, ChatSurface } from './surface.ts';

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
postSchema.index({ createdAt: 1 }, { expireAfterSeconds: KEEP_SECONDS });

export function postModel(connection: Connection) {
  return modelOn<PostDocument>(connection, 'ChatPost', postSchema);
}

const CLAIM_MILLISECONDS = 30_000;
const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 5 * 60_000;
const MAXIMUM_ATTEMPTS = 20;
const POSTS_IN_A_DRAIN = 100;

export interface ChatOutbox {
  /** Keeps a post until it is made. A key that is there already changes nothing. */
  enqueue(post: ChannelPost): Promise<void>;
  /** Makes the posts that are due, those of one channel in order and at its pace. Returns how many were made. */
  drain(): Promise<number>;
  /** How far the posts of these keys have come. */
  statusOf(keys: readonly string[]): Promise<Map<string, PostStatus>>;
  /** How posting to a channel went last: null when nothing was ever posted there. */
  lastPost(workspaceId: string, channelId: string): Promise<{ status: PostStatus; at: Date } | null>;
}

/** Posts to chat channels that survive a restart. */
export function createChatOutbox(dependencies: {
  connection: Connection;
  surfaces: readonly ChatSurface[];
  log: Logger;
  now?: () => Date;
  random?: () => number;
  /** Waits between two posts to one channel. */
  pause?: (milliseconds: number) => Promise<void>;
}): ChatOutbox {
  const { connection, surfaces, log } = dependencies;
  const now = dependencies.now ?? (() => new Date());
  const random = dependencies.random ?? Math.random;
  const pause = dependencies.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  const posts = postModel(connection);

  async function claimDue(): Promise<PostDocument[]> {
    const due = await posts
      .find({ status: 'waiting', availableAt: { $lte: now() } })
      .sort({ availableAt: 1, _id: 1 })
      .limit(POSTS_IN_A_DRAIN)
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>();
    if (due.length === 0) return [];
    const ids = due.map(({ _id }) => _id);
    const claimId = randomUUID();
    await posts.updateMany(
      { _id: { $in: ids }, status: 'waiting', availableAt: { $lte: now() } },
      { $set: { claimId, availableAt: new Date(now().getTime() + CLAIM_MILLISECONDS) } },
    );
    return await posts
      .find({ _id: { $in: ids }, claimId })
      .sort({ _id: 1 })
      .lean<PostDocument[]>();
  }

  async function makePost(post: PostDocument, surface: ChatSurface | undefined): Promise<boolean> {
    try {
      if (!surface) throw new Error(`No chat is connected for workspace ${post.workspaceId}`);
      await surface.post({
        key: post.key,
        workspaceId: post.workspaceId,
        channelId: post.channelId,
        message: post.message,
      });
      await posts.updateOne({ _id: post._id }, { $set: { status: 'posted', postedAt: now(), error: null } });
      return true;
    } catch (error) {
      await noteFailure(post, error);
      return false;
    }
  }

  async function noteFailure(post: PostDocument, error: unknown): Promise<void> {
    const attempts = post.attempts + 1;
    const final = isProductError(error, 'channel_unreachable') || attempts >= MAXIMUM_ATTEMPTS;
    const longest = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (attempts - 1), LONGEST_RETRY_MILLISECONDS);
    const availableAt = new Date(now().getTime() + longest * (0.5 + random() / 2));
    log.warn(
      { err: error, post: post._id.toHexString(), channel: post.channelId, attempts, final },
      'A chat post was not made',
    );
    await posts.updateOne(
      { _id: post._id },
      { $set: { attempts, availableAt, status: final ? 'failed' : 'waiting', error: errorCode(error) } },
    );
  }

  async function drainChannel(channelPosts: readonly PostDocument[]): Promise<number> {
    let made = 0;
    for (const post of channelPosts) {
      const surface = surfaces.find((candidate) => candidate.serves(post.workspaceId));
      if (made > 0 && surface && surface.postIntervalMilliseconds > 0) await pause(surface.postIntervalMilliseconds);
      if (!(await makePost(post, surface))) break;
      made += 1;
    }
    return made;
  }

  return {
    async enqueue(post) {
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
    },

    async drain() {
      let total = 0;
      for (;;) {
        const claimed = await claimDue();
        if (claimed.length === 0) return total;
        const channels = groupBy(claimed, (post) => `${post.workspaceId} ${post.channelId}`);
        const made = await Promise.all(Object.values(channels).map(drainChannel));
        total += made.reduce((sum, count) => sum + count, 0);
      }
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

function errorCode(error: unknown): string {
  return isProductError(error) ? error.code : 'temporary';
}
