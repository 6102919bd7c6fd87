import { type Connection, type Model, Schema } from 'mongoose';
import { modelOn } from '../../database/model.ts';
import type { Message } from '../message.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** How long the console remembers what was posted. */
const KEPT_DAYS = 90;

/** One message in a channel of the console. */
export interface ConsoleMessage {
  /** Grows by one with each message, over all channels: what was seen up to here is said by one number. */
  _id: number;
  /** The same post has the same key. */
  key: string;
  channelId: string;
  postedAt: Date;
  /** The command that a reply answers; null when the product spoke by itself. */
  line: string | null;
  message: Message;
}

const consoleMessageSchema = new Schema<ConsoleMessage>(
  {
    _id: { type: Number, required: true },
    key: { type: String, required: true },
    channelId: { type: String, required: true },
    postedAt: { type: Date, required: true },
    line: { type: String, default: null },
    message: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'consoleMessages', versionKey: false, minimize: false, autoIndex: false },
)
  .index({ key: 1 }, { unique: true })
  .index({ channelId: 1, _id: -1 })
  .index({ postedAt: 1 }, { expireAfterSeconds: KEPT_DAYS * DAY_SECONDS });

/** The model of the console's messages on a connection. */
export function consoleMessageModel(connection: Connection): Model<ConsoleMessage> {
  return modelOn(connection, 'ConsoleMessage', consoleMessageSchema);
}

/** The models whose indexes must exist before the console is used. */
export function consoleModels(connection: Connection): Model<ConsoleMessage>[] {
  return [consoleMessageModel(connection)];
}
