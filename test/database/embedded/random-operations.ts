import { Binary, BSONRegExp, Decimal128, Double, Long, ObjectId } from 'bson';
import fc from 'fast-check';
import type { Document } from 'mongodb';

/** Random documents, filters, updates and pipelines over a handful of values, so that they meet each other often. */

/** One operation on a collection, as data. */
export type Operation =
  | { kind: 'insert'; document: Document }
  | { kind: 'update'; filter: Document; update: Document | Document[]; options: Document; many: boolean }
  | { kind: 'replace'; filter: Document; replacement: Document; upsert: boolean }
  | { kind: 'delete'; filter: Document }
  | { kind: 'findOneAndUpdate'; filter: Document; update: Document; options: Document }
  | { kind: 'findOneAndReplace'; filter: Document; replacement: Document; options: Document }
  | { kind: 'findOneAndDelete'; filter: Document; options: Document }
  | { kind: 'find'; filter: Document; sort: Document; skip: number; limit: number; projection: Document }
  | { kind: 'count'; filter: Document }
  | { kind: 'distinct'; field: string; filter: Document }
  | { kind: 'aggregate'; pipeline: Document[] };

const integer = fc.constantFrom(0, 1, 2, 3, -1, 7);
const number = fc.oneof(
  integer,
  fc.constantFrom<unknown>(
    1.5,
    -2.25,
    new Double(2),
    Long.fromNumber(1),
    Long.fromString('9007199254740993'),
    Decimal128.fromString('1'),
    Decimal128.fromString('2.5'),
    Decimal128.fromString('-0.75'),
  ),
);
const text = fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'B', 'ção', '😀');
const scalar: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 3, arbitrary: text },
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      new Date(0),
      new Date(86_400_000),
      new Date(-1),
      new ObjectId('000000000000000000000001'),
      new ObjectId('ffffffffffffffffffffffff'),
      new Binary(Buffer.from('01', 'hex')),
      new Binary(Buffer.from('0100', 'hex')),
    ),
  },
);
const pair = fc.record({ d: scalar, e: scalar }, { requiredKeys: [] });
const scalars = fc.array(scalar, { maxLength: 4 });
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: scalars },
  { weight: 1, arbitrary: pair },
  { weight: 1, arbitrary: fc.array(fc.oneof(pair, scalars), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.constant(new BSONRegExp('^a', 'i')) },
);

const id = fc.integer({ min: 0, max: 11 });

/** `n` is always a number, if it is there: it stands in the compound index with `a`, which may be an array. */
const fields = fc.record(
  { a: value, b: value, c: fc.oneof(pair, fc.array(pair, { maxLength: 3 })), n: number, t: scalars, z: scalar },
  { requiredKeys: [] },
);
const document = fc.tuple(id, fields).map(([_id, rest]): Document => ({ _id, ...rest }));

const path = fc.constantFrom('a', 'b', 'c', 'c.d', 'c.e', 'n', 't', 'z', '_id', 'c.0.d', 't.0', 'a.d');
const comparison = fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte');
const typeName = fc.constantFrom(
  'string',
  'number',
  'int',
  'double',
  'long',
  'decimal',
  'array',
  'object',
  'date',
  'null',
  'objectId',
  'bool',
);

const comparedBy = fc.tuple(comparison, scalar).map(([operator, operand]) => ({ [operator]: operand }));
const expression = fc.constantFrom(new BSONRegExp('^a', ''), new BSONRegExp('B', 'i'), new BSONRegExp('^(a|b)c?$', ''));
const condition: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: value },
  { weight: 5, arbitrary: comparedBy },
  { weight: 2, arbitrary: fc.tuple(comparedBy, comparedBy).map(([one, other]) => ({ ...one, ...other })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('$in', '$nin'), fc.array(fc.oneof(scalar, expression), { maxLength: 4 }))
      .map(([operator, list]) => ({ [operator]: list })),
  },
  { weight: 1, arbitrary: fc.boolean().map((wanted) => ({ $exists: wanted })) },
  { weight: 1, arbitrary: typeName.map((name) => ({ $type: name })) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((size) => ({ $size: size })) },
  { weight: 1, arbitrary: fc.array(scalar, { minLength: 1, maxLength: 2 }).map((list) => ({ $all: list })) },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        comparedBy,
        fc
          .tuple(fc.constantFrom('d', 'e'), fc.oneof(scalar, comparedBy))
          .map(([name, operand]) => ({ [name]: operand })),
      )
      .map((match) => ({ $elemMatch: match })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ $regex: '^a' }, { $regex: 'B', $options: 'i' }, new BSONRegExp('^ab', '')),
  },
  { weight: 1, arbitrary: fc.constantFrom({ $mod: [2, 0] }, { $mod: [3, 1] }) },
  { weight: 1, arbitrary: comparedBy.map((inner) => ({ $not: inner })) },
);
const conditions = fc
  .array(fc.tuple(path, condition), { minLength: 1, maxLength: 2 })
  .map((list): Document => Object.fromEntries(list));
const filter: fc.Arbitrary<Document> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 8, arbitrary: conditions },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(conditions, { minLength: 1, maxLength: 3 }))
      .map(([operator, list]) => ({ [operator]: list })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(conditions, fc.array(conditions, { minLength: 1, maxLength: 2 }))
      .map(([one, list]) => ({ ...one, $or: list })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { $expr: { $gt: ['$n', 1] } },
      { $expr: { $eq: ['$a', '$b'] } },
      { $expr: { $lt: [{ $size: { $ifNull: ['$t', []] } }, 2] } },
    ),
  },
);

const one = <T>(name: string, operand: fc.Arbitrary<T>) => operand.map((fieldsOf): Document => ({ [name]: fieldsOf }));
const at = <T>(paths: fc.Arbitrary<string>, operand: fc.Arbitrary<T>) =>
  fc.tuple(paths, operand).map(([name, given]): Document => ({ [name]: given }));
const settable = fc.constantFrom('a', 'b', 'c.d', 't.1', 'z', 'new.deep');
const list = fc.constantFrom('t', 'a', 'c');

const pushed = fc.oneof(
  scalar,
  fc.record(
    {
      $each: scalars,
      $position: fc.integer({ min: -2, max: 2 }),
      $slice: fc.integer({ min: -3, max: 3 }),
      $sort: fc.constantFrom(1, -1),
    },
    { requiredKeys: ['$each'] },
  ),
);
const fieldUpdate: fc.Arbitrary<Document> = fc.oneof(
  one('$set', at(settable, value)),
  one('$set', at(fc.constant('n'), number)),
  one('$unset', at(fc.constantFrom('a', 'b', 'c.d', 'n', 't.0'), fc.constant(''))),
  one('$inc', at(fc.constantFrom('n', 'a', 'c.d'), number)),
  one('$mul', at(fc.constantFrom('n', 'a'), number)),
  one('$min', at(fc.constantFrom('a', 'z'), scalar)),
  one('$max', at(fc.constantFrom('a', 'z'), scalar)),
  one('$push', at(list, pushed)),
  one('$pull', at(list, fc.oneof(scalar, comparedBy, fc.record({ d: scalar })))),
  one('$pullAll', at(list, scalars)),
  one(
    '$addToSet',
    at(
      list,
      fc.oneof(
        scalar,
        scalars.map((each) => ({ $each: each })),
      ),
    ),
  ),
  one('$pop', at(list, fc.constantFrom(1, -1))),
  one('$rename', fc.constantFrom({ a: 'renamed' }, { b: 'c.f' }, { z: 'b' })),
  one('$setOnInsert', at(fc.constantFrom('inserted', 'b'), scalar)),
);
const update = fc.oneof(
  { weight: 4, arbitrary: fieldUpdate },
  {
    weight: 1,
    arbitrary: fc.tuple(fieldUpdate, fieldUpdate).map(([first, second]): Document => ({ ...first, ...second })),
  },
);
const pipelineUpdate = fc.constantFrom<Document[]>(
  [{ $set: { n: { $add: ['$_id', 1] } } }],
  [{ $set: { z: { $ifNull: ['$a', 'none'] } } }, { $unset: 'b' }],
  [{ $replaceWith: { $mergeObjects: ['$$ROOT', { b: '$_id' }] } }],
);

/** An update through `$`, `$[]` or `$[item]`, with the filter or the array filters that it needs. */
const positional = fc.oneof(
  fc
    .tuple(scalar, scalar)
    .map(([wanted, next]) => ({ filter: { t: wanted }, update: { $set: { 't.$': next } }, options: {} })),
  fc
    .tuple(scalar, scalar)
    .map(([wanted, next]) => ({ filter: { 'c.d': wanted }, update: { $set: { 'c.$.e': next } }, options: {} })),
  fc.tuple(scalar, scalar).map(([wanted, next]) => ({
    filter: { c: { $elemMatch: { d: wanted } } },
    update: { $set: { 'c.$.d': next } },
    options: {},
  })),
  scalar.map((next) => ({ filter: { t: { $exists: true } }, update: { $set: { 't.$[]': next } }, options: {} })),
  fc.tuple(comparedBy, scalar).map(([test, next]) => ({
    filter: { t: { $exists: true } },
    update: { $set: { 't.$[item]': next } },
    options: { arrayFilters: [{ item: test }] },
  })),
  fc.tuple(scalar, scalar).map(([wanted, next]) => ({
    filter: { c: { $type: 'array' } },
    update: { $set: { 'c.$[item].e': next } },
    options: { arrayFilters: [{ 'item.d': wanted }] },
  })),
);

/** Ends in `_id`, so that documents which are equal otherwise come in one order. */
const sort = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'n', 't', 'c.d', 'z'), fc.constantFrom(1, -1)), { maxLength: 2 })
  .map((list): Document => ({ ...Object.fromEntries(list), _id: 1 }));
const projection = fc.constantFrom<Document>(
  {},
  { a: 1 },
  { a: 1, _id: 0 },
  { b: 0 },
  { 'c.d': 1 },
  { 'c.d': 0, t: 0 },
  { t: { $slice: 1 } },
  { t: { $slice: [1, 2] } },
  { c: { $elemMatch: { d: { $gte: 1 } } } },
  { doubled: { $multiply: ['$_id', 2] }, n: 1 },
);
const oneOf = fc.tuple(id, filter).map(([_id, rest]): Document => ({ ...rest, _id }));
const replacement = fields.map((rest): Document => rest);

const sorted: Document = { $sort: { _id: 1 } };
const stage: fc.Arbitrary<Document[]> = fc.oneof(
  filter.map((given) => [{ $match: given }]),
  sort.map((given) => [{ $sort: given }]),
  fc.integer({ min: 1, max: 5 }).map((limit) => [sorted, { $limit: limit }]),
  fc.integer({ min: 0, max: 3 }).map((skip) => [sorted, { $skip: skip }]),
  fc.constantFrom<Document[]>(
    [{ $project: { a: 1, n: 1, renamed: '$b' } }],
    [{ $project: { 'c.d': 1, size: { $size: { $ifNull: ['$t', []] } } } }],
    [{ $addFields: { kind: { $type: '$a' }, big: { $gt: ['$n', 1] } } }],
    [{ $set: { label: { $cond: [{ $eq: ['$a', null] }, 'none', 'some'] } } }],
    [{ $unset: ['a', 'c.d'] }],
    [{ $replaceRoot: { newRoot: { _id: '$_id', inner: '$c' } } }],
  ),
);
/** Stages that end a pipeline, since what they give has no `_id` to sort by, or another one. */
const lastStage: fc.Arbitrary<Document[]> = fc.oneof(
  fc.constant<Document[]>([]),
  fc.constantFrom<Document[]>(
    [{ $count: 'count' }],
    [sorted, { $unwind: '$t' }],
    [sorted, { $unwind: { path: '$c', preserveNullAndEmptyArrays: true, includeArrayIndex: 'position' } }],
    [
      {
        $group: {
          _id: null,
          count: { $sum: 1 },
          total: { $sum: '$_id' },
          least: { $min: '$_id' },
          most: { $max: '$_id' },
          mean: { $avg: '$_id' },
        },
      },
    ],
    [sorted, { $group: { _id: '$a', ids: { $push: '$_id' }, first: { $first: '$n' }, last: { $last: '$n' } } }],
    [sorted, { $group: { _id: { n: '$n' }, count: { $sum: 1 } } }],
    [sorted, { $facet: { few: [{ $limit: 2 }], count: [{ $count: 'all' }] } }],
    [{ $sortByCount: { $type: '$a' } }],
  ),
);
const pipeline = fc
  .tuple(fc.array(stage, { maxLength: 2 }), lastStage)
  .map(([stages, last]) => [...stages.flat(), ...last]);

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 10, arbitrary: document.map((given): Operation => ({ kind: 'insert', document: given })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(filter, update)
      .map(
        ([given, change]): Operation => ({ kind: 'update', filter: given, update: change, options: {}, many: true }),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(id, update).map(
      ([_id, change]): Operation => ({
        kind: 'update',
        filter: { _id },
        update: change,
        options: { upsert: true },
        many: false,
      }),
    ),
  },
  { weight: 3, arbitrary: positional.map((given): Operation => ({ kind: 'update', ...given, many: true })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(filter, pipelineUpdate)
      .map(
        ([given, change]): Operation => ({ kind: 'update', filter: given, update: change, options: {}, many: true }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(id, replacement, fc.boolean())
      .map(([_id, given, upsert]): Operation => ({ kind: 'replace', filter: { _id }, replacement: given, upsert })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(filter, id).map(([given, _id]): Operation => ({ kind: 'delete', filter: { ...given, _id } })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(filter, update, sort, projection, fc.constantFrom('before', 'after')).map(
      ([given, change, order, shown, returnDocument]): Operation => ({
        kind: 'findOneAndUpdate',
        filter: given,
        update: change,
        options: { sort: order, projection: shown, returnDocument },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(oneOf, replacement, fc.boolean()).map(
      ([given, next, upsert]): Operation => ({
        kind: 'findOneAndReplace',
        filter: { _id: given._id },
        replacement: next,
        options: { upsert, returnDocument: 'after' },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(filter, sort)
      .map(([given, order]): Operation => ({ kind: 'findOneAndDelete', filter: given, options: { sort: order } })),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(filter, sort, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 5 }), projection).map(
      ([given, order, skip, limit, shown]): Operation => ({
        kind: 'find',
        filter: given,
        sort: order,
        skip,
        limit,
        projection: shown,
      }),
    ),
  },
  { weight: 2, arbitrary: filter.map((given): Operation => ({ kind: 'count', filter: given })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('a', 'b', 'c.d', 't', 'n'), filter)
      .map(([field, given]): Operation => ({ kind: 'distinct', field, filter: given })),
  },
  { weight: 4, arbitrary: pipeline.map((given): Operation => ({ kind: 'aggregate', pipeline: given })) },
);
