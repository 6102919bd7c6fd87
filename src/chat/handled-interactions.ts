import { type Connection, Schema } from 'mongoose';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { modelOn } from '../database/model.ts';

/** Chats redeliver within minutes. */
const KEPT_SECONDS = 60 * 60;

interface HandledInteraction {
  /** The chat and its own id of the interaction. */
  _id: string;
  at: Date;
}

const handledInteractionSchema = new Schema<HandledInteraction>(
  { _id: { type: String, required: true }, at: { type: Date, required: true } },
  { collection: 'handledinteractions', versionKey: false },
);
handledInteractionSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export interface HandledInteractions {
  /** True for the first call with that id, in whichever process and before or after a restart; false from then on. */
  claim(id: string): Promise<boolean>;
}

/** Chats deliver a command or a press again when its acknowledgement was lost. Each is done once: the guard is the unique id. */
export function createHandledInteractions(dependencies: {
  connection: Connection;
  now?: () => Date;
}): HandledInteractions {
  const { connection, now = () => new Date() } = dependencies;
  const handled = modelOn<HandledInteraction>(connection, 'HandledInteraction', handledInteractionSchema);
  return {
    async claim(id) {
      try {
        await handled.create({ _id: id, at: now() });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
  };
}
