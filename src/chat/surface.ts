import type { Message } from './message.ts';

/** The one workspace of the local console. */
export const CONSOLE_WORKSPACE_ID = 'console';

export type ChatName = 'slack' | 'discord' | 'console';

/** The chat that a workspace is of. */
export function chatOf(workspaceId: string): ChatName {
  const [prefix] = workspaceId.split(':');
  return prefix === 'slack' || prefix === 'discord' ? prefix : 'console';
}

/** A place where the product can post. `workspaceId` decides the surface: `console`, `slack:T…`, `discord:…`. */
export interface ChannelReference {
  workspaceId: string;
  channelId: string;
}

export interface Channel {
  id: string;
  /** As people write it, without the leading `#`. */
  name: string;
}

/** A channel that the product may not be able to post to. */
export interface FoundChannel {
  id: string;
  /** Null when the chat does not tell it. */
  name: string | null;
  /** False for a channel of a kind to which the product never posts: for voices, or a forum. */
  isText: boolean;
}

/** Somebody of a workspace. */
export interface Person {
  id: string;
  name: string;
  /** The chat says that this is an admin or owner of the workspace; left out where it does not tell. */
  platformAdmin?: boolean;
}

/** One message to one channel. */
export interface ChannelPost extends ChannelReference {
  /** The same post has the same key: it is shown once. */
  key: string;
  message: Message;
}

/** What a chat adapter (Slack, Discord, console) offers to the rest of the product. */
export interface ChatSurface {
  name: ChatName;
  /** True when this surface serves the workspace. */
  serves(workspaceId: string): boolean;
  /** The channels that the product may post to. */
  channels(workspaceId: string): Promise<Channel[]>;
  /**
   * A channel of the workspace by its id or its name, whether or not the product may post there; null when there is none.
   * A surface without it has no other channels than those of `channels`.
   */
  channel?(workspaceId: string, idOrName: string): Promise<FoundChannel | null>;
  /** Who has that id; null when nobody of the workspace has. A surface without it takes any id as a name. */
  person?(workspaceId: string, userId: string): Promise<Person | null>;
  /**
   * Channels in each of which one admin reads alone: first these people, then one whom the chat names. Each is opened only when it is asked for.
   * @param admins ids of people who were made admins here
   */
  adminChannels?(workspaceId: string, admins: readonly string[]): AsyncIterable<string>;
  /** The setting without which nothing can be posted here, whatever people do in the chat; left out when there is all that it takes. */
  missingSetting?: string;
  /**
   * Posts once.
   * @param uncertainSince when an earlier attempt began of which nobody knows how it ended, in this process or in one that died: a surface that would
   *   post twice looks first whether it got through; null when there was none
   * @throws ProductError `channel_unreachable` when it can never succeed
   * @throws ChatUnavailableError when the chat takes nothing now, whatever the post; any other error is about this post, and may pass
   */
  post(post: ChannelPost, uncertainSince?: Date | null): Promise<void>;
  /** Least time between two posts to one channel, in milliseconds. */
  postIntervalMilliseconds: number;
}
