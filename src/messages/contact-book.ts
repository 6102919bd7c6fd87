import { type Connection, Schema } from 'mongoose';
import { modelOn } from '../database/model.ts';

/** What is remembered of a buyer's phone in one workspace, for ever: that nothing more is wanted, and when something was written. */
interface ContactDocument {
  /** `workspace phone` */
  _id: string;
  workspaceId: string;
  /** E.164. */
  phone: string;
  optedOutAt: Date | null;
  /** How: by a reply, or by a command. */
  optOutSource: 'reply' | 'command' | null;
  /** When something was last written to each instance. */
  repliedTo: Record<string, Date>;
}

const contactSchema = new Schema<ContactDocument>(
  {
    _id: { type: String, required: true },
    workspaceId: { type: String, required: true },
    phone: { type: String, required: true },
    optedOutAt: { type: Date, default: null },
    optOutSource: { type: String, default: null },
    repliedTo: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'contacts', versionKey: false, minimize: false },
);

export function contactModel(connection: Connection) {
  return modelOn<ContactDocument>(connection, 'Contact', contactSchema);
}

export interface ContactBook {
  /** Which of these phones want no message. */
  optedOut(workspaceId: string, phones: readonly string[]): Promise<Set<string>>;
  /** Honoured for ever; a second time changes nothing. */
  optOut(workspaceId: string, phone: string, source: 'reply' | 'command'): Promise<void>;
  noteReply(workspaceId: string, instanceId: string, phone: string, at: Date): Promise<void>;
  /** When somebody last wrote from each of these phones to each instance, by `conversationKey`; those who never did are left out. */
  lastReplies(workspaceId: string, phones: readonly string[]): Promise<Map<string, Date>>;
}

/** Names what was written between an instance and a phone: a reply to one number of a business opens no window for another. */
export function conversationKey(instanceId: string | null, phone: string): string {
  return `${instanceId} ${phone}`;
}

export function createContactBook(dependencies: { connection: Connection; now?: () => Date }): ContactBook {
  const { connection, now = () => new Date() } = dependencies;
  const contacts = contactModel(connection);
  const idOf = (workspaceId: string, phone: string) => `${workspaceId} ${phone}`;
  const idsOf = (workspaceId: string, phones: readonly string[]) => [
    ...new Set(phones.map((phone) => idOf(workspaceId, phone))),
  ];

  return {
    async optedOut(workspaceId, phones) {
      if (phones.length === 0) return new Set();
      const found = await contacts
        .find({ _id: { $in: idsOf(workspaceId, phones) }, optedOutAt: { $ne: null } })
        .lean<ContactDocument[]>();
      return new Set(found.map(({ phone }) => phone));
    },

    async optOut(workspaceId, phone, source) {
      const _id = idOf(workspaceId, phone);
      await contacts.updateOne({ _id }, { $setOnInsert: { workspaceId, phone, repliedTo: {} } }, { upsert: true });
      await contacts.updateOne({ _id, optedOutAt: null }, { $set: { optedOutAt: now(), optOutSource: source } });
    },

    async noteReply(workspaceId, instanceId, phone, at) {
      await contacts.updateOne(
        { _id: idOf(workspaceId, phone) },
        { $max: { [`repliedTo.${instanceId}`]: at }, $setOnInsert: { workspaceId, phone } },
        { upsert: true },
      );
    },

    async lastReplies(workspaceId, phones) {
      if (phones.length === 0) return new Map();
      const found = await contacts.find({ _id: { $in: idsOf(workspaceId, phones) } }).lean<ContactDocument[]>();
      return new Map(
        found.flatMap(({ phone, repliedTo }) =>
          Object.entries(repliedTo).map(([instanceId, at]) => [conversationKey(instanceId, phone), at] as const),
        ),
      );
    },
  };
}
