import { deliveryOf, factsOf, payloadOf } from './assiny-delivery.ts';
import type { AssinyPayload } from './assiny-payload.ts';
import type { PlannedDelivery } from './planned-delivery.ts';
import { cardPaid, type Telling } from './purchase-stories.ts';
import { pickOne, pickWeighted } from './seeded-random.ts';
import type { Shop } from './shop.ts';

const MAXIMUM_BODY_BYTES = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' } as const;

type Maker = (shop: Shop, at: Date) => PlannedDelivery;

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The approval of a purchase by card. */
function approval(shop: Shop, at: Date, change: Partial<Telling> = {}) {
  const [told] = cardPaid(shop);
  if (!told) throw new Error('The story of a card purchase has no event');
  const facts = factsOf({ ...told, ...change }, () => at);
  return { facts, payload: payloadOf(facts, undefined, shop.random) };
}

function refused(label: string, status: number, error: string, request: Partial<PlannedDelivery>): PlannedDelivery {
  return {
    label,
    method: 'POST',
    headers: JSON_TYPE,
    body: null,
    wrongToken: false,
    withPrevious: false,
    ...request,
    expected: { answer: 'refused', status, error },
  };
}

const emptyBody: Maker = ({ random }) =>
  refused('empty body', 400, 'body_empty', { body: pickOne(random, [null, bytes(' \r\n\t')]) });

const notJson: Maker = ({ random }) => {
  const body = pickOne(random, [
    bytes('{"event":"approved_purchase","data":{'),
    bytes('event=approved_purchase&amount=19700'),
    bytes('<webhook><event>approved_purchase</event></webhook>'),
    bytes('{event:"approved_purchase"}'),
    new Uint8Array([0xff, 0xfe, 0x00, 0x80]),
  ]);
  return refused('not JSON', 400, 'body_not_json', { body });
};

const notAnObject: Maker = ({ random }) => {
  const body = bytes(pickOne(random, ['null', '[]', '[{"event":"approved_purchase"}]', '"approved_purchase"', '42']));
  return refused('JSON that is no object', 400, 'body_not_object', { body });
};

const tooLarge: Maker = (shop, at) => {
  const { payload } = approval(shop, at);
  const body = bytes(JSON.stringify({ ...payload, padding: ' '.repeat(MAXIMUM_BODY_BYTES) }));
  return refused('more than 1 MB', 413, 'body_too_large', { body });
};

const wrongContentType: Maker = (shop, at) => {
  const type = pickOne(shop.random, [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/json',
  ]);
  const body = bytes(JSON.stringify(approval(shop, at).payload));
  return refused(`content type ${type}`, 415, 'content_type', { headers: { 'content-type': type }, body });
};

const wrongMethod: Maker = ({ random }) =>
  refused('wrong method', 405, 'method_not_allowed', {
    method: pickOne(random, ['GET', 'PUT', 'DELETE']),
    headers: {},
  });

const urlOfNobody: Maker = (shop, at) => {
  const body = bytes(JSON.stringify(approval(shop, at).payload));
  return refused('URL of no store', 404, 'store_unknown', { wrongToken: true, body });
};

/** What breaks a payload so that it cannot be read: money and names are never guessed. */
const BREAKS: readonly ((payload: AssinyPayload) => object)[] = [
  ({ data }) => ({ data }),
  ({ data }) => ({ event: '  ', data }),
  ({ data }) => ({ event: 17, data }),
  ({ event }) => ({ event, data: 'approved' }),
  ({ event }) => ({ event, data: [] }),
  (payload) => withTransaction(payload, { amount: 197.5 }),
  (payload) => withTransaction(payload, { amount: 'R$ 197,00' }),
  (payload) => withTransaction(payload, { amount: -19_700 }),
  (payload) => withTransaction(payload, { currency: 'reais' }),
  (payload) => withTransaction(payload, { id: { value: 'x' } }),
  ({ event, data }) => ({ event, data: { ...data, client: 'Marina Inventada' } }),
  ({ event, data }) => ({ event, data: { ...data, offer: ['Curso'] } }),
];

function withTransaction({ event, data }: AssinyPayload, change: object): object {
  return { event, data: { ...data, transaction: { ...(data.transaction as object), ...change } } };
}

const unreadable: Maker = (shop, at) => {
  const { payload } = approval(shop, at);
  const broken = pickOne(shop.random, BREAKS)(payload);
  return {
    label: 'a payload that cannot be read',
    method: 'POST',
    headers: JSON_TYPE,
    body: bytes(JSON.stringify(broken)),
    wrongToken: false,
    withPrevious: false,
    expected: { answer: 'kept', meaning: 'invalid' },
  };
};

/** A purchase told in a way that is odd but clear: it counts. */
type Oddity = (shop: Shop, at: Date) => PlannedDelivery;

const odd = {
  byteOrderMark: (shop, at) => {
    const delivery = plain(shop, at);
    return { ...delivery, body: new Uint8Array([0xef, 0xbb, 0xbf, ...(delivery.body ?? [])]) };
  },
  shoutedName: (shop, at) => plain(shop, at, { rawEvent: ' APPROVED_Purchase ' }),
  moneyAsText: (shop, at) => {
    const { facts, payload } = approval(shop, at);
    return deliveryOf(facts, withTransaction(payload, { amount: `${facts.amount}`, fee_amount: `${facts.fee}` }));
  },
  otherContentType: (shop, at) => {
    const type = pickOne(shop.random, ['application/json; charset=utf-8', 'application/vnd.assiny.v2+json']);
    return { ...plain(shop, at), headers: { 'content-type': type } };
  },
  noContentType: (shop, at) => ({ ...plain(shop, at), headers: {} }),
  nearlyTooLarge: (shop, at) => {
    const { facts, payload } = approval(shop, at);
    return deliveryOf(facts, { ...payload, padding: 'á'.repeat(MAXIMUM_BODY_BYTES / 2 - 8_192) });
  },
  reservedKeys: (shop, at) => {
    const { facts, payload } = approval(shop, at);
    const text = JSON.stringify(payload).replace('{', '{"__proto__":{"test":true},"constructor":null,"$where":"1",');
    return { ...deliveryOf(facts, payload), body: bytes(text) };
  },
  hostileNames: (shop, at) => {
    const productName = pickOne(shop.random, [
      '=HYPERLINK("https://example.invalid";"Curso")',
      '<script>alert(1)</script>',
      'Curso "de" \'Violão\' — 100 % 🎸\u202e',
      '@channel <!everyone> *Curso*',
    ]);
    const item = { role: 'main' as const, productId: shop.newId(), productName, offerId: shop.newId(), amount: 4_790 };
    return plain(shop, at, { items: [item] });
  },
} satisfies Record<string, Oddity>;

function plain(shop: Shop, at: Date, change: Partial<Telling> = {}): PlannedDelivery {
  const { facts, payload } = approval(shop, at, change);
  return deliveryOf(facts, payload);
}

const oddButRight: Maker = (shop, at) => {
  const [name, make] = pickOne(shop.random, Object.entries<Oddity>(odd));
  const delivery = make(shop, at);
  return { ...delivery, label: `${delivery.label} (${name})` };
};

const KINDS: readonly (readonly [weight: number, make: Maker])[] = [
  [4, unreadable],
  [4, oddButRight],
  [3, emptyBody],
  [3, notJson],
  [3, notAnObject],
  [3, wrongContentType],
  [2, wrongMethod],
  [2, urlOfNobody],
  [0.3, tooLarge],
];

/** What reaches a public URL sooner or later: scanners, broken senders, and odd payloads that mean something all the same. */
export function garbage(shop: Shop, at: Date): PlannedDelivery {
  return pickWeighted(shop.random, KINDS)(shop, at);
}
