import { evalExpr } from 'mingo/core';
import { type BsonDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { encodeValue } from './key-encoding.ts';

/** `$group` and `$sortByCount` with MongoDB's equality of BSON values; mingo compares JavaScript's. */

type Options = Parameters<typeof evalExpr>[2];

interface Source {
  transform(change: (items: unknown[]) => Iterator<unknown>): unknown;
}

/** One document per different `_id`, in the order in which they first came. */
export function groupStage(source: Source, expression: unknown, options: Options): unknown {
  if (!isDocument(expression) || !Object.hasOwn(expression, '_id'))
    throw new CommandError(15955, "a group specification must include an '_id'");
  return source.transform((items) => groups(items, expression, options));
}

function* groups(items: readonly unknown[], expression: BsonDocument, options: Options): Generator<BsonDocument> {
  const { _id: idExpression, ...accumulators } = expression;
  const found = new Map<string, { id: unknown; members: unknown[] }>();
  for (const item of items) {
    const id = groupId(item, idExpression, options);
    const key = encodeValue(id).toString('latin1');
    const group = found.get(key);
    if (group) group.members.push(item);
    else found.set(key, { id, members: [item] });
  }
  for (const { id, members } of found.values()) {
    const document: BsonDocument = { _id: id };
    for (const [name, accumulator] of Object.entries(accumulators)) {
      document[name] = evalExpr(members, accumulator as never, options);
    }
    yield document;
  }
}

/** A missing field counts as null, by itself and as the only field of an `_id`; beside others it is left out. */
function groupId(item: unknown, expression: unknown, options: Options): unknown {
  const id: unknown = evalExpr(item, expression as never, options) ?? null;
  const [name = '$', ...others] = isDocument(expression) ? Object.keys(expression) : [];
  const onlyFieldIsMissing = isDocument(id) && others.length === 0 && !name.startsWith('$') && id[name] === undefined;
  return onlyFieldIsMissing ? { [name]: null } : id;
}

/** How often each value of an expression comes, the most frequent first. */
export function sortByCountStage(source: Source, expression: unknown, options: Options): unknown {
  return source.transform((items) => {
    const counted = [...groups(items, { _id: expression, count: { $sum: 1 } }, options)];
    return counted.sort((left, right) => Number(right.count) - Number(left.count))[Symbol.iterator]();
  });
}
