import { isEqual, isPlainObject, pickBy } from 'es-toolkit';

/** One thing that is not as it has to be. */
export interface Difference {
  what: string;
  expected: string;
  found: string;
}

export interface Differences {
  readonly all: readonly Difference[];
  /** How many things were looked at. */
  readonly compared: number;
  /** Notes a difference unless both are equal. */
  compare(what: string, expected: unknown, found: unknown): void;
  note(what: string, expected: string, found: string): void;
}

export function createDifferences(): Differences {
  const all: Difference[] = [];
  let compared = 0;
  return {
    all,
    get compared() {
      return compared;
    },
    compare(what, expected, found) {
      compared += 1;
      if (isEqual(expected, found)) return;
      const [wanted, seen] =
        isPlainObject(expected) && isPlainObject(found) ? unequal(expected, found) : [expected, found];
      all.push({ what, expected: asText(wanted), found: asText(seen) });
    },
    note(what, expected, found) {
      all.push({ what, expected, found });
    },
  };
}

/** The fields in which two objects differ. */
function unequal(some: Record<PropertyKey, unknown>, others: Record<PropertyKey, unknown>) {
  return [
    pickBy(some, (value, name) => !isEqual(value, others[name])),
    pickBy(others, (value, name) => !isEqual(value, some[name])),
  ];
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
