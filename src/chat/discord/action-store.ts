import { type Connection, Schema } from 'mongoose';
import { modelOn } from '../../database/model.ts';
import { actionKey, type KeptAction } from './kept-action.ts';

/** As long as a button is likely to be pressed; posts are kept no longer either. */
const KEPT_SECONDS = 90 * 24 * 60 * 60;
/** Forms that open without asking the database. */
const MAXIMUM_REMEMBERED = 1_000;

interface ActionDocument {
  /** The workspace and the action's key: what is kept for one guild is found by no other. */
  _id: string;
  action: KeptAction;
  at: Date;
}

const actionSchema = new Schema<ActionDocument>(
  {
    _id: { type: String, required: true },
    action: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true },
  },
  { collection: 'discordactions', versionKey: false, minimize: false },
);
actionSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export interface ActionStore {
  /** Keeps actions before the message that has them is posted. */
  keep(workspaceId: string, actions: readonly KeptAction[]): Promise<void>;
  /** What this process kept lately, without asking the database: a modal has to be opened at once. */
  remembered(workspaceId: string, key: string): KeptAction | null;
  /** What any process kept; it is remembered from then on. Null when it was never kept or is too old. */
  find(workspaceId: string, key: string): Promise<KeptAction | null>;
}

/** The actions of buttons, lists and forms that do not fit into an id, so that they work after a restart and in each process. */
export function createActionStore(dependencies: { connection: Connection; now?: () => Date }): ActionStore {
  const { connection, now = () => new Date() } = dependencies;
  const documents = modelOn<ActionDocument>(connection, 'DiscordAction', actionSchema);
  const memory = new Map<string, KeptAction>();

  function remember(id: string, action: KeptAction): void {
    memory.delete(id);
    memory.set(id, action);
    const [oldest] = memory.keys();
    if (memory.size > MAXIMUM_REMEMBERED && oldest !== undefined) memory.delete(oldest);
  }

  return {
    async keep(workspaceId, actions) {
      for (const action of actions) {
        const id = idOf(workspaceId, actionKey(action));
        await documents.updateOne({ _id: id }, { $set: { action, at: now() } }, { upsert: true });
        remember(id, action);
      }
    },

    remembered: (workspaceId, key) => memory.get(idOf(workspaceId, key)) ?? null,

    async find(workspaceId, key) {
      const id = idOf(workspaceId, key);
      const action = memory.get(id) ?? (await documents.findById(id).lean<ActionDocument>())?.action ?? null;
      if (action) remember(id, action);
      return action;
    },
  };
}

function idOf(workspaceId: string, key: string): string {
  return `${workspaceId} ${key}`;
}
