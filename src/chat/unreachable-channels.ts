import { type Connection, Schema } from 'mongoose';
import { modelOn } from '../database/model.ts';
import { type Locale, translator } from '../text/text.ts';
import { textMessage } from './message.ts';
import { type ChannelPost, type ChannelReference, chatOf } from './surface.ts';

interface UnreachableChannel {
  /** `workspace channel` */
  _id: string;
  since: Date;
}

const unreachableChannelSchema = new Schema<UnreachableChannel>(
  { _id: { type: String, required: true }, since: { type: Date, required: true } },
  { collection: 'unreachablechannels', versionKey: false },
);

const NOTICE = 'channel-lost:';

/** Whether a post is what an admin is told of a lost channel. */
export function isLostChannelNotice({ key }: { key: string }): boolean {
  return key.startsWith(NOTICE);
}

export interface UnreachableChannels {
  /**
   * Notes that a channel cannot be reached.
   * @param label what people call the channel
   * @returns what an admin is told: the same key for as long as the channel stays lost, so that it is told once
   */
  mark(channel: ChannelReference, label: string): Promise<Omit<ChannelPost, 'channelId'>>;
  isMarked(channel: ChannelReference): Promise<boolean>;
  /** A post was made, so the channel is there; the next loss is told again. */
  clear(channel: ChannelReference): Promise<void>;
}

/** The channels that a chat refuses for good, each since its first refusal. */
export function createUnreachableChannels(dependencies: {
  connection: Connection;
  locale: Locale;
  now: () => Date;
}): UnreachableChannels {
  const { connection, locale, now } = dependencies;
  const translate = translator(locale);
  const channels = modelOn<UnreachableChannel>(connection, 'UnreachableChannel', unreachableChannelSchema);
  return {
    async mark({ workspaceId, channelId }, label) {
      const _id = idOf({ workspaceId, channelId });
      await channels.updateOne({ _id }, { $setOnInsert: { since: now() } }, { upsert: true });
      const marked = await channels.findById(_id).lean<UnreachableChannel>();
      const since = marked?.since ?? now();
      // A chat that lacks a setting reaches nobody who could be told so.
      const remedy = translate('channel.invite', { chat: chatOf(workspaceId) });
      return {
        key: `${NOTICE}${workspaceId}:${channelId}:${since.toISOString()}`,
        workspaceId,
        message: textMessage('attention', translate('alert.channel_lost', { channel: label, remedy })),
      };
    },
    async isMarked(channel) {
      return (await channels.exists({ _id: idOf(channel) })) !== null;
    },
    async clear(channel) {
      await channels.deleteOne({ _id: idOf(channel) });
    },
  };
}

function idOf({ workspaceId, channelId }: ChannelReference): string {
  return `${workspaceId} ${channelId}`;
}
