import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../src/senders/registry.ts';
import type { WebhookContent } from '../../src/senders/sender.ts';
import { EVOLUTION, fromMeta, read } from './webhooks.ts';

type Read = (body: string) => WebhookContent | 'refused';

const META_BODY = {
  entry: [
    {
      changes: [
        {
          value: {
            metadata: { phone_number_id: '106540352242922' },
            statuses: [{ id: 'wamid.1', status: 'failed', timestamp: '1795521600', errors: [{ code: 131047 }] }],
            messages: [
              { id: 'wamid.2', from: '5511987654321', timestamp: '1795521600', type: 'text', text: { body: 'Oi' } },
            ],
          },
        },
      ],
    },
  ],
};
const EVOLUTION_BODIES = [
  { event: 'messages.update', instance: 'loja', data: { keyId: '3EB01', fromMe: true, status: 'READ' } },
  {
    event: 'messages.upsert',
    instance: 'loja',
    data: {
      key: { id: '3A1', fromMe: false, remoteJid: '5511987654321@s.whatsapp.net' },
      message: { conversation: 'Oi' },
      messageTimestamp: 1_795_521_600,
    },
  },
  { event: 'connection.update', instance: 'loja', data: { state: 'open' } },
];

const PROVIDERS: [name: string, read: Read, bodies: object[]][] = [
  ['Meta', fromMeta, [META_BODY]],
  ['Evolution', (body) => read(EVOLUTION, {}, body), EVOLUTION_BODIES],
];

/** Every place in a JSON value, as the container and the key inside it. */
function placesIn(value: unknown): [container: Record<string, unknown>, key: string][] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Record<string, unknown>;
  return Object.entries(container).flatMap(([key, inner]) => [
    [container, key] as [Record<string, unknown>, string],
    ...placesIn(inner),
  ]);
}

/** A body as the provider sends it, with one place in it replaced by anything. */
function damaged(bodies: object[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...bodies), fc.nat(), fc.jsonValue()).map(([body, place, value]) => {
    const copy = structuredClone(body);
    const places = placesIn(copy);
    const [container, key] = places[place % places.length] ?? [{}, ''];
    container[key] = value;
    return JSON.stringify(copy);
  });
}

function isSound(content: WebhookContent | 'refused'): boolean {
  if (content === 'refused') return false;
  const { receipts, replies } = content;
  return (
    [...receipts, ...replies].every(({ at, providerMessageId }) => !Number.isNaN(at.getTime()) && providerMessageId) &&
    receipts.every(({ status, reason }) => (status === 'failed') === (reason !== null)) &&
    replies.every(({ phone, text }) => /^\+\d{8,15}$/.test(phone) && typeof text === 'string')
  );
}

describe.each(PROVIDERS)('the reader of the webhooks of %s', (_, readBody, bodies) => {
  it('reads what the provider sends', () => {
    for (const body of bodies) {
      const content = readBody(JSON.stringify(body));
      expect(isSound(content)).toBe(true);
      expect(content).not.toEqual({ receipts: [], replies: [] });
    }
  });

  it('takes any JSON', () => {
    fc.assert(fc.property(fc.json(), (body) => isSound(readBody(body))));
  });

  it('takes any bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (body) => isSound(readBody(body))));
  });

  it('takes what the provider sends with anything in one place of it', () => {
    fc.assert(
      fc.property(damaged(bodies), (body) => isSound(readBody(body))),
      { numRuns: 1000 },
    );
  });

  it('takes what is nested without end', () => {
    expect(isSound(readBody(`${'['.repeat(50_000)}${']'.repeat(50_000)}`))).toBe(true);
    expect(
      isSound(
        readBody(`{"entry":${'['.repeat(50_000)}${']'.repeat(50_000)},"event":"messages.update","instance":"loja"}`),
      ),
    ).toBe(true);
  });
});

it('refuses the webhooks of those who send none', () => {
  const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
  expect(read(readCredentials('log', {}), {}, '{}')).toBe('refused');
  expect(read(readCredentials('http', { url: 'https://example.com', secret }), {}, '{}')).toBe('refused');
});
