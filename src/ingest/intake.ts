import { createHash } from 'node:crypto';
import mongoose from 'mongoose';
import type { Logger } from 'pino';
import { secretsEqual } from '../database/secret-box.ts';
import type { DeliveryDocument } from '../deliveries/delivery-model.ts';
import { parseBody } from '../deliveries/delivery-service.ts';
import type { RefusalCounter, RefusalReason } from '../deliveries/refusal-counter.ts';
import { findPlatform } from '../platforms/registry.ts';
import type { StoreService, WebhookStore } from '../stores/store-service.ts';
import type { DeliveryWriter } from './delivery-writer.ts';
import { drainSpool, type Spool, type SpooledRequest } from './spool.ts';

/** One request to a webhook URL, as it came. */
export interface WebhookRequest {
  platform: string;
  token: string;
  headers: [string, string][];
  contentType: string | undefined;
  rawBody: Buffer;
}

export type IntakeResult =
  | { status: 'stored'; deliveryId: string; duplicate: boolean }
  | { status: 'refused'; reason: RefusalReason }
  | { status: 'unknown_store' }
  /** Neither the database nor the spool could keep it. */
  | { status: 'unavailable' };

export interface Intake {
  /** Keeps a request and only then says `stored`. Never throws. */
  accept(request: WebhookRequest): Promise<IntakeResult>;
  /** Counts a request that was refused before its body could be read. */
  refuse(platform: string, token: string, reason: RefusalReason): Promise<IntakeResult>;
  /** Stores what was spooled while the database was away. */
  drain(): Promise<void>;
}

/** Headers whose values are secrets: that they were sent is kept, what they said is not. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);
const MASKED = '[masked]';
/** After a failed write the database is not tried again for this long, so that requests do not queue up behind its time-out. */
const AWAY_MILLISECONDS = 2_000;

export function createIntake(dependencies: {
  stores: StoreService;
  refusals: RefusalCounter;
  writer: DeliveryWriter;
  spool: Spool;
  log: Logger;
  isDatabaseReady(): boolean;
  /** Told after deliveries were stored. */
  onStored(): void;
  now?: () => Date;
  newId?: (receivedAt: Date) => string;
}): Intake {
  const { stores, refusals, writer, spool, log } = dependencies;
  const now = dependencies.now ?? (() => new Date());
  const newId = dependencies.newId ?? newDeliveryId;
  let awayUntil = 0;

  async function spoolRequest(request: WebhookRequest, id: string, receivedAt: Date): Promise<IntakeResult> {
    const { platform, token, headers, rawBody } = request;
    try {
      await spool.add({ id, platform, token, receivedAt: receivedAt.getTime(), headers, rawBody });
      return { status: 'stored', deliveryId: id, duplicate: false };
    } catch (error) {
      log.error(
        { err: error, delivery: id },
        'A request could not be kept. Free disk space in DATA_DIR and bring the database back.',
      );
      return { status: 'unavailable' };
    }
  }

  async function store(request: WebhookRequest, id: string, receivedAt: Date): Promise<IntakeResult> {
    const found = await stores.findByToken(request.platform, request.token);
    if (!found) return { status: 'unknown_store' };
    const checked = checkRequest(request, found);
    if (!checked.ok) return await countRefusal(found, checked.reason);
    const delivery = newDelivery(found, { ...request, id, receivedAt: receivedAt.getTime() }, checked.body);
    const { duplicate } = await writer.write(delivery);
    dependencies.onStored();
    return { status: 'stored', deliveryId: id, duplicate };
  }

  async function countRefusal(found: WebhookStore, reason: RefusalReason): Promise<IntakeResult> {
    await refusals.count(found.id, reason);
    return { status: 'refused', reason };
  }

  async function storeSpooled(batch: readonly SpooledRequest[]): Promise<void> {
    const deliveries: DeliveryDocument[] = [];
    for (const request of batch) {
      const found = await stores.findByToken(request.platform, request.token);
      const checked = found ? checkRequest({ ...request, contentType: undefined }, found) : null;
      if (found && checked?.ok) deliveries.push(newDelivery(found, request, checked.body));
      else if (found && checked && !checked.ok) await refusals.count(found.id, checked.reason);
      else log.warn({ delivery: request.id }, 'A spooled request belongs to no store; it was dropped');
    }
    if (deliveries.length > 0) await writer.writeAll(deliveries);
  }

  return {
    async accept(request) {
      const receivedAt = now();
      const id = newId(receivedAt);
      if (dependencies.isDatabaseReady() && receivedAt.getTime() >= awayUntil) {
        try {
          return await store(request, id, receivedAt);
        } catch (error) {
          awayUntil = now().getTime() + AWAY_MILLISECONDS;
          log.error(
            { err: error, delivery: id },
            'The database did not take a delivery; it goes to the spool. Check the database.',
          );
        }
      }
      return await spoolRequest(request, id, receivedAt);
    },

    async refuse(platform, token, reason) {
      try {
        const found = await stores.findByToken(platform, token);
        return found ? await countRefusal(found, reason) : { status: 'unknown_store' };
      } catch (error) {
        log.warn({ err: error }, 'A refused request could not be counted');
        return { status: 'refused', reason };
      }
    },

    async drain() {
      await drainSpool(spool, storeSpooled, log);
      dependencies.onStored();
    },
  };
}

/** Ids begin with the second of arrival, so a period of time is a range of ids. */
function newDeliveryId(receivedAt: Date): string {
  const { ObjectId } = mongoose.Types;
  return new ObjectId(ObjectId.generate(Math.floor(receivedAt.getTime() / 1_000))).toHexString();
}

type Checked = { ok: true; body: object } | { ok: false; reason: RefusalReason };

function checkRequest(request: WebhookRequest, store: WebhookStore): Checked {
  const { contentType, rawBody, headers } = request;
  if (store.secretHeader && !hasSecret(headers, store.secretHeader)) return { ok: false, reason: 'secret_header' };
  // A sender that names no content type is taken at its body's word: to refuse is to lose.
  if (contentType && !/^application\/([\w.+-]+\+)?json\b/i.test(contentType))
    return { ok: false, reason: 'content_type' };
  const text = rawBody.toString('utf8');
  // A byte order mark counts as white space.
  if (text.trim() === '') return { ok: false, reason: 'body_empty' };
  try {
    const body = parseBody(text);
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    return isObject ? { ok: true, body } : { ok: false, reason: 'body_not_object' };
  } catch {
    return { ok: false, reason: 'body_not_json' };
  }
}

function hasSecret(headers: WebhookRequest['headers'], secret: { name: string; value: string }): boolean {
  const sent = headers.find(([name]) => name.toLowerCase() === secret.name)?.[1];
  return sent !== undefined && secretsEqual(sent, secret.value);
}

function newDelivery(store: WebhookStore, request: SpooledRequest, body: object): DeliveryDocument {
  const receivedAt = new Date(request.receivedAt);
  const bodyHash = createHash('sha256').update(request.rawBody).digest('hex');
  const read = findPlatform(store.platform)?.read({ body, bodyHash, receivedAt });
  return {
    _id: new mongoose.Types.ObjectId(request.id),
    workspaceId: store.workspaceId,
    storeId: store.id,
    platform: store.platform,
    receivedAt,
    headers: request.headers.map(([name, value]) => [name, isSecret(name, store) ? MASKED : value]),
    rawBody: request.rawBody,
    bodyHash,
    dedupeKey: read?.ok ? read.event.dedupeKey : bodyHash,
    outcome: 'received',
    reason: null,
    attempts: 0,
    kind: null,
    eventId: null,
    claimedUntil: new Date(0),
    claimId: null,
  };
}

function isSecret(name: string, store: WebhookStore): boolean {
  const lower = name.toLowerCase();
  return SECRET_HEADERS.has(lower) || lower === store.secretHeader?.name;
}
