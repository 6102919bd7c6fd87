import { compareValues, ORDER, typeOrder } from './bson-order.ts';
import { type Collection, type Index, idPrefix } from './catalog.ts';
import { type BsonDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { AFTER_ALL, cutBound, encodeValue } from './key-encoding.ts';
import { isNotANumber } from './numbers.ts';
import type { Filter } from './query.ts';
import type { SortField } from './sort.ts';
import type { KeyRange } from './storage.ts';

/**
 * Chooses how to find the documents of a filter. The planner only ever narrows down: whatever it chooses, every document that
 * matches is among those found, and the filter is checked again on each of them.
 */

/** Reads every document, in the order of insertion. */
export interface CollectionScan {
  readonly kind: 'collectionScan';
  readonly reverse: boolean;
  readonly providesSort: boolean;
}

/** Reads ranges of one index. */
export interface IndexScan {
  readonly kind: 'indexScan';
  readonly index: Index;
  /** In order and without overlap. */
  readonly ranges: readonly KeyRange[];
  readonly reverse: boolean;
  /** Documents come in the order that the sort asks for. */
  readonly providesSort: boolean;
  /** The ranges hold exactly the documents that match: they can be counted without reading them. */
  readonly exact: boolean;
}

/** Joins the documents of several index scans, for `$or`. */
export interface Union {
  readonly kind: 'union';
  readonly scans: readonly IndexScan[];
  readonly providesSort: false;
}

export type Plan = CollectionScan | IndexScan | Union;

/** What a filter asks of one path. */
interface Condition {
  readonly path: string;
  readonly operator: string;
  readonly operand: unknown;
}

/** Part of the order of encoded values. A bound of a single byte stands for a whole type. */
interface Interval {
  readonly low: Buffer;
  readonly lowIncluded: boolean;
  readonly high: Buffer;
  readonly highIncluded: boolean;
}

interface Bounds {
  readonly intervals: readonly Interval[];
  readonly points: boolean;
  readonly holdsNull: boolean;
  /** Conditions that the intervals express completely. */
  readonly exactConditions: number;
}

const MOST_RANGES = 1000;

/**
 * @param hint the name or key document of an index that the client insists on, or `{ $natural: 1 }`
 * @throws CommandError BadValue when the hint names no index, NoQueryExecutionPlans when it names one that cannot answer
 */
export function choosePlan(collection: Collection, filter: Filter, sort: readonly SortField[], hint?: unknown): Plan {
  const { conditions, complete } = conditionsOf(filter.source);
  const natural = isDocument(hint) && Object.hasOwn(hint, '$natural');
  if (natural) return collectionScan(Number(hint.$natural) < 0, sort);
  const indexes = hint === undefined ? collection.indexes : [hintedIndex(collection, hint)];
  let best: { plan: IndexScan; score: number } | undefined;
  for (const index of indexes) {
    const candidate = scanIndex(index, conditions, complete, sort, hint !== undefined);
    if (candidate && (best === undefined || candidate.score > best.score)) best = candidate;
  }
  if (best && (best.score >= RANGE_SCORE || hint !== undefined)) return best.plan;
  if (hint !== undefined) throw new CommandError(291, 'No query solutions: the hinted partial index lacks documents');
  return unionOf(collection, filter) ?? best?.plan ?? collectionScan(false, sort);
}

function collectionScan(reverse: boolean, sort: readonly SortField[]): CollectionScan {
  return { kind: 'collectionScan', reverse, providesSort: sort.length === 0 };
}

function hintedIndex(collection: Collection, hint: unknown): Index {
  const index = collection.indexes.find(
    ({ name, key }) => name === hint || (isDocument(hint) && compareValues(key, hint) === 0),
  );
  if (!index)
    throw new CommandError(
      2,
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  return index;
}

function unionOf(collection: Collection, filter: Filter): Union | undefined {
  const branches = filter.source.$or as BsonDocument[] | undefined;
  if (!branches) return undefined;
  const scans: IndexScan[] = [];
  for (const branch of branches) {
    const { conditions, complete } = conditionsOf(branch);
    let best: { plan: IndexScan; score: number } | undefined;
    for (const index of collection.indexes) {
      const candidate = scanIndex(index, conditions, complete, [], false);
      if (candidate && candidate.score >= RANGE_SCORE && candidate.score > (best?.score ?? 0)) best = candidate;
    }
    if (!best) return undefined;
    scans.push(best.plan);
  }
  return { kind: 'union', scans, providesSort: false };
}

/** The conditions that every matching document fulfils. `complete`: the filter says nothing else. */
function conditionsOf(source: BsonDocument): { conditions: Condition[]; complete: boolean } {
  const conditions: Condition[] = [];
  return { conditions, complete: collectConditions(source, '', conditions) };
}

function collectConditions(source: BsonDocument, prefix: string, conditions: Condition[]): boolean {
  const complete = Object.entries(source).map(([name, value]) => {
    if (name === '$and') {
      return (value as BsonDocument[]).map((part) => collectConditions(part, prefix, conditions)).every(Boolean);
    }
    return !name.startsWith('$') && collectFieldConditions(prefix + name, value, conditions);
  });
  return complete.every(Boolean);
}

function collectFieldConditions(path: string, value: unknown, conditions: Condition[]): boolean {
  if (value instanceof RegExp) {
    conditions.push({ path, operator: '$regex', operand: value });
    return false;
  }
  if (!isDocument(value)) {
    conditions.push({ path, operator: '$eq', operand: value });
    return true;
  }
  let complete = true;
  for (const [operator, operand] of Object.entries(value)) {
    if (operator === '$elemMatch') {
      const elementWise = Object.keys(operand as BsonDocument).every((name) => !name.startsWith('$'));
      if (elementWise) collectElementConditions(operand as BsonDocument, path, conditions);
      complete = false;
    } else conditions.push({ path, operator, operand });
  }
  return complete;
}

/** An array within the array lacks every named field, and has no key that says so: what null fulfils is left to the filter. */
function collectElementConditions(source: BsonDocument, path: string, conditions: Condition[]): void {
  const ofElements: Condition[] = [];
  collectConditions(source, `${path}.`, ofElements);
  conditions.push(...ofElements.filter((condition) => !findsNull(condition)));
}

function findsNull({ operator, operand }: Condition): boolean {
  const values = operator === '$eq' ? [operand] : operator === '$in' ? (operand as unknown[]) : [];
  return values.some((value) => typeOrder(value) === ORDER.null);
}

const POINT_SCORE = 10;
const RANGE_SCORE = 4;
const SORT_SCORE = 3;
const SINGLE_DOCUMENT_SCORE = 100;

function scanIndex(
  index: Index,
  conditions: readonly Condition[],
  complete: boolean,
  sort: readonly SortField[],
  forced: boolean,
): { plan: IndexScan; score: number } | undefined {
  if (index.partial && !implies(conditions, index.partial)) return undefined;
  const bounds = leadingBounds(index, conditions);
  // A sparse index lacks documents without its fields: something has to exclude those, or the client has to insist.
  if (index.sparse && !forced && !bounds.some((bound) => !bound.holdsNull)) return undefined;
  const order = sortDirection(index, bounds, sort);
  const score = scoreOf(index, bounds) + (sort.length > 0 && order !== undefined ? SORT_SCORE : 0);
  if (score === 0 && !forced) return undefined;
  const used = bounds.reduce((total, bound) => total + bound.exactConditions, 0);
  const built = buildRanges(index, bounds);
  return {
    score,
    plan: {
      kind: 'indexScan',
      index,
      ranges: built.ranges,
      reverse: order === 'backward',
      providesSort: sort.length === 0 || order !== undefined,
      exact: complete && used === conditions.length && !index.multikey && !index.shortened && !built.cut,
    },
  };
}

/** What the conditions say of the first fields of an index: points, then at most one range. */
function leadingBounds(index: Index, conditions: readonly Condition[]): Bounds[] {
  const bounds: Bounds[] = [];
  let ranges = 1;
  for (const { path } of index.fields) {
    const next = boundsOf(path, conditions, index.multikey);
    if (!next || ranges * next.intervals.length > MOST_RANGES) break;
    ranges *= next.intervals.length;
    bounds.push(next);
    if (!next.points) break;
  }
  return bounds;
}

function scoreOf(index: Index, bounds: readonly Bounds[]): number {
  const points = bounds.filter((bound) => bound.points).length;
  const single = index.unique && points === index.fields.length ? SINGLE_DOCUMENT_SCORE : 0;
  return single + points * POINT_SCORE + (points < bounds.length ? RANGE_SCORE : 0);
}

/** Whether the index gives the order of the sort, and in which direction it has to be read. */
function sortDirection(
  index: Index,
  bounds: readonly Bounds[],
  sort: readonly SortField[],
): 'forward' | 'backward' | undefined {
  if (sort.length === 0) return 'forward';
  if (index.multikey || index.shortened) return undefined;
  const fixed = new Set<string>();
  index.fields.forEach(({ path }, position) => {
    const bound = bounds[position];
    if (bound?.points && bound.intervals.length === 1) fixed.add(path);
  });
  const wanted = sort.filter(({ path }) => !fixed.has(path));
  const available = index.fields.filter(({ path }) => !fixed.has(path));
  let direction: 'forward' | 'backward' | undefined;
  for (let position = 0; position < wanted.length; position += 1) {
    const field = available[position];
    const asked = wanted[position];
    if (!field || !asked || field.path !== asked.path) return undefined;
    const needed = field.descending === asked.descending ? 'forward' : 'backward';
    if (direction !== undefined && direction !== needed) return undefined;
    direction = needed;
  }
  return direction ?? 'forward';
}

/** Whether the conditions guarantee that a document is in a partial index. */
function implies(conditions: readonly Condition[], partial: Filter): boolean {
  const required = conditionsOf(partial.source);
  if (!required.complete) return false;
  return required.conditions.every((needed) => conditions.some((given) => impliesCondition(given, needed)));
}

function impliesCondition(given: Condition, needed: Condition): boolean {
  if (given.path !== needed.path) return false;
  if (given.operator === needed.operator && compareValues(given.operand, needed.operand) === 0) return true;
  if (needed.operator === '$exists') return Boolean(needed.operand) && excludesNull(given);
  if (given.operator === '$eq') return holds(given.operand, needed);
  if (given.operator === '$in') return (given.operand as unknown[]).every((value) => holds(value, needed));
  return impliesRange(given, needed);
}

/** Whether everything on the given side of a bound is on the needed side of another. */
function impliesRange(given: Condition, needed: Condition): boolean {
  const side = needed.operator.slice(0, 3);
  const isRange = side === '$gt' || side === '$lt';
  if (!isRange || !given.operator.startsWith(side)) return false;
  if (!areOrdered(given.operand, needed.operand)) return false;
  const inward = compareValues(given.operand, needed.operand) * (side === '$gt' ? 1 : -1);
  const onlyGivenIncludesItsBound = given.operator.endsWith('e') && !needed.operator.endsWith('e');
  return onlyGivenIncludesItsBound ? inward > 0 : inward >= 0;
}

/** Whether a comparison of the two by order can hold: both are of one type, and both numbers or both NaN. */
function areOrdered(left: unknown, right: unknown): boolean {
  return typeOrder(left) === typeOrder(right) && isNotANumber(left) === isNotANumber(right);
}

/** Orders by them find null, and so documents without the field. */
const FIND_NULL = new Set<number>([ORDER.null, ORDER.minKey, ORDER.maxKey]);

function excludesNull({ operator, operand }: Condition): boolean {
  if (operator === '$in') return (operand as unknown[]).every((value) => typeOrder(value) !== ORDER.null);
  if (operator === '$eq') return typeOrder(operand) !== ORDER.null;
  return ['$gt', '$gte', '$lt', '$lte'].includes(operator) && !FIND_NULL.has(typeOrder(operand));
}

function holds(value: unknown, { operator, operand }: Condition): boolean {
  if (value instanceof RegExp || Array.isArray(value)) return false;
  const comparison = compareValues(value, operand);
  if (operator === '$eq') return comparison === 0;
  if (operator === '$in') return (operand as unknown[]).some((item) => compareValues(value, item) === 0);
  if (!areOrdered(value, operand)) return false;
  if (operator === '$gt') return comparison > 0;
  if (operator === '$gte') return comparison >= 0;
  if (operator === '$lt') return comparison < 0;
  return operator === '$lte' && comparison <= 0;
}

function boundsOf(path: string, conditions: readonly Condition[], multikey: boolean): Bounds | undefined {
  let chosen: Bounds | undefined;
  for (const condition of conditions) {
    if (condition.path !== path) continue;
    const bounds = boundsOfCondition(condition);
    if (!bounds) continue;
    chosen = chosen === undefined ? bounds : combine(chosen, bounds, multikey);
  }
  return chosen;
}

/** Both conditions hold; with arrays each may hold for another element, so then only one of them can narrow the scan. */
function combine(left: Bounds, right: Bounds, multikey: boolean): Bounds {
  if (left.points || right.points || multikey) {
    return left.points || !right.points ? left : right;
  }
  const [a, ...others] = left.intervals;
  const [b] = right.intervals;
  if (others.length > 0) return left;
  if (!a || !b || a.low[0] !== b.low[0]) return left;
  const lower = tighterLow(a, b);
  const upper = tighterHigh(a, b);
  return {
    intervals: [{ low: lower.low, lowIncluded: lower.lowIncluded, high: upper.high, highIncluded: upper.highIncluded }],
    points: false,
    holdsNull: left.holdsNull && right.holdsNull,
    exactConditions: left.exactConditions + right.exactConditions,
  };
}

function tighterLow(a: Interval, b: Interval): Interval {
  if (a.low.length === 1) return b;
  if (b.low.length === 1) return a;
  const order = Buffer.compare(a.low, b.low);
  if (order === 0) return a.lowIncluded ? b : a;
  return order > 0 ? a : b;
}

function tighterHigh(a: Interval, b: Interval): Interval {
  if (a.high.length === 1) return b;
  if (b.high.length === 1) return a;
  const order = Buffer.compare(a.high, b.high);
  if (order === 0) return a.highIncluded ? b : a;
  return order < 0 ? a : b;
}

function boundsOfCondition({ operator, operand }: Condition): Bounds | undefined {
  switch (operator) {
    case '$eq':
      return pointBounds([operand]);
    case '$in':
      return pointBounds(operand as unknown[]);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return rangeBounds(operator, operand);
    case '$regex':
      return prefixBounds(operand as RegExp);
    default:
      return undefined;
  }
}

function pointBounds(values: readonly unknown[]): Bounds | undefined {
  // An array as operand also matches whole arrays, which index keys do not hold; a regular expression is no point.
  if (values.some((value) => Array.isArray(value) || value instanceof RegExp)) return undefined;
  const encoded = values.map((value) => encodeValue(value)).sort(Buffer.compare);
  const distinct = encoded.filter(
    (bytes, position) => position === 0 || !bytes.equals(encoded[position - 1] ?? AFTER_ALL),
  );
  return {
    intervals: distinct.map((bytes) => ({ low: bytes, lowIncluded: true, high: bytes, highIncluded: true })),
    points: true,
    holdsNull: values.some((value) => typeOrder(value) === ORDER.null),
    exactConditions: 1,
  };
}

/** Types whose order comparisons an index answers. The others (null, arrays, MinKey, MaxKey, …) are left to a scan. */
const RANGE_TYPES = new Set<number>([
  ORDER.number, ORDER.string, ORDER.binary, ORDER.objectId, ORDER.boolean, ORDER.date, ORDER.timestamp,
]); // biome-ignore format: a list of names

function rangeBounds(operator: string, operand: unknown): Bounds | undefined {
  const order = typeOrder(operand);
  if (!RANGE_TYPES.has(order)) return undefined;
  const type = Buffer.from([order]);
  const bytes = encodeValue(operand);
  const lower = operator === '$gt' || operator === '$gte';
  const included = operator === '$gte' || operator === '$lte';
  const interval = lower
    ? { low: bytes, lowIncluded: included, high: type, highIncluded: true }
    : { low: type, lowIncluded: true, high: bytes, highIncluded: included };
  // NaN is below every number in the index, but no comparison other than with NaN itself finds it.
  const exact = order !== ORDER.number || lower;
  return { intervals: [interval], points: false, holdsNull: false, exactConditions: exact ? 1 : 0 };
}

/** The strings that can match an expression which begins with literal text. */
function prefixBounds(expression: RegExp): Bounds | undefined {
  if (expression.flags !== 'u') return undefined;
  const prefix = /^\^([\w \-:@/]+)/.exec(expression.source)?.[1];
  if (!prefix || expression.source.includes('|')) return undefined;
  const optionalLast = /^[*?{]/.test(expression.source.slice(prefix.length + 1));
  const literal = optionalLast ? prefix.slice(0, -1) : prefix;
  if (literal === '') return undefined;
  const bytes = encodeValue(literal).subarray(0, -1); // without the end mark
  const strings = { low: bytes, lowIncluded: true, high: bytes, highIncluded: true };
  return { intervals: [strings, REGULAR_EXPRESSIONS], points: false, holdsNull: false, exactConditions: 0 };
}

/** A regular expression also finds itself, where it is stored as a value. */
const EXPRESSION_TYPE = Buffer.from([ORDER.regularExpression]);
const REGULAR_EXPRESSIONS: Interval = {
  low: EXPRESSION_TYPE,
  lowIncluded: true,
  high: EXPRESSION_TYPE,
  highIncluded: true,
};

function buildRanges(index: Index, bounds: readonly Bounds[]): { ranges: KeyRange[]; cut: boolean } {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  let open: { start: Buffer; end: Buffer }[] | undefined;
  bounds.forEach((bound, position) => {
    const descending = index.descending[position] === true;
    if (bound.points) {
      const encoded = bound.intervals.map(({ low }) => (descending ? inverted(low) : low));
      prefixes = prefixes.flatMap((prefix) => encoded.map((bytes) => Buffer.concat([prefix, bytes])));
    } else
      open = prefixes.flatMap((prefix) => bound.intervals.map((interval) => openRange(prefix, interval, descending)));
  });
  const wide = open ?? prefixes.map((prefix) => ({ start: prefix, end: afterAllWith(prefix) }));
  const id = idPrefix(index.id);
  let cut = false;
  const ranges = wide.map(({ start, end }) => {
    const low = cutBound(start);
    const high = cutBound(end);
    cut ||= low.cut || high.cut;
    const last = high.cut ? afterAllWith(high.bound) : high.bound;
    return { start: Buffer.concat([id, low.bound]), end: Buffer.concat([id, last]) };
  });
  return { ranges: mergeRanges(ranges), cut };
}

function openRange(prefix: Buffer, interval: Interval, descending: boolean): { start: Buffer; end: Buffer } {
  const first = descending ? inverted(interval.high) : interval.low;
  const firstIncluded = descending ? interval.highIncluded : interval.lowIncluded;
  const last = descending ? inverted(interval.low) : interval.high;
  const lastIncluded = descending ? interval.lowIncluded : interval.highIncluded;
  return {
    start: firstIncluded ? Buffer.concat([prefix, first]) : afterAllWith(Buffer.concat([prefix, first])),
    end: lastIncluded ? afterAllWith(Buffer.concat([prefix, last])) : Buffer.concat([prefix, last]),
  };
}

/** The first key after all those that begin with these bytes. */
function afterAllWith(beginning: Buffer): Buffer {
  let length = beginning.length;
  while (length > 0 && beginning[length - 1] === 0xff) length -= 1;
  if (length === 0) return AFTER_ALL;
  const next = Buffer.from(beginning.subarray(0, length));
  next[length - 1] = (next[length - 1] ?? 0) + 1;
  return next;
}

function inverted(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => ~byte & 0xff));
}

/** Sorts ranges, drops empty ones and joins those that overlap, so that no entry is read twice. */
function mergeRanges(ranges: KeyRange[]): KeyRange[] {
  const sorted = ranges
    .filter(({ start, end }) => Buffer.compare(start, end) < 0)
    .sort((left, right) => Buffer.compare(left.start, right.start));
  const merged: KeyRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last && Buffer.compare(range.start, last.end) < 0) {
      const end = Buffer.compare(range.end, last.end) > 0 ? range.end : last.end;
      merged[merged.length - 1] = { start: last.start, end };
    } else merged.push(range);
  }
  return merged;
}
