/** Payloads in the shape in which Assiny sends them, about invented people, for the simulator and the tests of every part. */

export interface PayloadItem {
  productId?: string;
  productName?: string;
  offerId?: string;
  offerName?: string;
  /** Centavos. */
  amount?: number;
  /** ENTRY, UPSELL or DOWNSELL for the main product; bumps are ORDERBUMP. */
  checkoutType?: string;
  recurrence?: string | null;
}

export interface PayloadClient {
  id?: string;
  full_name?: string | null;
  email?: string | null;
  phone?: string | null;
  document?: string | null;
}

export interface PayloadSubscription {
  id?: string;
  recurrence?: string;
  cycle?: number;
}

export interface PayloadOptions {
  /** The event name as Assiny writes it. */
  event: string;
  transactionId?: string;
  /** Centavos, the total with bumps; the main product costs what the bumps leave. */
  amount?: number;
  /** Centavos: what the platform keeps of the total. */
  fee?: number;
  product?: PayloadItem;
  bumps?: readonly PayloadItem[];
  client?: PayloadClient;
  createdAt?: Date;
  updatedAt?: Date;
  /** Default: what the event name says, else PIX. */
  paymentType?: string;
  installments?: number;
  currency?: string;
  /** Parameters of the checkout link. */
  tracking?: Record<string, string>;
  subscription?: PayloadSubscription | null;
  /** Default: what Assiny sends with that event. */
  status?: string;
}

export interface AssinyPayload {
  event: string;
  data: Record<string, unknown>;
}

/** A number from 0 up to but not including 1, like `Math.random`. */
export type Random = () => number;

const PRODUCTS = [
  { name: 'Curso de Violão', amount: 19700 },
  { name: 'Método de Leitura Rápida', amount: 9700 },
  { name: 'Planilha de Finanças', amount: 4790 },
  { name: 'Comunidade de Confeitaria', amount: 5990 },
] as const;

const PEOPLE = ['Marina Inventada', 'Caio Fictício da Silva', 'Bia Imaginária Prado', 'Otávio de Mentira'] as const;

const SOURCES = ['FB', 'google', 'instagram', 'email'] as const;

const STATUSES = new Map([
  ['approved_purchase', 'paid'],
  ['completed_purchase', 'paid'],
  ['request_refund', 'paid'],
  ['refunded_purchase', 'refunded'],
  ['charged_back', 'chargedback'],
  ['refused_purchase', 'refused'],
  ['abandoned_purchase', ''],
]);

const PLATFORM_FEE = 0.07;
const DEFAULT_BUMP_AMOUNT = 2700;

function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function pick<Values extends readonly [unknown, ...unknown[]]>(random: Random, values: Values): Values[number] {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** Go writes times in microseconds. */
export function goTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

function shares(amount: number) {
  const fee = Math.round(amount * PLATFORM_FEE);
  return { fee, net: amount - fee };
}

function paymentTypeOf(event: string): string {
  if (event.startsWith('bank_slip')) {
    return 'BANK_SLIP';
  }
  return event.startsWith('refused') || event === 'charged_back' ? 'CREDIT' : 'PIX';
}

function buildItem(item: PayloadItem, amount: number, checkoutType: string, random: Random) {
  const { fee, net } = shares(amount);
  return {
    id: item.offerId ?? uuid(random),
    name: item.offerName ?? 'Entrada',
    type: item.checkoutType ?? checkoutType,
    checkout_type: item.checkoutType ?? checkoutType,
    amount_with_tax: amount,
    amount_assiny: fee,
    amount_client: net,
    recurrence: item.recurrence ?? null,
    product: {
      id: item.productId ?? uuid(random),
      name: item.productName ?? 'Produto Inventado',
      producer_name: 'Escola Inventada',
    },
    subscription: null as unknown,
  };
}

function buildOffer(options: PayloadOptions, random: Random) {
  const product = pick(random, PRODUCTS);
  const bumps = (options.bumps ?? []).map((bump) => {
    const price = bump.amount ?? DEFAULT_BUMP_AMOUNT;
    return { ...buildItem(bump, price, 'ORDERBUMP', random), product_price: price };
  });
  const bumpTotal = bumps.reduce((total, bump) => total + bump.product_price, 0);
  const main =
    options.product?.amount ??
    (options.amount === undefined ? product.amount : Math.max(0, options.amount - bumpTotal));
  const offer = buildItem({ productName: product.name, ...options.product }, main, 'ENTRY', random);
  const subscription = options.subscription
    ? { id: uuid(random), recurrence: 'MONTHLY', cycle: 1, ...options.subscription }
    : null;
  return {
    total: options.amount ?? main + bumpTotal,
    offer: {
      ...offer,
      amount: main,
      recurrence: subscription?.recurrence ?? offer.recurrence,
      subscription,
      order_bumps: bumps,
    },
  };
}

function buildClient(given: PayloadClient | undefined, random: Random) {
  const name = pick(random, PEOPLE);
  const number = Math.floor(random() * 10_000);
  const fullName = given?.full_name === undefined ? name : (given.full_name ?? '');
  const [first = '', ...rest] = fullName.split(' ');
  return {
    id: uuid(random),
    full_name: name,
    first_name: first,
    last_name: rest.join(' '),
    email: `${first.toLowerCase().normalize('NFD').replaceAll(/\W/g, '')}${number}@example.invalid`,
    phone: `+55119000${String(number).padStart(5, '0')}`,
    document: '',
    address: null,
    ...given,
  };
}

function additionalData(paymentType: string, total: number, random: Random) {
  const digits = Array.from({ length: 33 }, () => Math.floor(random() * 10)).join('');
  switch (paymentType) {
    case 'PIX':
      return { PIX: { qr_code: `00020126580014br.gov.bcb.pix0136${uuid(random)}5303986${total}6304ABCD` } };
    case 'BANK_SLIP':
      return {
        BANK_SLIP: {
          digitable_line: `${digits}${String(total).padStart(14, '0')}`,
          url: `https://boleto.example.invalid/${uuid(random)}.pdf`,
        },
      };
    default:
      return null;
  }
}

function buildTransaction(options: PayloadOptions, total: number, createdAt: Date, random: Random) {
  const paymentType = options.paymentType ?? paymentTypeOf(options.event);
  const fee = options.fee ?? shares(total).fee;
  const net = total - fee;
  return {
    id: options.transactionId ?? uuid(random),
    project: { id: uuid(random), organization: { id: uuid(random) } },
    status: options.status ?? STATUSES.get(options.event) ?? options.event,
    amount: total,
    fee_amount: fee,
    net_amount: net,
    currency: options.currency ?? 'BRL',
    payment_type: paymentType,
    installments: options.installments ?? 1,
    smart_installment: null,
    created_at: goTime(createdAt),
    updated_at: goTime(options.updatedAt ?? createdAt),
    commissions: [{ user: 'Escola Inventada', type: 'producer', amount: net }],
    additional_data: additionalData(paymentType, total, random),
  };
}

function buildMetadata(given: Record<string, string> | undefined, random: Random) {
  const parameters: Record<string, string> = given ?? {
    utm_source: pick(random, SOURCES),
    utm_medium: 'conjunto|1',
    utm_campaign: 'campanha|2',
    utm_content: 'anuncio|3',
    src: 'bio',
  };
  const named = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'];
  return {
    ...Object.fromEntries(named.map((key) => [key, parameters[key] ?? null])),
    url_parameters: parameters,
    event_source_url: 'https://pay.assiny.com.br/abc123/node/AbCd12',
    funnel_id: uuid(random),
    short_funnel_id: 'AbCd12',
    node_id: 'abc123',
    ip: '192.0.2.10',
    user_agent: 'Mozilla/5.0',
  };
}

/**
 * A fresh payload for an event, about a new transaction and a new buyer unless the options name them. As Assiny does it, an
 * `abandoned_checkout` has no transaction.
 *
 * @param random the source of ids, people and products; give a seeded one for payloads that come out the same each time
 */
export function assinyPayload(options: PayloadOptions, random: Random = Math.random): AssinyPayload {
  const createdAt = options.createdAt ?? new Date();
  const { offer, total } = buildOffer(options, random);
  const common = {
    client: buildClient(options.client, random),
    offer,
    metadata: buildMetadata(options.tracking, random),
  };
  if (options.event === 'abandoned_checkout' && options.transactionId === undefined) {
    return { event: options.event, data: { created_at: goTime(createdAt), ...common } };
  }
  return {
    event: options.event,
    data: { ...common, transaction: buildTransaction(options, total, createdAt, random) },
  };
}
