import { type Connection, Schema } from 'mongoose';
import type { Message } from '../chat/message.ts';
import type { ChatOutbox } from '../chat/outbox.ts';
import type { ChannelPost, ChannelReference } from '../chat/surface.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { modelOn } from '../database/model.ts';

interface IncidentDocument {
  /** What goes wrong, and where: `kind:id`. */
  _id: string;
  isOpen: boolean;
  /** Counts the times that it began, so that each has posts of its own. */
  number: number;
  /** Where it was told, and where its end is told. */
  channels: ChannelReference[];
  /** Written together with the change that they tell of, so that a crash in between loses none. */
  unposted: ChannelPost[];
}

const incidentSchema = new Schema<IncidentDocument>(
  {
    _id: { type: String, required: true },
    isOpen: { type: Boolean, required: true },
    number: { type: Number, required: true },
    channels: { type: Schema.Types.Mixed, required: true },
    unposted: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'incidents', versionKey: false, minimize: false },
);

export interface Incidents {
  /**
   * Notes whether something is wrong, and tells of it once when it begins and once when it is over. Can be repeated and run by several processes.
   * @param id names what is watched: `kind:id`
   * @param tell.channels asked only when it begins; its end is told in the same ones
   */
  note(
    id: string,
    isOpen: boolean,
    tell: { channels(): Promise<readonly ChannelReference[]>; message(): Message },
  ): Promise<void>;
}

/** What is wrong now, and who was told. */
export function createIncidents(dependencies: { connection: Connection; outbox: ChatOutbox }): Incidents {
  const { connection, outbox } = dependencies;
  const incidents = modelOn<IncidentDocument>(connection, 'Incident', incidentSchema);

  /** Can be repeated: the outbox keeps a key once. */
  async function post({ _id, isOpen, number, unposted }: IncidentDocument): Promise<void> {
    if (unposted.length === 0) return;
    for (const one of unposted) await outbox.enqueue(one);
    await incidents.updateOne({ _id, isOpen, number }, { $set: { unposted: [] } });
  }

  /** @returns false when another process noted a change first */
  async function change(before: IncidentDocument | null, after: IncidentDocument): Promise<boolean> {
    const { _id, ...fields } = after;
    if (before) {
      const { isOpen, number } = before;
      return (await incidents.updateOne({ _id, isOpen, number }, { $set: fields })).matchedCount === 1;
    }
    try {
      await incidents.create(after);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  return {
    async note(id, isOpen, { channels, message }) {
      const before = await incidents.findById(id).lean<IncidentDocument>();
      if (before) await post(before);
      if ((before?.isOpen ?? false) === isOpen) return;
      const number = (before?.number ?? 0) + (isOpen ? 1 : 0);
      const told = isOpen ? [...(await channels())] : (before?.channels ?? []);
      const after = { _id: id, isOpen, number, channels: told, unposted: postsOf(id, number, isOpen, told, message()) };
      if (await change(before, after)) await post(after);
    },
  };
}

function postsOf(
  id: string,
  number: number,
  isOpen: boolean,
  channels: readonly ChannelReference[],
  message: Message,
): ChannelPost[] {
  return channels.map(({ workspaceId, channelId }) => ({
    key: `incident:${id}:${number}:${isOpen ? 'begun' : 'over'}:${channelId}`,
    workspaceId,
    channelId,
    message,
  }));
}
