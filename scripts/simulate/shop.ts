import type { Random } from './assiny-payload.ts';
import type { FactBuyer, FactItem } from './event-facts.ts';
import { chance, integerBetween, pickOne } from './seeded-random.ts';

/** The products, buyers and campaigns of an invented shop. Product ids are the same in every run, as a shop's are. */
export interface Shop {
  random: Random;
  newId(): string;
  /** The main product of a purchase and, now and then, order bumps. */
  newItems(): FactItem[];
  newSubscriptionItems(): FactItem[];
  newUpsell(): FactItem;
  newBuyer(): FactBuyer;
  newTracking(): Record<string, string>;
  /** Most shops sell in reais alone. */
  newCurrency(): string;
}

interface Product {
  number: number;
  name: string;
  /** Centavos. */
  amount: number;
}

const COURSES: readonly Product[] = [
  { number: 1, name: 'Curso de Violão do Zero', amount: 19_700 },
  { number: 2, name: 'Método de Leitura Rápida', amount: 9_700 },
  { number: 3, name: 'Confeitaria em Casa', amount: 29_700 },
  { number: 4, name: 'Planilha de Finanças', amount: 4_790 },
];
const BUMPS: readonly Product[] = [
  { number: 11, name: 'Caderno de Exercícios', amount: 2_700 },
  { number: 12, name: 'Acesso por 2 Anos', amount: 4_700 },
  { number: 13, name: 'Grupo de Dúvidas', amount: 1_990 },
];
const UPSELLS: readonly Product[] = [
  { number: 21, name: 'Mentoria em Grupo', amount: 49_700 },
  { number: 22, name: 'Curso Avançado', amount: 39_900 },
];
const MEMBERSHIPS: readonly Product[] = [
  { number: 31, name: 'Clube de Receitas', amount: 5_990 },
  { number: 32, name: 'Assinatura Estúdio', amount: 3_990 },
];

const FIRST_NAMES = [
  'Marina',
  'Caio',
  'Beatriz',
  'Otávio',
  'João',
  'Luíza',
  'Íris',
  'Davi',
  'Heloísa',
  'Ruan',
] as const;
const LAST_NAMES = ['Inventada', 'de Mentira', 'Fictício da Silva', 'Imaginária Prado', "d'Ávila Exemplo"] as const;
const AREA_CODES = ['11', '19', '21', '27', '31', '41', '51', '62', '71', '81', '85', '91'] as const;
const CAMPAIGNS = ['lancamento-nov', 'remarketing|2', 'perpétuo 01', 'black_friday'] as const;

const BUMP_PROBABILITY = 0.35;
const FOREIGN_PROBABILITY = 0.05;

function productId(product: Product): string {
  return `5151a1a0-0000-4000-8000-${String(product.number).padStart(12, '0')}`;
}

function item(product: Product, role: FactItem['role']): FactItem {
  return {
    role,
    productId: productId(product),
    productName: product.name,
    offerId: `0ffe4000-0000-4000-8000-${String(product.number).padStart(12, '0')}`,
    amount: product.amount,
  };
}

/** A shop of more buyers than there are such numbers begins to share them. */
const TRIES_FOR_A_NEW_PHONE = 20;

/** Numbers that begin with 9000, in all the ways that people type them. */
function newPhone(random: Random): Pick<FactBuyer, 'phone' | 'writtenPhone'> {
  const area = pickOne(random, AREA_CODES);
  const last = String(integerBetween(random, 0, 9_999)).padStart(4, '0');
  const writtenPhone = pickOne(random, [
    `+55${area}99000${last}`,
    `+55${area}99000${last}`,
    `55${area}99000${last}`,
    `(${area}) 99000-${last}`,
    `${area} 9 9000 ${last}`,
    // As numbers were before 2016, without the ninth digit.
    `+55${area}9000${last}`,
  ]);
  return { phone: `+55${area}99000${last}`, writtenPhone };
}

/** Eleven digits that are nobody's CPF: their check digits are not looked after. */
function newDocument(random: Random): Pick<FactBuyer, 'document' | 'writtenDocument'> {
  const document = Array.from({ length: 11 }, () => integerBetween(random, 0, 9)).join('');
  const dotted = document.replace(/(\d{3})(\d{3})(\d{3})(\d{2})/, '$1.$2.$3-$4');
  return { document, writtenDocument: chance(random, 0.5) ? document : dotted };
}

export function createShop(options: { random: Random; newId(): string; foreign: boolean }): Shop {
  const { random, newId, foreign } = options;
  let buyers = 0;
  const phones = new Set<string>();

  /** Two people with one phone would be one buyer to whoever writes to it. */
  function unusedPhone(): Pick<FactBuyer, 'phone' | 'writtenPhone'> {
    let made = newPhone(random);
    for (let tries = 1; phones.has(made.phone) && tries < TRIES_FOR_A_NEW_PHONE; tries += 1) made = newPhone(random);
    phones.add(made.phone);
    return made;
  }

  return {
    random,
    newId,
    newItems() {
      const main = item(pickOne(random, COURSES), 'main');
      if (!chance(random, BUMP_PROBABILITY)) return [main];
      const first = integerBetween(random, 0, BUMPS.length - 1);
      const count = integerBetween(random, 1, BUMPS.length - first);
      return [main, ...BUMPS.slice(first, first + count).map((bump) => item(bump, 'bump'))];
    },
    newSubscriptionItems: () => [item(pickOne(random, MEMBERSHIPS), 'main')],
    newUpsell: () => item(pickOne(random, UPSELLS), 'upsell'),
    newBuyer() {
      buyers += 1;
      const first = pickOne(random, FIRST_NAMES);
      const name = `${first} ${pickOne(random, LAST_NAMES)}`;
      const plain = first.normalize('NFD').replaceAll(/\W/g, '').toLowerCase();
      return {
        name,
        email: `${plain}.${buyers}.${integerBetween(random, 0, 99_999)}@example.invalid`,
        ...unusedPhone(),
        ...newDocument(random),
      };
    },
    newTracking() {
      const source = pickOne(random, ['FB', 'google', 'instagram', 'email', 'direct']);
      if (source === 'direct') return chance(random, 0.5) ? { src: 'bio' } : {};
      const tracking = {
        utm_source: source,
        utm_medium: pickOne(random, ['cpc', 'conjunto|1', 'organico']),
        utm_campaign: pickOne(random, CAMPAIGNS),
        utm_content: `anuncio|${integerBetween(random, 1, 5)}`,
      };
      return chance(random, 0.3)
        ? { ...tracking, src: 'story', sck: `aff_${integerBetween(random, 1, 20)}` }
        : tracking;
    },
    newCurrency: () => (foreign && chance(random, FOREIGN_PROBABILITY) ? 'USD' : 'BRL'),
  };
}
