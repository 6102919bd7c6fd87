import { z } from 'zod';
import { kindOfEvent } from './catalogue.ts';
import {
  count,
  currency,
  flag,
  identifier,
  isJsonObject,
  isNothing,
  type JsonObject,
  jsonObject,
  label,
  moment,
  money,
  text,
  textOrBlank,
} from './fields.ts';

/**
 * What is known of Assiny's payload. Unknown fields are let through, every field may be missing, null or zero. Only money and what names a
 * buyer or a purchase can make a delivery invalid; everything else degrades to null, because a sale must not be lost over a decoration.
 */

const OBJECT = { error: 'must be an object or null' };

const product = z.object({ id: label, name: text }).nullish().catch(null);

const subscription = z
  .object({ id: label, recurrence: text, cycle: count, is_subscription_renew: flag })
  .nullish()
  .catch(null);

/** How strictly the fields are read that matter only where the transaction does not say enough by itself. */
interface Strictness {
  /** Parts of the total. */
  partialMoney: z.ZodType<number | null>;
  buyerIdentifier: z.ZodType<string | null>;
}

function deliverySchema({ partialMoney, buyerIdentifier }: Strictness) {
  const itemFields = {
    id: identifier,
    name: text,
    type: text,
    checkout_type: text,
    amount: partialMoney,
    amount_with_tax: partialMoney,
    product,
  };
  const orderBumps = z.array(z.object({ ...itemFields, product_price: partialMoney }, OBJECT).nullish(), {
    error: 'must be an array or null',
  });
  const listOfOrderBumps = z.preprocess((value) => (isNothing(value) ? [] : value), orderBumps);
  return z.object({
    created_at: moment,
    client: z
      .object(
        {
          id: buyerIdentifier,
          full_name: text,
          first_name: text,
          last_name: text,
          email: buyerIdentifier,
          phone: buyerIdentifier,
          document: label,
        },
        OBJECT,
      )
      .nullish(),
    offer: z.object({ ...itemFields, recurrence: text, subscription, order_bumps: listOfOrderBumps }, OBJECT).nullish(),
    transaction: z
      .object(
        {
          id: identifier,
          status: textOrBlank,
          amount: money,
          fee_amount: partialMoney,
          net_amount: partialMoney,
          currency,
          payment_type: text,
          payment_method: text,
          installments: count,
          cycle: count,
          created_at: moment,
          updated_at: moment,
          additional_data: jsonObject,
          error_message: text,
          externalMessage: text,
          sellerMessage: text,
        },
        OBJECT,
      )
      .nullish(),
    metadata: jsonObject,
    subscription,
    order_bumps: listOfOrderBumps,
  });
}

/** The total may have to be added up from the parts, and the purchase told from others by its buyer. */
const strictDelivery = deliverySchema({ partialMoney: money, buyerIdentifier: identifier });
/** The transaction names the purchase and says the total, so that whatever is wrong beside it must not lose the sale. */
const selfContainedDelivery = deliverySchema({
  partialMoney: money.catch(null),
  buyerIdentifier: identifier.catch(null),
});

const namedTotal = z.object({ id: identifier, amount: money });

function schemaFor(transaction: unknown): typeof strictDelivery {
  const read = namedTotal.safeParse(transaction);
  const isSelfContained = read.success && read.data.id !== null && (read.data.amount ?? 0) > 0;
  return isSelfContained ? selfContainedDelivery : strictDelivery;
}

type Sections = z.infer<typeof strictDelivery>;
export type Client = NonNullable<Sections['client']>;
export type Offer = NonNullable<Sections['offer']>;
export type OrderBump = NonNullable<Sections['order_bumps'][number]>;
export type Transaction = NonNullable<Sections['transaction']>;
export type AssinySubscription = NonNullable<Sections['subscription']>;

/** One delivery of Assiny, read but not yet translated. */
export interface AssinyDelivery {
  /** The event name as it came. */
  rawEvent: string;
  /** The payload says that it is a test. */
  saysTest: boolean;
  /** The transaction or the client stood beside `data`, as in tests sent from the panel. */
  flat: boolean;
  createdAt: Date | null;
  client: Client | null;
  offer: Offer | null;
  orderBumps: OrderBump[];
  transaction: Transaction | null;
  metadata: JsonObject | null;
  subscription: AssinySubscription | null;
}

export interface Invalid {
  ok: false;
  path: string;
  reason: string;
}

function invalid(path: string, reason: string): Invalid {
  return { ok: false, path, reason };
}

/** Sections that live deliveries nest in `data` and the panel's tests put beside it. */
const SECTIONS = ['client', 'offer', 'transaction', 'metadata', 'subscription', 'order_bumps'] as const;

interface Gathered {
  sections: JsonObject;
  /** Where each section was found, for the path of a problem. */
  places: Map<string, string>;
}

function gather(body: JsonObject, data: JsonObject): Gathered {
  const sections: JsonObject = { created_at: data.created_at };
  const places = new Map<string, string>();
  for (const section of SECTIONS) {
    const nested = !isNothing(data[section]);
    const value = nested ? data[section] : body[section];
    sections[section] = isNothing(value) ? null : value;
    places.set(section, nested ? `data.${section}` : section);
  }
  return { sections, places };
}

function jsonPath(path: readonly PropertyKey[], places: Map<string, string>): string {
  const [section, ...rest] = path.map(String);
  const start = places.get(section ?? '') ?? 'data';
  return rest.reduce((joined, part) => joined + (/^\d+$/.test(part) ? `[${part}]` : `.${part}`), start);
}

/** The bumps are documented inside the offer and were once seen beside it; the same list in both places is one list. */
function pickOrderBumps(offer: Offer | null, beside: Sections['order_bumps']): OrderBump[] {
  const nested = offer?.order_bumps ?? [];
  return (nested.length > 0 ? nested : beside).filter((bump) => bump !== null && bump !== undefined);
}

/** An event about a purchase of which nothing says which it is, whose, or of what. */
function isBare(event: string, { transaction, offer, client }: Sections): boolean {
  return !transaction && !offer && !client && kindOfEvent(event, false) !== 'unknown';
}

/**
 * Reads the parsed JSON body of a delivery. Sections are taken from `data`, else from beside it.
 *
 * @returns the delivery, or the JSON path of the first thing that cannot be read, with a reason that quotes no value
 */
export function readDelivery(body: unknown): { ok: true; delivery: AssinyDelivery } | Invalid {
  if (!isJsonObject(body)) {
    return invalid('$', 'must be a JSON object.');
  }
  const { event } = body;
  if (typeof event !== 'string' || event.trim() === '') {
    return invalid('event', 'must be the name of an event.');
  }
  const data = isNothing(body.data) ? {} : body.data;
  if (!isJsonObject(data)) {
    return invalid('data', 'must be an object or null.');
  }
  const { sections, places } = gather(body, data);
  const parsed = schemaFor(sections.transaction).safeParse(sections);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return invalid(jsonPath(issue?.path ?? [], places), `${issue?.message ?? 'cannot be read'}.`);
  }
  const offer = parsed.data.offer ?? null;
  if (isBare(event, parsed.data)) {
    return invalid('data', 'must hold a transaction, an offer or a client.');
  }
  return {
    ok: true,
    delivery: {
      rawEvent: event,
      saysTest: body.test === true || data.test === true,
      flat: isJsonObject(body.transaction) || isJsonObject(body.client),
      createdAt: parsed.data.created_at,
      client: parsed.data.client ?? null,
      offer,
      orderBumps: pickOrderBumps(offer, parsed.data.order_bumps),
      transaction: parsed.data.transaction ?? null,
      metadata: parsed.data.metadata,
      subscription: parsed.data.subscription ?? null,
    },
  };
}
