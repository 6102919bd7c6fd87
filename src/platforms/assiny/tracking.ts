import { phoneToE164 } from '../../text/phone.ts';
import { isJsonObject, type JsonObject } from './fields.ts';

const MOST_KEYS = 50;
const LONGEST_KEY = 100;
/** Sellers carry signed references of this length in `utm_content`. */
const LONGEST_VALUE = 600;

/** Keys that stand in `metadata` itself; everything else comes from the parameters of the checkout link. */
const NAMED_KEY = /^(?:utm_.+|trk_.+|src|sck|.+clid|fbc|fbp)$/i;

/** Keys under which advertising systems send their own names and numbers: a name there is a campaign's, eleven digits are an id. */
const ADVERTISING_KEY =
  /^(?:utm|trk|campaign|adset|adgroup|ads?|gad|hsa|creative|placement|keyword|fbc|fbp)(?:[_.-]|id$|$)|clid$|braid$/i;

const PERSONAL_FRAGMENT =
  /cpf|cnpj|document|e-?mail|phone|telefone|celular|whatsapp|first_?name|last_?name|full_?name|user_?name|customer|surname|sobrenome|nascimento|birth|endereco|address/;
const PERSONAL_WORDS = new Set([
  'doc',
  'rg',
  'mail',
  'tel',
  'fone',
  'ddd',
  'zap',
  'wpp',
  'cep',
  'zip',
  'password',
  'senha',
]);
const NAME_WORDS = new Set(['name', 'nome']);

const PERSONAL_VALUES: readonly RegExp[] = [
  /[^\s@]@[^\s@]+\.[a-z]{2}/i, // an e-mail address
  /\d{3}\.\d{3}\.\d{3}-\d{2}/, // a CPF as people write it
  /\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}/, // a CNPJ
  /\+\d(?:[\s().-]{0,2}\d){9}/, // a phone with its country code
  /\(\d{2}\)\s*\d{4,5}[\s-]?\d{4}/, // a Brazilian phone
];
/** Ten to fourteen digits alone: a phone, a CPF and a CNPJ look like that, and so do the numbers that advertising systems give. */
const BARE_NUMBER = /^\d{10,14}$/;
const BRAZILIAN_PHONE_WITH_COUNTRY_CODE = /^55\d{10,11}$/;

/** They mean something else to JavaScript than to the seller. */
const RESERVED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

function isPersonalKey(key: string): boolean {
  const plain = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();
  const words = plain.split(/[^a-z0-9]+/);
  if (PERSONAL_FRAGMENT.test(plain) || words.some((word) => PERSONAL_WORDS.has(word))) {
    return true;
  }
  return !ADVERTISING_KEY.test(key) && words.some((word) => NAME_WORDS.has(word));
}

/** A link inside a value, such as the page that the buyer came from, may carry personal parameters of its own. */
function carriesPersonalParameter(value: string): boolean {
  return [...value.matchAll(/[?&]([^=&?#]+)=/g)].some(([, key]) => isPersonalKey(key ?? ''));
}

function cpfCheckDigit(digits: string): number {
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (digits.length + 1 - index), 0);
  return ((sum * 10) % 11) % 10;
}

function isCpf(value: string): boolean {
  return (
    /^\d{11}$/.test(value) &&
    cpfCheckDigit(value.slice(0, 9)) === Number(value[9]) &&
    cpfCheckDigit(value.slice(0, 10)) === Number(value[10])
  );
}

/** Under an advertising key a bare number is taken for an id, unless its own digits say that it is a CPF or a phone. */
function isPersonalNumber(key: string, value: string): boolean {
  if (!BARE_NUMBER.test(value)) {
    return false;
  }
  const phone = BRAZILIAN_PHONE_WITH_COUNTRY_CODE.test(value) && phoneToE164(`+${value}`) !== null;
  return phone || isCpf(value) || !ADVERTISING_KEY.test(key);
}

function isPersonalValue(key: string, value: string): boolean {
  const readable = value.replaceAll(/%40/g, '@').replaceAll(/%2B/gi, '+');
  return (
    PERSONAL_VALUES.some((pattern) => pattern.test(readable)) ||
    carriesPersonalParameter(readable) ||
    isPersonalNumber(key, value)
  );
}

/** A key that MongoDB takes as the name of one field, without dots, leading dollars and control characters; null when nothing is left of it. */
function fieldName(key: string): string | null {
  const safe = key
    .trim()
    .replaceAll(/\p{Cc}/gu, '')
    .replaceAll('.', '_')
    .replace(/^\$+/, '_');
  return safe === '' || safe.length > LONGEST_KEY || RESERVED_KEYS.has(safe) ? null : safe;
}

function scalarText(value: unknown): string {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value).trim() : '';
}

function trackable([key, raw]: [string, unknown]): [string, string] | null {
  const name = fieldName(key);
  const value = scalarText(raw);
  if (name === null || value === '' || value.length > LONGEST_VALUE) {
    return null;
  }
  return isPersonalKey(key) || isPersonalValue(key, value) ? null : [name, value];
}

function named(source: JsonObject): [string, unknown][] {
  return Object.entries(source).filter(([key]) => NAMED_KEY.test(key));
}

/**
 * Where the buyer came from: `metadata.utm_*` and its like, then every parameter of the checkout link, the known ones first.
 *
 * Holds at most 50 keys, values of at most 600 characters, and nothing that looks like a person's name, document, e-mail or phone: those
 * parameters are dropped, because tracking is shown in reports and in chat.
 */
export function readTracking(metadata: JsonObject | null): Record<string, string> {
  const parameters = isJsonObject(metadata?.url_parameters) ? metadata.url_parameters : {};
  const candidates = [...named(metadata ?? {}), ...named(parameters), ...Object.entries(parameters)];
  const tracking = new Map<string, string>();
  for (const candidate of candidates) {
    const [key, value] = trackable(candidate) ?? [];
    if (key !== undefined && value !== undefined && !tracking.has(key) && tracking.size < MOST_KEYS) {
      tracking.set(key, value);
    }
  }
  return Object.fromEntries(tracking);
}
