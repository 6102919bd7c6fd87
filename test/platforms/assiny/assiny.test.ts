import { describe, expect, it } from 'vitest';
import { assiny } from '../../../src/platforms/assiny/assiny.ts';
import { eventOf, invalidPathOf, RECEIVED_AT, read } from './read.ts';

interface Parts {
  event?: string;
  data?: Record<string, unknown>;
  transaction?: Record<string, unknown> | null;
  offer?: Record<string, unknown>;
  client?: Record<string, unknown>;
  beside?: Record<string, unknown>;
}

/** A small approved purchase, with these parts laid over it. */
function body({ event = 'approved_purchase', data, transaction, offer, client, beside }: Parts = {}) {
  return {
    event,
    data: {
      client: { full_name: 'Caio Fictício', email: 'caio@example.invalid', phone: '+5511900000002', ...client },
      offer: { id: 'o-1', name: 'Entrada', amount: 10000, product: { id: 'p-1', name: 'Curso' }, ...offer },
      transaction:
        transaction === null
          ? null
          : { id: 't-1', status: 'paid', amount: 10000, fee_amount: 500, net_amount: 9500, ...transaction },
      ...data,
    },
    ...beside,
  };
}

const cart = (parts: Parts = {}) =>
  body({
    event: 'abandoned_checkout',
    transaction: null,
    ...parts,
    data: { created_at: '2026-02-01T10:00:00Z', ...parts.data },
  });

describe('assiny', () => {
  it('is a checkout platform', () => {
    expect(assiny).toMatchObject({ slug: 'assiny', name: 'Assiny', category: 'Plataforma de Checkout' });
  });
});

describe('what is invalid', () => {
  it.each([
    ['text', 'approved_purchase', '$'],
    ['a list', [body()], '$'],
    ['null', null, '$'],
    ['no event', { data: body().data }, 'event'],
    ['an event that is no text', { ...body(), event: 7 }, 'event'],
    ['a blank event', body({ event: '  ' }), 'event'],
    ['data that is no object', { event: 'refused', data: 'x' }, 'data'],
    ['a sale that says neither what nor whose', { event: 'approved_purchase' }, 'data'],
    ['a refund with an empty envelope', { event: 'refunded_purchase', data: { transaction: null } }, 'data'],
    ['data that is a list', { event: 'refused', data: [] }, 'data'],
    ['a transaction that is no object', body({ data: { transaction: 't-1' } }), 'data.transaction'],
    ['a client that is no object', body({ data: { client: 'Caio' } }), 'data.client'],
    ['an offer that is no object', body({ data: { offer: ['x'] } }), 'data.offer'],
    ['bumps that are no list', body({ offer: { order_bumps: {} } }), 'data.offer.order_bumps'],
    ['a bump that is no object', body({ offer: { order_bumps: [{}, 'x'] } }), 'data.offer.order_bumps[1]'],
    [
      'bumps beside the offer',
      body({ transaction: { amount: null }, data: { order_bumps: [{ amount: 1.5 }] } }),
      'data.order_bumps[0].amount',
    ],
    ['a section beside data', { event: 'refused', data: {}, transaction: { amount: -1 } }, 'transaction.amount'],
    ['an id that is an object', body({ transaction: { id: {} } }), 'data.transaction.id'],
    ['an id that is endless', body({ transaction: { id: 'x'.repeat(321) } }), 'data.transaction.id'],
    ['an e-mail that is a list', body({ transaction: null, client: { email: ['a'] } }), 'data.client.email'],
    ['a currency that is none', body({ transaction: { currency: 'R$' } }), 'data.transaction.currency'],
  ])('%s', (_, given, path) => {
    expect(invalidPathOf(given)).toBe(path);
  });

  const wrongMoney = ['197.00', '197,00', 197.5, -1, '-1', '1e3', 2 ** 53, '9007199254740993', true, {}, [], 'R$ 10'];

  it.each(wrongMoney)('a total written as %j', (wrong) => {
    expect(invalidPathOf(body({ transaction: { amount: wrong } }))).toBe('data.transaction.amount');
  });

  it.each(wrongMoney)('a part of the total written as %j, where the total has to be added up', (wrong) => {
    const amount = null;
    for (const field of ['fee_amount', 'net_amount']) {
      expect(invalidPathOf(body({ transaction: { amount, [field]: wrong } }))).toBe(`data.transaction.${field}`);
    }
    for (const field of ['amount', 'amount_with_tax']) {
      const given = body({ transaction: { amount }, offer: { [field]: wrong } });
      expect(invalidPathOf(given)).toBe(`data.offer.${field}`);
    }
    for (const field of ['amount', 'amount_with_tax', 'product_price']) {
      const given = body({ transaction: { amount }, offer: { order_bumps: [{ [field]: wrong }] } });
      expect(invalidPathOf(given)).toBe(`data.offer.order_bumps[0].${field}`);
    }
  });

  it('the reason quotes no value', () => {
    const result = read(body({ transaction: null, client: { email: [{ secret: 'caio@example.invalid' }] } }));
    expect(result).toMatchObject({ ok: false, path: 'data.client.email' });
    expect(JSON.stringify(result)).not.toContain('caio');
  });
});

describe('what is tolerated', () => {
  const wrong = ['197.00', -150, 1.5, {}, [], true];

  it.each(wrong)('a part of the total written as %j, where the transaction says the total itself', (part) => {
    const sound = { transactionId: 't-1', amount: 10000 };
    const items = { offer: { id: 'o-1', amount: part, order_bumps: [{ id: 'o-2', product_price: part }] } };
    expect(eventOf(body({ transaction: { fee_amount: part } }))).toMatchObject({ ...sound, fee: null, net: 9500 });
    expect(eventOf(body({ transaction: { net_amount: part } }))).toMatchObject({ ...sound, fee: 500, net: null });
    expect(eventOf(body(items))).toMatchObject({ ...sound, items: [{ amount: null }, { amount: null }] });
  });

  it.each(['email', 'phone', 'id'])(
    'a buyer whose %s is no text, where the transaction names the purchase',
    (field) => {
      for (const odd of [['a'], {}, true, 'x'.repeat(321)]) {
        const read = eventOf(body({ client: { [field]: odd } }));
        expect(read).toMatchObject({ transactionId: 't-1', amount: 10000 });
        expect(field === 'id' ? null : read.buyer[field as 'email' | 'phone']).toBeNull();
      }
    },
  );

  it('money in strings of digits', () => {
    expect(eventOf(body({ transaction: { amount: ' 19700 ', fee_amount: '700', net_amount: '19000' } }))).toMatchObject(
      {
        amount: 19700,
        fee: 700,
        net: 19000,
      },
    );
  });

  it.each([
    ['metadata', 'utm_source=FB'],
    ['metadata', []],
    ['subscription', 'MONTHLY'],
    ['created_at', 7],
    ['client', null],
    ['client', ''],
    ['order_bumps', null],
    ['something_new', { deep: [1] }],
  ])('%s: %j', (section, value) => {
    expect(eventOf(body({ data: { [section]: value } }))).toMatchObject({ kind: 'purchase_approved', amount: 10000 });
  });

  it('malformed decorations of the offer and the transaction', () => {
    const offer = { product: 'Curso', subscription: [], type: 7, recurrence: {}, name: null };
    const transaction = { installments: 'many', additional_data: 'x', cycle: -1, payment_type: 7, created_at: 'soon' };
    expect(eventOf(body({ offer, transaction }))).toMatchObject({
      amount: 10000,
      items: [{ role: 'main', productId: 'o-1', productName: null }],
      installments: null,
      subscription: null,
      createdAt: null,
    });
  });

  it('numbers where ids and phones are text', () => {
    expect(eventOf(body({ transaction: { id: 42 }, client: { phone: 5511900000002 } }))).toMatchObject({
      transactionId: '42',
      buyer: { phone: '+5511900000002' },
    });
  });

  it('an event that names no purchase, which is known by its body', () => {
    const nameless = { event: 'approved_purchase', data: { client: { full_name: 'Caio Fictício' } } };
    const event = eventOf(nameless);
    expect(event).toMatchObject({
      kind: 'purchase_approved',
      transactionId: null,
      amount: null,
      items: [],
      test: false,
    });
    expect(event.orderKey).not.toBeNull();
    expect(eventOf(nameless, { bodyHash: 'other' }).dedupeKey).not.toBe(event.dedupeKey);
  });

  it('sections beside data, where data has none', () => {
    const { data } = body();
    expect(eventOf({ event: 'approved_purchase', ...data })).toEqual(eventOf({ event: 'approved_purchase', data }));
    const both = { ...body(), transaction: { id: 't-2', amount: 1 } };
    expect(eventOf(both)).toMatchObject({ transactionId: 't-1', amount: 10000 });
  });

  it('null order bumps inside the list, and the same list beside the offer', () => {
    const order_bumps = [null, { id: 'o-2', product_price: 2000 }];
    const nested = eventOf(body({ offer: { order_bumps } }));
    expect(nested.items).toHaveLength(2);
    expect(eventOf(body({ data: { order_bumps }, offer: { order_bumps: [] } })).items).toEqual(nested.items);
    expect(eventOf(body({ data: { order_bumps }, offer: { order_bumps } })).items).toEqual(nested.items);
  });
});

describe('the buyer', () => {
  it.each([
    [{ full_name: ' Caio  Fictício ' }, 'Caio  Fictício', 'Caio'],
    [{ full_name: '', first_name: 'Bia', last_name: 'Prado' }, 'Bia Prado', 'Bia'],
    [{ full_name: null, first_name: 'Bia' }, 'Bia', 'Bia'],
    [{ full_name: 'Maria Clara Prado', first_name: 'Maria Clara' }, 'Maria Clara Prado', 'Maria Clara'],
    [{ full_name: {} }, null, null],
  ])('%j', (client, name, firstName) => {
    expect(eventOf(body({ client })).buyer).toMatchObject({ name, firstName });
  });

  it.each([
    ['529.982.247-25', '52998224725'],
    ['12.345.678/0001-95', '12345678000195'],
    ['123', null],
    ['', null],
  ])('document %j is %j', (document, digits) => {
    expect(eventOf(body({ client: { document } })).buyer.document).toBe(digits);
  });

  it('has an e-mail in lower case, and a phone or none', () => {
    expect(eventOf(body({ client: { email: ' Caio@Example.INVALID', phone: '123' } })).buyer).toMatchObject({
      email: 'caio@example.invalid',
      phone: null,
    });
  });
});

describe('money', () => {
  const order_bumps = [
    { id: 'o-2', amount_with_tax: 2100, product_price: 2000 },
    { id: 'o-3', amount_with_tax: 0, product_price: 500 },
    { id: 'o-4', amount: 300 },
  ];

  it('is the total of the transaction, which holds the bumps already', () => {
    expect(eventOf(body({ offer: { order_bumps } }))).toMatchObject({ amount: 10000, fee: 500, net: 9500 });
  });

  it('is added up where the transaction does not say it', () => {
    const event = eventOf(body({ transaction: { amount: null }, offer: { amount_with_tax: 11000, order_bumps } }));
    expect(event.amount).toBe(11000 + 2100 + 500 + 300);
    expect(event.items.map((item) => item.amount)).toEqual([11000, 2100, 500, 300]);
  });

  it('of a cart is the list price with the bumps', () => {
    expect(eventOf(cart({ offer: { amount_with_tax: 11000, order_bumps } })).amount).toBe(10000 + 2100 + 500 + 300);
    expect(eventOf(cart({ transaction: { status: '', amount: 0 } })).amount).toBe(10000);
  });

  it('is unknown when one item has no amount', () => {
    expect(eventOf(cart({ offer: { order_bumps: [{ id: 'o-2' }] } })).amount).toBeNull();
    expect(eventOf(body({ transaction: { amount: null }, data: { offer: null } })).amount).toBeNull();
  });

  it('is unknown when the sum cannot be counted', () => {
    const huge = [{ amount: Number.MAX_SAFE_INTEGER }, { amount: Number.MAX_SAFE_INTEGER }];
    expect(eventOf(cart({ offer: { order_bumps: huge } })).amount).toBeNull();
  });

  it.each([
    ['paid', { status: 'paid', amount: 0, fee_amount: 0, net_amount: 0 }, { amount: 0, fee: 0, net: 0 }],
    [
      'paid, without a fee',
      { status: 'paid', amount: 0, fee_amount: null, net_amount: null },
      { amount: 0, fee: null, net: null },
    ],
    [
      'with a fee and a net of zero',
      { status: null, amount: '0', fee_amount: 0, net_amount: 0 },
      { amount: 0, fee: 0, net: 0 },
    ],
  ])('of nothing stays nothing: %s', (_, transaction, expected) => {
    expect(eventOf(body({ transaction }))).toMatchObject(expected);
  });

  it.each([
    ['a blank status', 'approved_purchase', { status: '', amount: 0, fee_amount: 0, net_amount: 0 }],
    ['a cart', 'abandoned_purchase', { status: 'x', amount: 0, fee_amount: 0, net_amount: 0 }],
  ])('of zero with %s is no price', (_, event, transaction) => {
    expect(eventOf(body({ event, transaction, offer: { amount: 0 } }))).toMatchObject({
      amount: null,
      fee: null,
      net: null,
    });
  });

  it('has a fee of zero only when the net says so', () => {
    expect(eventOf(body({ transaction: { fee_amount: 0, net_amount: 10000 } }))).toMatchObject({ fee: 0, net: 10000 });
    expect(eventOf(body({ transaction: { fee_amount: 0, net_amount: 0 } }))).toMatchObject({ fee: null, net: null });
  });

  it.each([
    [undefined, 'BRL'],
    ['', 'BRL'],
    [' usd ', 'USD'],
  ])('in the currency %j is in %s', (currency, code) => {
    expect(eventOf(body({ transaction: { currency } })).currency).toBe(code);
  });
});

describe('items', () => {
  it.each([
    [{ type: 'ENTRY' }, 'main'],
    [{ type: 'UPSELL' }, 'upsell'],
    [{ checkout_type: 'downsell' }, 'downsell'],
    [{ checkout_type: 'ORDER_BUMP' }, 'bump'],
    [{ type: 'UPSELL', checkout_type: 'ENTRY' }, 'main'],
    [{ type: 'SINGLE', checkout_type: '' }, 'main'],
  ])('%j is %s', (offer, role) => {
    expect(eventOf(body({ offer })).items[0]?.role).toBe(role);
  });

  it('fall back on the offer where there is no product', () => {
    expect(eventOf(body({ offer: { product: null } })).items).toEqual([
      { role: 'main', productId: 'o-1', productName: 'Entrada', offerId: 'o-1', amount: 10000 },
    ]);
  });
});

describe('payment', () => {
  it.each([
    ['PIX', 'pix'],
    ['pix_automatico', 'pix'],
    ['CREDIT', 'card'],
    ['credit_card', 'card'],
    ['Cartão', 'card'],
    ['BOLETO', 'boleto'],
    ['bank_slip', 'boleto'],
    ['Billet', 'boleto'],
    ['wallet', 'unknown'],
    ['', 'unknown'],
  ])('type %j is %s', (payment_type, method) => {
    expect(eventOf(body({ transaction: { payment_type } })).paymentMethod).toBe(method);
  });

  it('is told by the event where the type is missing', () => {
    expect(eventOf(body({ event: 'PIX_expired' })).paymentMethod).toBe('pix');
    expect(eventOf(body({ event: 'bank_slip_generated' })).paymentMethod).toBe('boleto');
  });

  it('counts instalments from one', () => {
    expect(eventOf(body({ transaction: { installments: '12' } })).installments).toBe(12);
    expect(eventOf(body({ transaction: { installments: 0 } })).installments).toBeNull();
  });

  it('takes a Pix text only when it is one', () => {
    const pixCodeOf = (qr_code: unknown) =>
      eventOf(body({ event: 'pix_generated', transaction: { additional_data: { PIX: { qr_code } } } })).pixCode;
    expect(pixCodeOf(' 000201ABC ')).toBe('000201ABC');
    expect(pixCodeOf('iVBORw0KGgo=')).toBeNull();
    expect(pixCodeOf('https://qr.example.invalid/000201')).toBeNull();
    expect(pixCodeOf(null)).toBeNull();
  });

  it.each([
    ['3'.repeat(44), true],
    ['34191.79001 01043.510047 91020.150008 1 00000000019700', true],
    ['8'.repeat(48), true],
    ['3'.repeat(45), false],
    [`n. ${'3'.repeat(44)}`, false],
  ])('boleto line %j', (line, good) => {
    const additional_data = { anything: [{ line }, { link: 'ftp://x.invalid' }, { pdf: 'https://x.invalid/b.pdf' }] };
    expect(eventOf(body({ event: 'bank_slip_generated', transaction: { additional_data } }))).toMatchObject({
      boletoLine: good ? line.replaceAll(/\D/g, '') : null,
      boletoUrl: 'https://x.invalid/b.pdf',
    });
  });

  it('gives no boleto for a Pix that carries a link', () => {
    const additional_data = { PIX: { image: 'https://x.invalid/qr.png', number: '3'.repeat(44) } };
    const event = eventOf(body({ event: 'pix_generated', transaction: { additional_data } }));
    expect(event).toMatchObject({ boletoUrl: null, boletoLine: null });
  });

  it.each([
    [{ error_message: 'Saldo insuficiente' }],
    [{ additional_data: { sellerMessage: 'Saldo insuficiente' } }],
    [{ additional_data: { CREDIT: { externalMessage: 'Saldo insuficiente', sellerMessage: 'x' } } }],
  ])('says why it was refused: %j', (transaction) => {
    expect(eventOf(body({ event: 'refused', transaction })).refusalReason).toBe('Saldo insuficiente');
    expect(eventOf(body({ transaction })).refusalReason).toBeNull();
  });

  it('never repeats an internal message', () => {
    const transaction = { internalMessage: 'code 51', additional_data: { internalMessage: 'code 51' } };
    expect(eventOf(body({ event: 'refused', transaction })).refusalReason).toBeNull();
  });

  it.each([
    ['https://pay.assiny.com.br/abc123/node/AbCd12', true],
    ['javascript:alert(1)', false],
    ['pay.assiny.com.br', false],
    [7, false],
  ])('checkout link %j', (event_source_url, good) => {
    expect(eventOf(body({ data: { metadata: { event_source_url } } })).checkoutUrl).toBe(
      good ? event_source_url : null,
    );
  });
});

describe('subscription', () => {
  it('is put together from the offer, the delivery and the transaction', () => {
    expect(
      eventOf(
        body({
          offer: { subscription: { id: '', recurrence: 'MONTHLY', cycle: 0 } },
          data: { subscription: { id: 's-1', recurrence: 'YEARLY' } },
          transaction: { cycle: '3' },
        }),
      ),
    ).toMatchObject({ kind: 'subscription_renewed', subscription: { id: 's-1', recurrence: 'MONTHLY', cycle: 3 } });
  });

  it.each([
    [{ offer: { subscription: { cycle: 2 } } }],
    [{ data: { subscription: { cycle: 2 } } }],
    [{ transaction: { cycle: 2 } }],
    [{ data: { subscription: { is_subscription_renew: true } } }],
    [{ offer: { subscription: { is_subscription_renew: true } } }],
  ])('is renewed when %j', (parts: Parts) => {
    expect(eventOf(body(parts)).kind).toBe('subscription_renewed');
    expect(eventOf(body({ ...parts, event: 'pix_expired' })).kind).toBe('subscription_overdue');
  });

  it('is not renewed by its first charge', () => {
    const parts = { offer: { subscription: { id: 's-1', cycle: 1, is_subscription_renew: false } } };
    expect(eventOf(body(parts)).kind).toBe('purchase_approved');
    expect(eventOf(body({ ...parts, event: 'pix_expired' })).kind).toBe('pix_expired');
  });

  it('is none on a single purchase', () => {
    expect(eventOf(body({ offer: { recurrence: null, subscription: null } })).subscription).toBeNull();
  });
});

describe('times', () => {
  const JANUARY = '2026-01-01T10:00:00Z';
  const FEBRUARY = '2026-02-01T10:00:00.123456Z';
  const FAR = '2026-12-01T10:00:00Z';

  it('are the last change of the transaction, then its beginning, then the receipt', () => {
    const times = (transaction: Record<string, unknown>) => eventOf(body({ transaction }));
    expect(times({ created_at: JANUARY, updated_at: FEBRUARY })).toMatchObject({
      occurredAt: new Date('2026-02-01T10:00:00.123Z'),
      createdAt: new Date(JANUARY),
    });
    expect(times({ created_at: JANUARY }).occurredAt).toEqual(new Date(JANUARY));
    expect(times({})).toMatchObject({ occurredAt: RECEIVED_AT, createdAt: null });
  });

  it('of a cart are when it was left', () => {
    const transaction = { id: '', created_at: FEBRUARY, updated_at: FEBRUARY };
    expect(eventOf(cart({ data: { created_at: JANUARY }, transaction }))).toMatchObject({
      occurredAt: new Date(JANUARY),
      createdAt: new Date(JANUARY),
    });
  });

  it('are not believed when they are more than a day ahead', () => {
    expect(eventOf(body({ transaction: { updated_at: FAR, created_at: JANUARY } })).occurredAt).toEqual(
      new Date(JANUARY),
    );
    expect(eventOf(body({ transaction: { updated_at: FAR, created_at: FAR } }))).toMatchObject({
      occurredAt: RECEIVED_AT,
      createdAt: null,
    });
    const tomorrow = '2026-03-02T12:00:00Z';
    expect(eventOf(body({ transaction: { updated_at: tomorrow } })).occurredAt).toEqual(new Date(tomorrow));
  });

  it.each([
    [{ Time: JANUARY, Valid: true }, JANUARY],
    ['2026-01-01T07:00:00-03:00', JANUARY],
    [{ Time: JANUARY, Valid: false }, null],
    [{ Time: '0001-01-01T00:00:00Z', Valid: false }, null],
    ['0001-01-01T00:00:00Z', null],
    ['1970-01-01T00:00:00Z', null],
    ['2026-02-30T00:00:00Z', null],
    ['2026-01-01 10:00:00', null],
    [1767261600, null],
    ['', null],
    [{}, null],
  ])('%j', (created_at, expected) => {
    expect(eventOf(body({ transaction: { created_at } })).createdAt?.toISOString() ?? null).toBe(
      expected === null ? null : new Date(expected).toISOString(),
    );
  });
});

describe('test deliveries', () => {
  const nobody = { full_name: '', email: '', phone: '' };

  it('say so', () => {
    expect(eventOf(body({ beside: { test: true } })).test).toBe(true);
    expect(eventOf(body({ data: { test: true } })).test).toBe(true);
    expect(eventOf(body({ beside: { test: 'true' } })).test).toBe(false);
  });

  it('are flat and tell of nobody', () => {
    const { data } = body();
    expect(eventOf({ event: 'approved_purchase', data: {}, transaction: data.transaction, client: nobody }).test).toBe(
      true,
    );
    expect(eventOf({ event: 'approved_purchase', data: {}, transaction: data.transaction }).test).toBe(true);
    expect(
      eventOf({ event: 'approved_purchase', data: {}, transaction: data.transaction, client: data.client }).test,
    ).toBe(false);
    expect(eventOf(body({ client: nobody })).test).toBe(false);
  });
});

describe('redeliveries', () => {
  it('of a cart under its two names are one', () => {
    const left = eventOf(cart());
    expect(eventOf({ ...cart(), event: 'abandoned_purchase' })).toMatchObject({
      dedupeKey: left.dedupeKey,
      orderKey: left.orderKey,
    });
    expect(eventOf(cart({ client: { email: 'bia@example.invalid' } })).dedupeKey).not.toBe(left.dedupeKey);
    expect(eventOf(cart({ client: { email: ' CAIO@example.invalid', full_name: 'C' } })).dedupeKey).toBe(
      left.dedupeKey,
    );
    expect(eventOf(cart({ data: { created_at: '2026-02-01T10:00:00.000000Z' } })).dedupeKey).toBe(left.dedupeKey);
  });

  it('know a buyer without an e-mail by the phone, however it is written, and then by the id', () => {
    const key = (client: Record<string, unknown>) =>
      eventOf(cart({ client: { email: null, ...client } }), { bodyHash: 'x' }).orderKey;
    expect(key({ phone: '11 90000-0002' })).toBe(key({ phone: '+5511900000002' }));
    expect(key({ phone: '', id: 'c-1' })).not.toBe(key({ phone: '', id: 'c-2' }));
    expect(key({ phone: '', id: 'c-1' })).not.toBe('body-x');
    expect(key({ phone: '' })).toBe('body-x');
  });

  it('of a purchase without an id join its refund', () => {
    const transaction = { id: null, created_at: '2026-01-10T15:00:00Z' };
    const approved = eventOf(body({ transaction: { ...transaction, updated_at: '2026-01-10T15:05:00Z' } }));
    const refunded = eventOf(
      body({ event: 'refunded_purchase', transaction: { ...transaction, updated_at: '2026-01-12T15:05:00Z' } }),
    );
    expect(refunded.orderKey).toBe(approved.orderKey);
    expect(refunded.dedupeKey).not.toBe(approved.dedupeKey);
  });
});
