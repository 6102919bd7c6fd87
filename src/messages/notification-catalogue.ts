import type { EventKind } from '../platforms/platform.ts';
import { findPlatform } from '../platforms/registry.ts';

/** When a message is due: so long after its event, or at a time of day, so many days after it, in the store's time zone. */
export type Delay = { after: number } | { days: number; at: `${number}:${number}` };

export const NOTIFICATION_TYPES = [
  'cart_abandoned',
  'payment_refused',
  'pix_generated',
  'boleto_generated',
  'pix_reminder',
  'boleto_reminder',
  'pix_expired',
  'boleto_expired',
  'purchase_approved',
  'purchase_completed',
  'refund_requested',
  'purchase_refunded',
  'chargeback',
  'subscription_renewed',
  'subscription_overdue',
  'subscription_cancelled',
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** A message that a buyer can get, before any store has changed it. */
export interface CatalogueNotification {
  type: NotificationType;
  /** The event that plans it. */
  kind: EventKind;
  /** Its place in the happy path; null: it has none, and it ends the path of its purchase. */
  rank: number | null;
  delay: Delay;
  enabled: boolean;
  /** Mustache, for the buyer. */
  text: string;
}

const MINUTE = 60_000;
const OPT_OUT = '\n\nSe não quiser mais receber mensagens, responda SAIR.';

/** The messages for the buyers of a checkout, from the lowest to the highest rank of the happy path. */
export const NOTIFICATION_CATALOGUE: readonly CatalogueNotification[] = [
  {
    type: 'cart_abandoned',
    kind: 'cart_abandoned',
    rank: 1,
    delay: { after: 15 * MINUTE },
    enabled: true,
    text: `Oi, {{customer.first_name}}! Vi que você quase garantiu {{order.product}}. Ficou alguma dúvida? É só responder aqui.{{#checkout.url}}\n\nPara continuar de onde parou: {{& checkout.url}}{{/checkout.url}}${OPT_OUT}`,
  },
  {
    type: 'payment_refused',
    kind: 'payment_refused',
    rank: 2,
    delay: { after: 5 * MINUTE },
    enabled: true,
    text: `Oi, {{customer.first_name}}! O pagamento de {{order.product}} não foi aprovado. Costuma ser limite ou um dado do cartão; você pode tentar outro cartão ou o Pix.{{#checkout.url}}\n\nTente de novo por aqui: {{& checkout.url}}{{/checkout.url}}`,
  },
  {
    type: 'pix_generated',
    kind: 'pix_generated',
    rank: 3,
    delay: { after: 5 * MINUTE },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! Seu Pix de {{order.total}} para {{order.product}} está pronto.{{#order.pix.bacen_code}} Copie o código abaixo e pague no app do seu banco:\n\n{{& order.pix.bacen_code}}{{/order.pix.bacen_code}}',
  },
  {
    type: 'boleto_generated',
    kind: 'boleto_generated',
    rank: 3,
    delay: { after: 5 * MINUTE },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! Seu boleto de {{order.total}} para {{order.product}} está pronto.{{#order.billet_url}}\n\nAbra por aqui: {{& order.billet_url}}{{/order.billet_url}}{{#order.billet_barcode}}\n\nOu copie a linha digitável:\n{{& order.billet_barcode}}{{/order.billet_barcode}}',
  },
  {
    type: 'pix_reminder',
    kind: 'pix_generated',
    rank: 3,
    delay: { after: 30 * MINUTE },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! Seu Pix para {{order.product}} ainda está em aberto e vence em pouco tempo. Precisa de ajuda para pagar?{{#order.pix.bacen_code}}\n\n{{& order.pix.bacen_code}}{{/order.pix.bacen_code}}',
  },
  {
    type: 'boleto_reminder',
    kind: 'boleto_generated',
    rank: 3,
    delay: { days: 1, at: '09:00' },
    enabled: true,
    text: 'Bom dia, {{customer.first_name}}! Passando para lembrar do seu boleto de {{order.product}}.{{#order.billet_barcode}} A linha digitável:\n\n{{& order.billet_barcode}}{{/order.billet_barcode}}',
  },
  {
    type: 'pix_expired',
    kind: 'pix_expired',
    rank: 4,
    delay: { after: 10 * MINUTE },
    enabled: true,
    text: `Oi, {{customer.first_name}}! Seu Pix para {{order.product}} venceu, mas dá para gerar outro em um minuto.{{#checkout.url}}\n\n{{& checkout.url}}{{/checkout.url}}${OPT_OUT}`,
  },
  {
    type: 'boleto_expired',
    kind: 'boleto_expired',
    rank: 4,
    delay: { after: 10 * MINUTE },
    enabled: true,
    text: `Oi, {{customer.first_name}}! Seu boleto de {{order.product}} venceu, mas ainda dá tempo de gerar outro.{{#checkout.url}}\n\n{{& checkout.url}}{{/checkout.url}}${OPT_OUT}`,
  },
  {
    type: 'purchase_approved',
    kind: 'purchase_approved',
    rank: 5,
    delay: { after: 0 },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! Pagamento aprovado: {{order.product}} é seu. 🎉 O acesso chega no e-mail que você usou na compra. Qualquer coisa, é só responder aqui.',
  },
  {
    type: 'purchase_completed',
    kind: 'purchase_completed',
    rank: 6,
    delay: { after: 0 },
    enabled: false,
    text: 'Oi, {{customer.first_name}}! Já faz um tempinho que você está com {{order.product}}. Como está indo? Conte para a gente.',
  },
  {
    type: 'refund_requested',
    kind: 'refund_requested',
    rank: null,
    delay: { after: 0 },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! Recebemos seu pedido de reembolso de {{order.product}}. Se quiser contar o que houve, estou por aqui.',
  },
  {
    type: 'purchase_refunded',
    kind: 'purchase_refunded',
    rank: null,
    delay: { after: 0 },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! O reembolso de {{order.product}} foi feito. O prazo para o valor aparecer depende do seu banco.',
  },
  {
    type: 'chargeback',
    kind: 'chargeback',
    rank: null,
    delay: { after: 0 },
    enabled: false,
    text: 'Oi, {{customer.first_name}}! Vimos que o pagamento de {{order.product}} foi contestado. Se foi engano, responda aqui que a gente resolve.',
  },
  {
    type: 'subscription_renewed',
    kind: 'subscription_renewed',
    rank: null,
    delay: { after: 0 },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! Sua assinatura de {{order.product}} foi renovada. Obrigado por continuar com a gente!',
  },
  {
    type: 'subscription_overdue',
    kind: 'subscription_overdue',
    rank: null,
    delay: { after: 0 },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! O pagamento da sua assinatura de {{order.product}} não foi feito. Para não perder o acesso, é só pagar de novo.{{#checkout.url}}\n\n{{& checkout.url}}{{/checkout.url}}',
  },
  {
    type: 'subscription_cancelled',
    kind: 'subscription_cancelled',
    rank: null,
    delay: { after: 0 },
    enabled: true,
    text: 'Oi, {{customer.first_name}}! Sua assinatura de {{order.product}} foi cancelada. Se foi sem querer, responda aqui.',
  },
];

const BY_TYPE = new Map(NOTIFICATION_CATALOGUE.map((notification) => [notification.type, notification]));
const RANK_OF_KIND = new Map(NOTIFICATION_CATALOGUE.map(({ kind, rank }) => [kind, rank]));

/** The catalogue's row of a type. */
export function catalogueNotification(type: NotificationType): CatalogueNotification {
  const found = BY_TYPE.get(type);
  if (!found) throw new Error(`No notification of type ${type}`);
  return found;
}

/** The names of the events by which a platform's notification is recognised; the usual one first. */
export function recognisedBy(type: NotificationType, platform: string): readonly string[] {
  const { kind } = catalogueNotification(type);
  return findPlatform(platform)?.catalogue.find((entry) => entry.kind === kind)?.rawEvents ?? [];
}

/** An event's place in the happy path; null when it ends the path; undefined when it says nothing about it. */
export function rankOfKind(kind: EventKind): number | null | undefined {
  return RANK_OF_KIND.get(kind);
}
