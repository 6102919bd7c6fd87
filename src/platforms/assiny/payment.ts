import type { EventKind, PaymentMethod } from '../platform.ts';
import { isJsonObject, type JsonObject } from './fields.ts';
import type { Transaction } from './schema.ts';

const METHODS: readonly (readonly [PaymentMethod, RegExp])[] = [
  ['pix', /pix/i],
  ['boleto', /boleto|slip|billet/i],
  ['card', /credit|card|cart[aã]o/i],
];

function methodNamedIn(text: string | null): PaymentMethod | undefined {
  return METHODS.find(([, fragment]) => fragment.test(text ?? ''))?.[0];
}

/** The values of `payment_type` are not documented, so they are recognised by fragment; the event name tells where they are missing. */
export function readPaymentMethod(transaction: Transaction | null, rawEvent: string): PaymentMethod {
  return (
    methodNamedIn(transaction?.payment_type ?? null) ??
    methodNamedIn(transaction?.payment_method ?? null) ??
    methodNamedIn(rawEvent) ??
    'unknown'
  );
}

export interface PaymentInstructions {
  pixCode: string | null;
  boletoLine: string | null;
  boletoUrl: string | null;
}

const DEEPEST = 5;

function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') {
    return [value.trim()];
  }
  if (typeof value !== 'object' || value === null || depth === DEEPEST) {
    return [];
  }
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1));
}

/** Every Pix text begins with the EMV payload format indicator, 01 (Banco Central, Manual de Padrões para Iniciação do Pix). */
function isPixCode(text: string): boolean {
  return text.startsWith('000201');
}

/** 44 digits of the bar code, or the line that people type: 47 digits, 48 for utilities (Febraban). */
function isBoletoLine(text: string): boolean {
  return /^[\d\s.-]+$/.test(text) && [44, 47, 48].includes(text.replaceAll(/\D/g, '').length);
}

function isWebLink(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
}

/** `text` when it is a link that a browser opens, else null. */
export function webLink(text: unknown): string | null {
  return typeof text === 'string' && isWebLink(text.trim()) ? text.trim() : null;
}

/** How to pay what is still open. Where Assiny puts it is not documented for boletos, so it is found by its shape. */
export function readPaymentInstructions(
  transaction: Transaction | null,
  paymentMethod: PaymentMethod,
): PaymentInstructions {
  const texts = textsIn(transaction?.additional_data);
  const boletoTexts = paymentMethod === 'boleto' ? texts : [];
  return {
    pixCode: texts.find(isPixCode) ?? null,
    boletoLine: boletoTexts.find(isBoletoLine)?.replaceAll(/\D/g, '') ?? null,
    boletoUrl: boletoTexts.find(isWebLink) ?? null,
  };
}

const LONGEST_REASON = 300;

function messageIn(source: JsonObject | null): string | null {
  // The message for the buyer first: it may be shown to anybody. The internal one is not for people at all.
  const messages = [source?.externalMessage, source?.sellerMessage, source?.error_message];
  const found = messages.find((message) => typeof message === 'string' && message.trim() !== '');
  return typeof found === 'string' ? found.trim().slice(0, LONGEST_REASON) : null;
}

/** Why a payment was refused, in the platform's words. Null for every other kind: an old error says nothing about an approved purchase. */
export function readRefusalReason(transaction: Transaction | null, kind: EventKind): string | null {
  if (kind !== 'payment_refused' || transaction === null) {
    return null;
  }
  const additional = transaction.additional_data;
  const inner = Object.values(additional ?? {}).filter(isJsonObject);
  for (const source of [{ ...transaction }, additional, ...inner]) {
    const message = messageIn(source);
    if (message !== null) {
      return message;
    }
  }
  return null;
}
