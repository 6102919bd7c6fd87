import { foldCase } from '../../src/chat/arguments.ts';
import { EVENT_KINDS, type EventKind } from '../../src/platforms/platform.ts';
import { DEFAULT_ALERT_KINDS } from '../../src/stores/store-service.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { LOCALES, type Translate, text } from '../../src/text/text.ts';

/** Words that stand for several kinds, or for none. */
const GROUPS: Readonly<Record<string, readonly EventKind[]>> = {
  todos: EVENT_KINDS,
  padrao: DEFAULT_ALERT_KINDS,
  nenhum: [],
};

/** Kinds by what people call them: the code, and the name in each language, without case and accents. */
const KIND_OF_NAME: ReadonlyMap<string, EventKind> = new Map(
  EVENT_KINDS.flatMap((kind): [string, EventKind][] => [
    [kind, kind],
    ...LOCALES.map((locale): [string, EventKind] => [foldCase(text(locale, `kind.${kind}`)), kind]),
  ]),
);

/** Kinds as people read them, separated by commas. */
export function kindNames(kinds: readonly EventKind[], translate: Translate): string {
  return kinds.map((kind) => translate(`kind.${kind}`)).join(', ');
}

/**
 * The kinds that a person means by `todos`, `padrão`, `nenhum`, or names or codes separated by commas. In the product's own order.
 * @throws ProductError `alert_kind_unknown`
 */
export function readKinds(typed: string, translate: Translate): EventKind[] {
  const names = typed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const chosen = new Set(names.flatMap((name) => kindsOf(name, translate)));
  return EVENT_KINDS.filter((kind) => chosen.has(kind));
}

/** True when words are names of events with commas between, or stand for several. */
export function areKinds(typed: string): boolean {
  return typed.split(',').every((name) => findKinds(name) !== undefined);
}

function kindsOf(name: string, translate: Translate): readonly EventKind[] {
  const kinds = findKinds(name);
  if (!kinds) throw new ProductError('alert_kind_unknown', { kind: name, kinds: kindNames(EVENT_KINDS, translate) });
  return kinds;
}

/** What a name stands for; undefined when it is none. */
function findKinds(name: string): readonly EventKind[] | undefined {
  const wanted = foldCase(name);
  const kind = KIND_OF_NAME.get(wanted);
  if (kind) return [kind];
  return Object.hasOwn(GROUPS, wanted) ? GROUPS[wanted] : undefined;
}
