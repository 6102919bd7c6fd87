import type { Buyer, PlatformEvent } from '../platforms/platform.ts';
import { formatMoney } from '../text/money.ts';
import type { Locale } from '../text/text.ts';
import { mainItem } from './happy-path.ts';
import type { NotificationType } from './notification-catalogue.ts';

/** What a text may name, nested as its dots say. An empty text is a variable that the event does not carry. */
export type MessageVariables = { [name: string]: string | MessageVariables | MessageVariables[] };

const COMMON = [
  'customer.first_name',
  'customer.last_name',
  'customer.name',
  'customer.email',
  'customer.phone',
  'customer.cpf_cnpj',
  'order.id',
  'order.product',
  'order.total',
  'order.payment_type',
  'order.installments',
  'checkout.url',
  'store.name',
] as const;
const PIX = ['order.pix.bacen_code'];
const BOLETO = ['order.billet_url', 'order.billet_barcode'];
const REFUSAL = ['order.refusal_reason'];

const OF_TYPE: Partial<Record<NotificationType, readonly string[]>> = {
  pix_generated: PIX,
  pix_reminder: PIX,
  pix_expired: PIX,
  boleto_generated: BOLETO,
  boleto_reminder: BOLETO,
  boleto_expired: BOLETO,
  payment_refused: REFUSAL,
};

/** The list that a text can repeat over, and what each of its items has. */
export const PRODUCT_LIST = 'order.products';
export const PRODUCT_VARIABLES = ['name', 'quantity', 'value'];

/** The variables of a type, as people write them between braces; besides them `tracking.*` and the list of products. */
export function variablesOfType(type: NotificationType): string[] {
  return [...COMMON, ...(OF_TYPE[type] ?? [])];
}

/** What an event gives to a text. Money is written as people read it. */
export function messageVariables(
  event: PlatformEvent,
  { storeName, locale }: { storeName: string; locale: Locale },
): MessageVariables {
  return {
    customer: customerVariables(event.buyer),
    order: orderVariables(event, locale),
    checkout: { url: event.checkoutUrl ?? '' },
    store: { name: storeName },
    tracking: { ...event.tracking },
  };
}

function customerVariables({ name, firstName, email, phone, document }: Buyer): MessageVariables {
  const [, ...lastNames] = (name ?? '').split(/\s+/);
  return {
    first_name: firstName ?? '',
    last_name: lastNames.join(' '),
    name: name ?? '',
    email: email ?? '',
    phone: phone ?? '',
    cpf_cnpj: document ?? '',
  };
}

function orderVariables(event: PlatformEvent, locale: Locale): MessageVariables {
  const { items, currency, installments, paymentMethod } = event;
  const money = (centavos: number | null) => (centavos === null ? '' : formatMoney(centavos, currency, locale));
  return {
    id: event.transactionId ?? '',
    product: mainItem(items)?.productName ?? '',
    products: items.map(({ productName, amount }) => ({
      name: productName ?? '',
      quantity: '1',
      value: money(amount),
    })),
    total: money(event.amount),
    payment_type: paymentMethod === 'unknown' ? '' : paymentMethod,
    installments: String(installments ?? ''),
    pix: { bacen_code: event.pixCode ?? '' },
    billet_url: event.boletoUrl ?? '',
    billet_barcode: event.boletoLine ?? '',
    refusal_reason: event.refusalReason ?? '',
  };
}
