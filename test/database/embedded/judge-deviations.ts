import { EJSON } from 'bson';
import type { Document } from 'mongodb';
import type { Operation } from './random-operations.ts';

/**
 * Where DocumentDB, the independent server that judges the engine, answers other than MongoDB is documented to (or, where the
 * manual is silent, other than MongoDB's own code does). The engine follows MongoDB.
 */

/** One operation on both servers, from the same documents. */
export interface Comparison {
  readonly operation: Operation;
  /** The documents before the operation. */
  readonly before: readonly string[];
  readonly engine: Outcome;
  readonly judge: Outcome;
}

export interface Outcome {
  /** What the operation gave, as text with all types, or `error` and its code. */
  readonly answer: string;
  /** Every document afterwards. */
  readonly content: readonly string[];
}

interface Deviation {
  readonly reason: string;
  /** `changed`: how many documents the engine really changed. */
  applies(comparison: Comparison & { readonly changed: number }): boolean;
}

/** The same result, written otherwise. */
interface Spelling {
  readonly reason: string;
  concerns(operation: Operation): boolean;
  /** What both have in common. */
  plain(text: string): string;
}

const SPELLINGS: readonly Spelling[] = [
  {
    reason:
      'An update adds new fields in the order of their names (since MongoDB 5.0); DocumentDB in the order in which it names them.',
    concerns: (operation) => 'update' in operation && Object.keys(operation.update).length > 1,
    plain: (text) => (failed({ answer: text }) ? text : JSON.stringify(withSortedFields(JSON.parse(text)))),
  },
  {
    reason:
      '$push and $addToSet make an array of a missing field even when they add nothing; DocumentDB leaves it out.',
    concerns: (operation) =>
      'update' in operation && /"\$each":\[\]|"\$slice":0/.test(EJSON.stringify(operation.update)),
    plain: (text) => text.replaceAll(/,"\w+":\[\]/g, ''),
  },
  {
    reason:
      '$mul of a missing field gives zero times the factor, with its digits and its sign (0.0 for 2.5, -0 for -2.5); DocumentDB gives 0.',
    concerns: (operation) => has(operation, '"$mul"'),
    plain: (text) => text.replaceAll(/("\$number\w+":")-?0(\.0+)?(?=")/g, '$1zero'),
  },
  {
    reason: '$rename of a missing field does nothing; DocumentDB makes the document that it would go into.',
    concerns: (operation) => has(operation, '"$rename":{"b":"c.f"}'),
    plain: (text) => text.replaceAll(',"c":{}', ''),
  },
];

const DEVIATIONS: readonly Deviation[] = [
  {
    reason:
      'An update that fails half-way keeps what it changed: MongoDB is atomic per document, DocumentDB per statement. Of errors ' +
      'inside an update or an expression it gives codes of its own.',
    applies: ({ engine, judge }) => failed(engine) && failed(judge),
  },
  {
    reason:
      'Two operators on one path are refused whatever the filter finds; DocumentDB looks only at what it changes.',
    applies: ({ engine, judge }) => engine.answer === 'error 40' && !failed(judge),
  },
  {
    reason: 'A document that an update leaves as it was does not count as modified; DocumentDB counts some of them.',
    applies: ({ operation, engine, judge, changed }) =>
      operation.kind === 'update' &&
      !failed(engine) &&
      !failed(judge) &&
      sameContent(engine, judge) &&
      withoutModified(engine) === withoutModified(judge) &&
      modifiedOf(engine) === changed,
  },
  {
    reason: '$unset of a name inside an array does nothing; DocumentDB answers PathNotViable.',
    applies: ({ operation, engine, judge }) =>
      judge.answer === 'error 28' && !failed(engine) && has(operation, '"$unset"'),
  },
  {
    reason: '$count of nothing gives no document; DocumentDB gives a zero.',
    applies: ({ operation, engine, judge }) =>
      has(operation, '"$count"') && withoutZeroCounts(judge.answer) === withoutZeroCounts(engine.answer),
  },
  {
    reason:
      'In a sort an empty array comes before null and before a missing field; DocumentDB takes the three for equal.',
    applies: ({ operation, before }) =>
      sortedFields(operation).some((field) =>
        before.some((document) => JSON.stringify(JSON.parse(document)[field])?.includes('[]')),
      ),
  },
  {
    reason:
      'A number in a path is also the name of a field, which elements of the array lack: null finds them in MongoDB.',
    applies: ({ operation }) => /"(c\.0\.d|t\.0)":(null|\{[^}]*null)/.test(filterOf(operation)),
  },
  {
    reason:
      'An array filter for null on a field finds elements that are no documents, which then fail; DocumentDB skips them.',
    applies: ({ operation, engine }) => engine.answer === 'error 28' && has(operation, '"item.d":null'),
  },
  {
    reason: '$rename of a missing field does nothing; DocumentDB fails when it could not go to its target.',
    applies: ({ operation, engine, judge }) =>
      has(operation, '"$rename":{"b":"c.f"}') && failed(judge) && !failed(engine),
  },
  {
    reason: '$inc and $mul refuse a boolean; DocumentDB takes it for a number.',
    applies: ({ operation, before, engine, judge }) =>
      engine.answer === 'error 14' &&
      !failed(judge) &&
      /"\$(inc|mul)"/.test(EJSON.stringify(operation)) &&
      /true|false/.test(before.join()),
  },
  {
    reason:
      '$unset of a path as a stage keeps elements of an array that are no documents; DocumentDB makes documents of them.',
    applies: ({ operation, judge }) => has(operation, '{"$unset":["a","c.d"]}') && judge.answer.includes('{}'),
  },
  {
    reason: '$push in a $group keeps the order of the $sort before it; DocumentDB does not.',
    applies: ({ operation, engine, judge }) =>
      has(operation, '{"$push":"$_id"}') && withSortedIds(engine.answer) === withSortedIds(judge.answer),
  },
  {
    reason:
      'An expression that fails on a document fails the command only if that document is read before the limit is reached.',
    applies: ({ operation, judge }) => judge.answer === 'error 8' && filterOf(operation).includes('"$size":{"$ifNull"'),
  },
  {
    reason: '$mod takes the whole part of a Decimal128; DocumentDB rounds it.',
    applies: ({ operation, before }) =>
      filterOf(operation).includes('"$mod"') && before.join().includes('$numberDecimal'),
  },
];

/** Why the two may differ here; undefined when they must not. */
export function knownDeviation({ operation, before, engine, judge }: Comparison): string | undefined {
  const spellings = SPELLINGS.filter(({ concerns }) => concerns(operation));
  const plain = (text: string): string => spellings.reduce((result, spelling) => spelling.plain(result), text);
  const plainOutcome = ({ answer, content }: Outcome): Outcome => ({
    answer: plain(answer),
    content: content.map(plain),
  });
  const comparison = {
    operation,
    before: before.map(plain),
    changed: changedDocuments(before, engine),
    engine: plainOutcome(engine),
    judge: plainOutcome(judge),
  };
  const same = sameContent(comparison.engine, comparison.judge) && comparison.engine.answer === comparison.judge.answer;
  const known = same ? spellings : DEVIATIONS.filter(({ applies }) => applies(comparison));
  return known[0]?.reason;
}

function withSortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedFields);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, withSortedFields(field)]));
}

function failed({ answer }: Pick<Outcome, 'answer'>): boolean {
  return answer.startsWith('error ');
}

function sameContent(engine: Outcome, judge: Outcome): boolean {
  return JSON.stringify(engine.content) === JSON.stringify(judge.content);
}

function has(operation: Operation, text: string): boolean {
  return EJSON.stringify(operation).includes(text);
}

function changedDocuments(before: readonly string[], { content }: Outcome): number {
  const old = new Set(before);
  return content.filter((document) => !old.has(document)).length;
}

/** An update answers `[matched, modified, upserted id]`. */
function modifiedOf({ answer }: Outcome): number {
  return (EJSON.parse(answer) as number[])[1] ?? 0;
}

function withoutModified({ answer }: Outcome): string {
  const [matched, , upsertedId] = JSON.parse(answer) as unknown[];
  return JSON.stringify([matched, upsertedId]);
}

function withSortedIds(answer: string): string {
  return answer.replaceAll(/(?<=ids\\":\[)[\d,]+/g, (ids) => ids.split(',').sort().join());
}

function withoutZeroCounts(answer: string): string {
  return answer.replaceAll('\\', '').replaceAll(/"?\{"(count|all)":(0|\{"\$numberInt":"0"\})\}"?/g, '');
}

/** The fields at the top that anything in the operation is sorted by. */
function sortedFields(operation: Operation): string[] {
  const sorts: Document[] = [];
  if ('sort' in operation) sorts.push(operation.sort);
  if ('options' in operation) sorts.push(operation.options.sort ?? {});
  if (operation.kind === 'aggregate') sorts.push(...operation.pipeline.map((stage) => stage.$sort ?? {}));
  return sorts.flatMap((sort) => Object.keys(sort)).map((path) => path.split('.')[0] ?? path);
}

function filterOf(operation: Operation): string {
  if (operation.kind === 'insert') return '';
  return EJSON.stringify(operation.kind === 'aggregate' ? operation.pipeline : operation.filter);
}
