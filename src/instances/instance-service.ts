import { createHash, randomBytes, randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { z } from 'zod';
import { foldCase } from '../chat/arguments.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { SecretBox } from '../database/secret-box.ts';
import { type ProviderCredentials, readCredentials } from '../senders/registry.ts';
import { PROVIDERS, type Provider } from '../senders/sender.ts';
import { isTimezone, type LocalDay, localDay } from '../text/local-time.ts';
import { nameList } from '../text/name-list.ts';
import { ProductError } from '../text/product-error.ts';
import { type InstanceDocument, instanceModel } from './instance-model.ts';
import { addedTo, nextSend, type SendingState } from './sending-pace.ts';

const TOKEN_BYTES = 24;
const MAXIMUM_NAME_LENGTH = 60;
const DEFAULT_INTERVAL_MILLISECONDS = 20_000;
/** Official senders are paced by their provider; the others send from a person's number, and a fast one is blocked. */
const SHORTEST_INTERVAL_MILLISECONDS: Record<Provider, number> = {
  log: 0,
  'whatsapp-cloud': 0,
  http: 0,
  evolution: 1_000,
};
const FIRST_WARM_UP_DAY = 20;
const WARM_UP_GROWTH = 1.5;
/** A worker that has not renewed its lease after this time has died; longer than the longest wait for a provider. */
const LEASE_MILLISECONDS = 90_000;
/** A lease that is said to last longer was taken by a clock that has been put back since, or runs far ahead. */
const LONGEST_LEASE_MILLISECONDS = 2 * LEASE_MILLISECONDS;
/** How soon the provider of a disconnected instance is asked again, unless a person does before. */
const CHECK_AGAIN_MILLISECONDS = 60_000;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
export const workingHoursSchema = z
  .strictObject({ from: timeOfDay, to: timeOfDay, days: z.array(z.int().min(1).max(7)).min(1) })
  .refine(({ from, to }) => from !== to);

export const instanceChangesSchema = z
  .strictObject({
    name: z.string(),
    intervalMilliseconds: z.int().min(0).max(3_600_000),
    dailyLimit: z.int().min(1).max(1_000_000).nullable(),
    hours: workingHoursSchema.nullable(),
    warmUp: z.boolean(),
    timezone: z.string().refine(isTimezone),
  })
  .partial();
export type InstanceChanges = z.output<typeof instanceChangesSchema>;

/** A WhatsApp sender of a workspace. Its credentials never leave the service. */
export interface Instance extends SendingState {
  id: string;
  workspaceId: string;
  name: string;
  provider: Provider;
  webhookUrl: string;
  storeIds: string[];
  connection: InstanceDocument['connection'];
  connectionReason: string | null;
  checkAt: Date | null;
  restsInARow: number;
  refusalsInARow: number;
  refusalReason: string | null;
  connectionSince: Date;
  createdAt: Date;
}

export interface InstanceService {
  /** @throws ProductError `instance_name_empty`, `instance_name_long`, `instance_name_taken`, `instance_credentials` */
  create(
    workspaceId: string,
    input: { name: string; provider: Provider; credentials: unknown; timezone: string },
  ): Promise<Instance>;
  list(workspaceId: string): Promise<Instance[]>;
  /** Those that are gone, the one that was removed last first. */
  listRemoved(workspaceId: string): Promise<Instance[]>;
  /** What some instances are called, by id; those that were removed too. */
  names(workspaceId: string, ids: readonly string[]): Promise<Map<string, string>>;
  /** @throws ProductError `instance_unknown` */
  get(workspaceId: string, id: string): Promise<Instance>;
  /**
   * The instance that a person means by a typed name or id; with nothing typed, the only one there is.
   * @throws ProductError `instance_unknown_named`, `instance_which`, `instance_none`
   */
  resolve(workspaceId: string, typed: string | undefined): Promise<Instance>;
  /** @throws ProductError as `create`, and `instance_interval` */
  update(workspaceId: string, id: string, changes: InstanceChanges): Promise<Instance>;
  /**
   * Changes some of what the provider has to be told; the rest stays.
   * @throws ProductError `instance_credentials`, `instance_unknown`
   */
  changeCredentials(workspaceId: string, id: string, changes: Readonly<Record<string, unknown>>): Promise<Instance>;
  /** Lets a store send through it, or no longer. */
  link(workspaceId: string, id: string, storeId: string, linked: boolean): Promise<Instance>;
  remove(workspaceId: string, id: string): Promise<void>;
  /** The instances that a store's messages may go through. */
  ofStore(storeId: string): Promise<Instance[]>;
  /** The instance of a provider's webhook; null when there is none. */
  ofWebhookToken(token: string): Promise<Instance | null>;
  credentialsOf(id: string): Promise<ProviderCredentials>;
  noteConnection(id: string, connection: 'connected' | 'disconnected', reason: string | null): Promise<void>;
  /** Notes that its provider took no message because of the instance, whatever the provider says of its connection. */
  noteRefused(id: string, reason: string): Promise<void>;
  /**
   * An instance whose connection is due to be looked at, of any workspace. Nobody else is given it for so long.
   * @returns null when none is due
   */
  claimCheck(pauseMilliseconds: number): Promise<Instance | null>;
  /**
   * Takes an instance for one worker, or keeps it: nobody else can have it until the lease ends.
   * @returns its state now; null when it is another worker's, or gone
   */
  lease(id: string, leaseId: string): Promise<Instance | null>;
  endLease(id: string, leaseId: string): Promise<void>;
  /** Only for a process that knows it is alone on the database. */
  endAllLeases(): Promise<void>;
  /**
   * Counts messages that are about to leave, before they do, so that a crash can only make the day shorter.
   * @param seen the instance as `lease` gave it
   * @returns the day that they count for; null when the lease is lost
   */
  takeSlots(seen: Instance, leaseId: string, count: number): Promise<LocalDay | null>;
  /** Counts messages no longer that did not leave after all. */
  giveBackSlots(id: string, day: LocalDay, count: number): Promise<void>;
  /** Leaves the provider alone for a while. @param seen the instance as it was when the messages left */
  rest(seen: Instance, until: Date): Promise<void>;
  /** Notes that a message was accepted. @param seen the instance as it was when the message left */
  noteAccepted(seen: Instance): Promise<void>;
  /** Which of some instances have not been removed. */
  present(ids: readonly string[]): Promise<Set<string>>;
}

/** WhatsApp senders: who they are, how they are paced, and which worker sends through them. */
export function createInstanceService(dependencies: {
  connection: Connection;
  secretBox: SecretBox;
  publicUrl(): string;
  /** Told of an instance that is gone, whose queue has to go elsewhere. */
  onRemoved(instanceId: string): Promise<void>;
  now?: () => Date;
}): InstanceService {
  const { connection, secretBox, publicUrl, now = () => new Date() } = dependencies;
  const instances = instanceModel(connection);

  function toInstance(document: InstanceDocument): Instance {
    const { _id, webhookTokenSealed, workspaceId, name, provider, storeIds, createdAt } = document;
    const { intervalMilliseconds, dailyLimit, hours, warmUp, timezone, today, nextSendAt } = document;
    const { restUntil, restsInARow, refusalsInARow, refusalReason, checkAt } = document;
    return {
      id: _id.toHexString(),
      workspaceId,
      name,
      provider,
      webhookUrl: `${publicUrl()}/webhooks/whatsapp/${secretBox.open(webhookTokenSealed)}`,
      storeIds,
      connection: document.connection,
      connectionReason: document.connectionReason,
      connectionSince: document.connectionSince,
      intervalMilliseconds,
      dailyLimit,
      hours,
      warmUp,
      timezone,
      checkAt,
      today,
      nextSendAt,
      restUntil,
      restsInARow,
      refusalsInARow,
      refusalReason,
      createdAt,
    };
  }

  async function list(workspaceId: string): Promise<Instance[]> {
    const found = await instances.find({ workspaceId, removedAt: null }).sort({ _id: 1 }).lean<InstanceDocument[]>();
    return found.map(toInstance);
  }

  async function get(workspaceId: string, id: string): Promise<Instance> {
    const found = mongoose.isValidObjectId(id)
      ? await instances.findOne({ _id: id, workspaceId, removedAt: null }).lean<InstanceDocument>()
      : null;
    if (!found) throw new ProductError('instance_unknown');
    return toInstance(found);
  }

  async function setFields(workspaceId: string, id: string, update: mongoose.UpdateQuery<InstanceDocument>) {
    try {
      const changed = await instances
        .findOneAndUpdate({ _id: id, workspaceId, removedAt: null }, update, { returnDocument: 'after' })
        .lean<InstanceDocument>();
      if (!changed) throw new ProductError('instance_unknown');
      return toInstance(changed);
    } catch (error) {
      throw isDuplicateKey(error) ? new ProductError('instance_name_taken', {}, { cause: error }) : error;
    }
  }

  async function credentialsOf(id: string): Promise<ProviderCredentials> {
    const found = await instances.findById(id).lean<InstanceDocument>();
    if (!found) throw new ProductError('instance_unknown');
    return readCredentials(found.provider, JSON.parse(secretBox.open(found.credentialsSealed)));
  }

  async function noteConnection(id: string, state: 'connected' | 'disconnected', reason: string | null): Promise<void> {
    const checkAt = state === 'connected' ? null : new Date(now().getTime() + CHECK_AGAIN_MILLISECONDS);
    const noted = { connection: state, connectionReason: reason, checkAt };
    const changed = await instances.updateOne(
      { _id: id, connection: { $ne: state } },
      { $set: { ...noted, connectionSince: now() } },
    );
    if (changed.matchedCount === 0) await instances.updateOne({ _id: id }, { $set: noted });
  }

  return {
    list,
    get,

    async listRemoved(workspaceId) {
      const found = await instances
        .find({ workspaceId, removedAt: { $ne: null } })
        .sort({ removedAt: -1 })
        .lean<InstanceDocument[]>();
      return found.map(toInstance);
    },

    async names(workspaceId, ids) {
      if (ids.length === 0) return new Map();
      const found = await instances
        .find({ _id: { $in: ids }, workspaceId })
        .select({ name: 1 })
        .lean<Pick<InstanceDocument, '_id' | 'name'>[]>();
      return new Map(found.map(({ _id, name }) => [_id.toHexString(), name]));
    },

    async create(workspaceId, { name: typed, provider, credentials, timezone }) {
      const name = checkedName(typed);
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const document: InstanceDocument = {
        _id: new mongoose.Types.ObjectId(),
        workspaceId,
        name,
        nameKey: foldCase(name),
        provider,
        credentialsSealed: secretBox.seal(JSON.stringify(checkedCredentials(provider, credentials))),
        webhookTokenHash: hashOf(token),
        webhookTokenSealed: secretBox.seal(token),
        storeIds: [],
        connection: 'unknown',
        connectionReason: null,
        checkAt: null,
        connectionSince: now(),
        nextCheckAt: now(),
        intervalMilliseconds: provider === 'evolution' ? DEFAULT_INTERVAL_MILLISECONDS : 0,
        dailyLimit: null,
        hours: null,
        warmUp: null,
        timezone,
        today: { day: localDay(now(), timezone), count: 0 },
        nextSendAt: now(),
        restUntil: null,
        restsInARow: 0,
        refusalsInARow: 0,
        refusalReason: null,
        leaseId: null,
        leasedUntil: new Date(0),
        createdAt: now(),
        removedAt: null,
      };
      try {
        await instances.create(document);
      } catch (error) {
        throw isDuplicateKey(error) ? new ProductError('instance_name_taken', {}, { cause: error }) : error;
      }
      return toInstance(document);
    },

    async resolve(workspaceId, typed) {
      const known = await list(workspaceId);
      if (known.length === 0) throw new ProductError('instance_none');
      const names = nameList(known.map(({ name }) => name));
      const wanted = foldCase(typed ?? '');
      const [only] = known;
      if (wanted === '' && known.length === 1 && only) return only;
      if (wanted === '') throw new ProductError('instance_which', { names });
      const found = known.find(({ id, name }) => id === wanted || foldCase(name) === wanted);
      if (!found) throw new ProductError('instance_unknown_named', { name: typed ?? '', names });
      return found;
    },

    async update(workspaceId, id, { name: typed, warmUp, ...pace }) {
      const before = await get(workspaceId, id);
      const shortest = SHORTEST_INTERVAL_MILLISECONDS[before.provider];
      if (pace.intervalMilliseconds !== undefined && pace.intervalMilliseconds < shortest) {
        throw new ProductError('instance_interval', { seconds: shortest / 1_000 });
      }
      const name = typed === undefined ? {} : namedAs(checkedName(typed));
      const startedOn = localDay(now(), pace.timezone ?? before.timezone);
      // One that is under way does not begin anew because it is asked for again, as a form or a client does that sends everything.
      const warmed =
        warmUp === undefined || warmUp === (before.warmUp !== null)
          ? {}
          : { warmUp: warmUp ? { startedOn, first: FIRST_WARM_UP_DAY, growth: WARM_UP_GROWTH } : null };
      return await setFields(workspaceId, id, { $set: { ...pace, ...name, ...warmed } });
    },

    async changeCredentials(workspaceId, id, changes) {
      const { provider } = await get(workspaceId, id);
      const before = await credentialsOf(id);
      const credentials = checkedCredentials(provider, { ...before.credentials, ...changes });
      return await setFields(workspaceId, id, {
        $set: {
          credentialsSealed: secretBox.seal(JSON.stringify(credentials)),
          connection: 'unknown',
          connectionReason: null,
          checkAt: null,
          restUntil: null,
          restsInARow: 0,
          refusalsInARow: 0,
          refusalReason: null,
          connectionSince: now(),
        },
      });
    },

    async link(workspaceId, id, storeId, linked) {
      await get(workspaceId, id);
      return await setFields(
        workspaceId,
        id,
        linked ? { $addToSet: { storeIds: storeId } } : { $pull: { storeIds: storeId } },
      );
    },

    async remove(workspaceId, id) {
      await get(workspaceId, id);
      await setFields(workspaceId, id, { $set: { removedAt: now() }, $unset: { nameKey: 1 } });
      await dependencies.onRemoved(id);
    },

    async ofStore(storeId) {
      const found = await instances.find({ storeIds: storeId, removedAt: null }).lean<InstanceDocument[]>();
      return found.map(toInstance);
    },

    async ofWebhookToken(token) {
      const found = await instances
        .findOne({ webhookTokenHash: hashOf(token), removedAt: null })
        .lean<InstanceDocument>();
      return found ? toInstance(found) : null;
    },

    credentialsOf,

    noteConnection,

    async noteRefused(id, reason) {
      await instances.updateOne(
        { _id: id, connection: { $ne: 'disconnected' } },
        { $inc: { refusalsInARow: 1 }, $set: { refusalReason: reason } },
      );
      await noteConnection(id, 'disconnected', reason);
    },

    async claimCheck(pauseMilliseconds) {
      const claimed = await instances
        .findOneAndUpdate(
          { removedAt: null, nextCheckAt: { $lte: now() } },
          { $set: { nextCheckAt: new Date(now().getTime() + pauseMilliseconds) } },
          { sort: { nextCheckAt: 1 }, returnDocument: 'after' },
        )
        .lean<InstanceDocument>();
      return claimed ? toInstance(claimed) : null;
    },

    async lease(id, leaseId) {
      const at = now().getTime();
      const isOver = [
        { leasedUntil: { $lte: new Date(at) } },
        { leasedUntil: { $gt: new Date(at + LONGEST_LEASE_MILLISECONDS) } },
      ];
      const leased = await instances
        .findOneAndUpdate(
          { _id: id, removedAt: null, $or: [{ leaseId }, ...isOver] },
          { $set: { leaseId, leasedUntil: new Date(at + LEASE_MILLISECONDS) } },
          { returnDocument: 'after' },
        )
        .lean<InstanceDocument>();
      return leased ? toInstance(leased) : null;
    },

    async endLease(id, leaseId) {
      await instances.updateOne({ _id: id, leaseId }, { $set: { leaseId: null, leasedUntil: new Date(0) } });
    },

    async endAllLeases() {
      await instances.updateMany({ leaseId: { $ne: null } }, { $set: { leaseId: null, leasedUntil: new Date(0) } });
    },

    async takeSlots(seen, leaseId, count) {
      const at = now();
      const today = addedTo(seen, at, count);
      // Others may give slots of the same day back meanwhile.
      const counted = today.day === seen.today.day ? { $inc: { 'today.count': count }, $set: {} } : { $set: { today } };
      const result = await instances.updateOne(
        { _id: seen.id, leaseId },
        {
          ...counted,
          $set: {
            ...counted.$set,
            nextSendAt: nextSend(seen, at),
            leasedUntil: new Date(at.getTime() + LEASE_MILLISECONDS),
          },
        },
      );
      return result.matchedCount === 1 ? today.day : null;
    },

    async giveBackSlots(id, day, count) {
      await instances.updateOne({ _id: id, 'today.day': day }, { $inc: { 'today.count': -count } });
    },

    async rest(seen, until) {
      await instances.updateOne(
        { _id: seen.id },
        { $max: { restUntil: until }, $set: { restsInARow: seen.restsInARow + 1 } },
      );
    },

    async noteAccepted({ id, connection: state, connectionReason, restsInARow, refusalsInARow }) {
      if (state === 'connected' && restsInARow + refusalsInARow === 0) return;
      const settled = connectionReason === 'account_restricted' ? { restUntil: null } : {};
      await instances.updateOne(
        { _id: id },
        {
          $set: {
            connection: 'connected',
            connectionReason: null,
            checkAt: null,
            restsInARow: 0,
            refusalsInARow: 0,
            refusalReason: null,
            ...settled,
          },
        },
      );
    },

    async present(ids) {
      const found = await instances
        .find({ _id: { $in: ids }, removedAt: null })
        .select({ _id: 1 })
        .lean<Pick<InstanceDocument, '_id'>[]>();
      return new Set(found.map(({ _id }) => _id.toHexString()));
    },
  };
}

/** Names one turn of one worker. */
export function newLeaseId(): string {
  return randomUUID();
}

/** @throws ProductError `provider_unknown` */
export function checkedProvider(typed: string): Provider {
  const provider = PROVIDERS.find((candidate) => candidate === typed.trim().toLowerCase());
  if (!provider) throw new ProductError('provider_unknown', { provider: typed, providers: PROVIDERS.join(', ') });
  return provider;
}

function checkedName(typed: string): string {
  const name = typed.replaceAll(/\s+/g, ' ').trim();
  if (name === '') throw new ProductError('instance_name_empty');
  if (name.length > MAXIMUM_NAME_LENGTH) {
    throw new ProductError('instance_name_long', { length: name.length, maximum: MAXIMUM_NAME_LENGTH });
  }
  return name;
}

function namedAs(name: string) {
  return { name, nameKey: foldCase(name) };
}

/** The fields that are wrong are named, never their values: these are secrets. */
function checkedCredentials(provider: Provider, credentials: unknown): unknown {
  try {
    return readCredentials(provider, credentials).credentials;
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const fields = [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ');
    throw new ProductError('instance_credentials', { provider, fields }, { cause: error });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
