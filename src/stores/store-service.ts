import { randomBytes } from 'node:crypto';
import { pick, pickBy, sortBy } from 'es-toolkit';
import mongoose, { type Connection } from 'mongoose';
import { z } from 'zod';
import { foldCase, quoteInSentence } from '../chat/arguments.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { hashSecret, type SecretBox } from '../database/secret-box.ts';
import { EVENT_KINDS, type EventKind } from '../platforms/platform.ts';
import { findPlatform, PLATFORM_SLUGS } from '../platforms/registry.ts';
import { isTimezone } from '../text/local-time.ts';
import { nameList } from '../text/name-list.ts';
import { ProductError } from '../text/product-error.ts';
import { type AlertRules, type StoreDocument, storeModel } from './store-model.ts';

/** Control characters, and marks that turn the direction of the text around them. */
const INVISIBLE = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
const MAXIMUM_NAME_LENGTH = 100;
const MAXIMUM_QUEUE_DAYS = 30;
const TOKEN_BYTES = 24;
/** How long a token may still work in this process after another process changed it. Requests that come together share one look-up. */
const TOKEN_CACHE_MILLISECONDS = 2_000;
/** What a new store posts about: money that came and money that went. */
export const DEFAULT_ALERT_KINDS: readonly EventKind[] = [
  'purchase_approved',
  'subscription_renewed',
  'purchase_refunded',
  'chargeback',
];

/** A store as the rest of the product sees it. */
export interface Store {
  id: string;
  workspaceId: string;
  name: string;
  platform: string;
  webhookUrl: string;
  timezone: string;
  /** ISO 4217. */
  currency: string;
  happyPath: boolean;
  /** A buyer's reply takes back the reminders about that purchase. */
  stopOnReply: boolean;
  queueLimitDays: number;
  paused: boolean;
  alerts: AlertRules;
  /** The secret header's name; its value is never shown. */
  secretHeader: string | null;
  createdAt: Date;
}

/** What the webhook route needs of a store. */
export interface WebhookStore {
  id: string;
  workspaceId: string;
  platform: string;
  secretHeader: { name: string; value: string } | null;
}

const secretHeaderSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/),
  value: z.string().trim().min(1).max(500),
});

/** Changes to a store; what is absent stays. */
export const storeChangesSchema = z
  .strictObject({
    name: z.string(),
    timezone: z.string(),
    currency: z.string(),
    happyPath: z.boolean(),
    stopOnReply: z.boolean(),
    queueLimitDays: z.number().int().min(1).max(MAXIMUM_QUEUE_DAYS),
    paused: z.boolean(),
    alerts: z
      .strictObject({
        channelId: z.string().nullable(),
        kinds: z.array(z.enum(EVENT_KINDS)),
        minimumAmount: z.number().int().min(0),
      })
      .partial(),
    secretHeader: secretHeaderSchema.nullable(),
  })
  .partial();
export type StoreChanges = z.infer<typeof storeChangesSchema>;

export interface StoreService {
  /**
   * @param input.channelId where its alerts go, when that is known
   * @throws ProductError `store_name_empty`, `store_name_long`, `store_name_taken`, `platform_unknown`
   */
  create(workspaceId: string, input: { name: string; platform: string; channelId?: string | null }): Promise<Store>;
  list(workspaceId: string): Promise<Store[]>;
  /** @throws ProductError `store_unknown` */
  get(workspaceId: string, id: string): Promise<Store>;
  /**
   * The store that a person means by a typed name or id; with nothing typed, the only one there is.
   * @throws ProductError `store_unknown`, `store_which`, `store_none`
   */
  resolve(workspaceId: string, typed: string | undefined): Promise<Store>;
  /** @throws ProductError as `create` does, and `timezone_unknown`, `currency_unknown`, `store_unknown` */
  update(workspaceId: string, id: string, changes: StoreChanges): Promise<Store>;
  /** Gives the store a new webhook URL; the old one stops working at once. */
  rotateUrl(workspaceId: string, id: string): Promise<Store>;
  /** Takes the store away; its webhook URL answers 404 and its name is free again. */
  remove(workspaceId: string, id: string): Promise<void>;
  /** The store of a webhook URL's token, or null. */
  findByToken(platform: string, token: string): Promise<WebhookStore | null>;
  /** The workspaces that have a store. */
  workspaces(): Promise<string[]>;
  /** Every store that is not removed, of every workspace: for jobs. */
  listAll(): Promise<Store[]>;
  /** Stores by id, whatever their workspace, removed ones too: for the pipeline. */
  findMany(ids: readonly string[]): Promise<Map<string, Store>>;
  /** The same without those that were removed. */
  findActive(ids: readonly string[]): Promise<Map<string, Store>>;
}

export interface StoreServiceDependencies {
  connection: Connection;
  secretBox: SecretBox;
  /** Base of webhook URLs, without a trailing slash; known once the server listens. */
  publicUrl(): string;
  defaultTimezone: string;
  /** Called after a store's time zone changed, so that its days can be counted anew. */
  onTimezoneChanged(storeId: string): Promise<void>;
  now?: () => Date;
  newToken?: () => string;
}

/** Stores of every workspace; each call but the last three is bound to one workspace. */
export function createStoreService(dependencies: StoreServiceDependencies): StoreService {
  const { secretBox, publicUrl, defaultTimezone } = dependencies;
  const now = dependencies.now ?? (() => new Date());
  const newToken = dependencies.newToken ?? (() => randomBytes(TOKEN_BYTES).toString('base64url'));
  const stores = storeModel(dependencies.connection);
  const tokenLookUps = new Map<string, { store: Promise<WebhookStore | null>; until: number }>();

  function toStore(document: StoreDocument): Store {
    const { _id, workspaceId, name, platform, timezone, currency, happyPath, queueLimitDays } = document;
    return {
      id: _id.toHexString(),
      workspaceId,
      name,
      platform,
      webhookUrl: `${publicUrl()}/webhooks/${platform}/${secretBox.open(document.tokenSealed)}`,
      timezone,
      currency,
      happyPath,
      // Stores that were made before there was a choice have none.
      stopOnReply: document.stopOnReply ?? false,
      queueLimitDays,
      paused: document.pausedAt !== null,
      alerts: document.alerts,
      secretHeader: document.secretHeader?.name ?? null,
      createdAt: document.createdAt,
    };
  }

  function tokenFields() {
    const token = newToken();
    return { tokenHash: hashSecret(token), tokenSealed: secretBox.seal(token) };
  }

  async function setFields(workspaceId: string, id: string, change: Record<string, unknown>): Promise<Store> {
    const filter = { _id: objectId(id), workspaceId, removedAt: null };
    const document = await stores
      .findOneAndUpdate(filter, change, { returnDocument: 'after' })
      .lean<StoreDocument>()
      .catch((error: unknown) => {
        throw isDuplicateKey(error) ? new ProductError('store_name_taken', {}, { cause: error }) : error;
      });
    tokenLookUps.clear();
    if (!document) throw new ProductError('store_unknown', { name: id });
    return toStore(document);
  }

  async function byId(filter: mongoose.QueryFilter<StoreDocument>): Promise<Map<string, Store>> {
    const documents = await stores.find(filter).lean<StoreDocument[]>();
    return new Map(documents.map((document) => [document._id.toHexString(), toStore(document)]));
  }

  async function findStoreOfToken(platform: string, tokenHash: string): Promise<WebhookStore | null> {
    const document = await stores.findOne({ tokenHash, platform, removedAt: null }).lean<StoreDocument>();
    if (!document) return null;
    const header = document.secretHeader;
    return {
      id: document._id.toHexString(),
      workspaceId: document.workspaceId,
      platform: document.platform,
      secretHeader: header ? { name: header.name, value: secretBox.open(header.valueSealed) } : null,
    };
  }

  function forget(key: string, lookUp: { store: Promise<WebhookStore | null> }): void {
    if (tokenLookUps.get(key) === lookUp) tokenLookUps.delete(key);
  }

  async function list(workspaceId: string): Promise<Store[]> {
    const documents = await stores
      .find({ workspaceId, removedAt: null })
      .sort({ createdAt: 1, _id: 1 })
      .lean<StoreDocument[]>();
    return documents.map(toStore);
  }

  async function get(workspaceId: string, id: string): Promise<Store> {
    const document = mongoose.isValidObjectId(id)
      ? await stores.findOne({ _id: objectId(id), workspaceId, removedAt: null }).lean<StoreDocument>()
      : null;
    if (!document) throw new ProductError('store_unknown', { name: id });
    return toStore(document);
  }

  return {
    list,
    get,

    async create(workspaceId, input) {
      const name = checkedName(input.name);
      const platform = findPlatform(input.platform);
      if (!platform) {
        throw new ProductError('platform_unknown', { platform: input.platform, platforms: PLATFORM_SLUGS.join(', ') });
      }
      const document: StoreDocument = {
        _id: new mongoose.Types.ObjectId(),
        workspaceId,
        name,
        nameKey: foldCase(name),
        platform: platform.slug,
        ...tokenFields(),
        timezone: defaultTimezone,
        currency: 'BRL',
        happyPath: true,
        stopOnReply: false,
        queueLimitDays: 2,
        pausedAt: null,
        removedAt: null,
        alerts: { channelId: input.channelId ?? null, kinds: [...DEFAULT_ALERT_KINDS], minimumAmount: 0 },
        secretHeader: null,
        createdAt: now(),
      };
      try {
        await stores.create(document);
      } catch (error) {
        throw isDuplicateKey(error) ? new ProductError('store_name_taken', { name }, { cause: error }) : error;
      }
      return toStore(document);
    },

    async resolve(workspaceId, typed) {
      const known = await list(workspaceId);
      if (known.length === 0) throw new ProductError('store_none');
      const wanted = foldCase(typed ?? '');
      if (wanted === '') {
        if (known.length === 1 && known[0]) return known[0];
        throw new ProductError('store_which', { names: nameList(known.map(({ name }) => quoteInSentence(name))) });
      }
      const store =
        known.find(({ id, name }) => id === wanted || foldCase(name) === wanted) ?? onlyOneNamed(known, wanted);
      if (!store) {
        throw new ProductError('store_unknown_named', {
          name: typed ?? '',
          names: nameList(likeliestFirst(known, wanted).map(quoteInSentence)),
        });
      }
      return store;
    },

    async update(workspaceId, id, changes) {
      const before = await get(workspaceId, id);
      const after = await setFields(workspaceId, id, { $set: changedFields(changes, now(), secretBox) });
      if (after.timezone !== before.timezone) await dependencies.onTimezoneChanged(id);
      return after;
    },

    async rotateUrl(workspaceId, id) {
      return await setFields(workspaceId, id, { $set: tokenFields() });
    },

    async remove(workspaceId, id) {
      await setFields(workspaceId, id, { $set: { removedAt: now() }, $unset: { nameKey: 1 } });
    },

    async findByToken(platform, token) {
      const tokenHash = hashSecret(token);
      const key = `${platform} ${tokenHash}`;
      const known = tokenLookUps.get(key);
      if (known && known.until > now().getTime()) return await known.store;
      const lookUp = {
        store: findStoreOfToken(platform, tokenHash),
        until: now().getTime() + TOKEN_CACHE_MILLISECONDS,
      };
      tokenLookUps.set(key, lookUp);
      const store = await lookUp.store.catch((error: unknown) => {
        forget(key, lookUp);
        throw error;
      });
      // Tokens that nobody has are countless.
      if (!store) forget(key, lookUp);
      return store;
    },

    async workspaces() {
      return await stores.distinct('workspaceId', { removedAt: null });
    },

    async listAll() {
      const documents = await stores.find({ removedAt: null }).lean<StoreDocument[]>();
      return documents.map(toStore);
    },

    findMany: (ids) => byId({ _id: { $in: ids.map(objectId) } }),
    findActive: (ids) => byId({ _id: { $in: ids.map(objectId) }, removedAt: null }),
  };
}

/** Quotes in a name are easily left out, or taken for those around a value. */
function onlyOneNamed(stores: readonly Store[], wanted: string): Store | undefined {
  const unquoted = (name: string) => foldCase(name.replaceAll(/["“”«»]/g, ''));
  const [store, ...others] = stores.filter(({ name }) => unquoted(name) === unquoted(wanted));
  return others.length === 0 ? store : undefined;
}

/** Names of stores, those that share most words with what was typed first: a sentence cannot hold all of a large workspace. */
function likeliestFirst(stores: readonly Store[], wanted: string): string[] {
  const words = wanted.split(/\s+/);
  const sharedWords = (name: string) => words.filter((word) => foldCase(name).includes(word)).length;
  return sortBy(stores, [({ name }) => -sharedWords(name)]).map(({ name }) => name);
}

function objectId(id: string): mongoose.Types.ObjectId {
  if (!mongoose.isValidObjectId(id)) throw new ProductError('store_unknown', { name: id });
  return new mongoose.Types.ObjectId(id);
}

/**
 * Whether a store can be changed so, as far as that can be told without the store.
 * @throws ProductError `store_name_empty`, `store_name_long`, `timezone_unknown`, `currency_unknown`
 */
export function checkChanges({ name, timezone, currency }: StoreChanges): void {
  if (name !== undefined) checkedName(name);
  if (timezone !== undefined) checkedTimezone(timezone);
  if (currency !== undefined) checkedCurrency(currency);
}

function checkedName(typed: string): string {
  const name = typed.replaceAll(/\s+/g, ' ').replaceAll(INVISIBLE, '').trim();
  if (name === '') throw new ProductError('store_name_empty');
  if (name.length > MAXIMUM_NAME_LENGTH) {
    throw new ProductError('store_name_long', { length: name.length, maximum: MAXIMUM_NAME_LENGTH });
  }
  return name;
}

function checkedCurrency(typed: string): string {
  const currency = typed.trim().toUpperCase();
  if (!Intl.supportedValuesOf('currency').includes(currency))
    throw new ProductError('currency_unknown', { currency: typed });
  return currency;
}

function checkedTimezone(timezone: string): string {
  if (!isTimezone(timezone)) throw new ProductError('timezone_unknown', { timezone });
  return timezone;
}

function changedFields(changes: StoreChanges, at: Date, secretBox: SecretBox): Record<string, unknown> {
  const copied = pick(changes, ['happyPath', 'stopOnReply', 'queueLimitDays']);
  const fields: Record<string, unknown> = pickBy(copied, (value) => value !== undefined);
  if (changes.name !== undefined) {
    const name = checkedName(changes.name);
    fields.name = name;
    fields.nameKey = foldCase(name);
  }
  if (changes.timezone !== undefined) fields.timezone = checkedTimezone(changes.timezone);
  if (changes.currency !== undefined) fields.currency = checkedCurrency(changes.currency);
  if (changes.paused !== undefined) fields.pausedAt = changes.paused ? at : null;
  for (const [name, value] of Object.entries(changes.alerts ?? {})) {
    if (value !== undefined) fields[`alerts.${name}`] = value;
  }
  if (changes.secretHeader !== undefined) {
    const header = changes.secretHeader;
    fields.secretHeader = header
      ? { name: header.name.toLowerCase(), valueSealed: secretBox.seal(header.value) }
      : null;
  }
  return fields;
}
