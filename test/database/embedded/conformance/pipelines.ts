import { Decimal128, Double, Long, ObjectId } from 'bson';
import type { Document } from 'mongodb';
import { aggregate, at, type Case, command, fails, fields, inTurn, onItself } from './case.ts';

const SALES: readonly Document[] = [
  { store: 'a', amount: 100, at: at('2026-11-24T02:30:00Z'), tags: ['x', 'y'] },
  { store: 'b', amount: 250, at: at('2026-11-24T03:00:00Z'), tags: [] },
  { store: 'a', amount: 50, at: at('2026-12-01T12:34:56.789Z') },
  { store: null, amount: 0, at: at('2027-01-01T00:00:00Z'), tags: ['y'] },
];

/** A pipeline over `SALES` and what it gives. */
type Row = readonly [title: string, pipeline: readonly Document[], result: readonly Document[] | Document];

const sorted = { $sort: { _id: 1 } };

/** A branch of `$switch`. */
function branch(condition: unknown, result: unknown): Document {
  return fields([
    ['case', condition],
    ['then', result],
  ]);
}

const ROWS: readonly Row[] = [
  [
    '$match and $project',
    [{ $match: { store: 'a' } }, { $project: { amount: 1 } }],
    [
      { _id: 0, amount: 100 },
      { _id: 2, amount: 50 },
    ],
  ],
  [
    '$project with expressions',
    [
      { $match: { _id: 0 } },
      { $project: { _id: 0, twice: { $multiply: ['$amount', 2] }, first: { $arrayElemAt: ['$tags', 0] } } },
    ],
    [{ twice: 200, first: 'x' }],
  ],
  ['$project of in and out', [{ $project: { a: 1, b: 0 } }], fails(31254)],
  ['$project of nothing', [{ $project: {} }], fails(51272)],
  [
    '$set',
    [{ $match: { _id: 1 } }, { $set: { amount: { $add: ['$amount', 1] }, new: true } }, { $unset: ['at', 'tags'] }],
    [{ _id: 1, store: 'b', amount: 251, new: true }],
  ],
  ['$unset of one', [{ $match: { _id: 1 } }, { $unset: 'at' }], [{ _id: 1, store: 'b', amount: 250, tags: [] }]],
  [
    '$group with sums',
    [{ $group: { _id: '$store', total: { $sum: '$amount' }, count: { $sum: 1 } } }, sorted],
    [
      { _id: null, total: 0, count: 1 },
      { _id: 'a', total: 150, count: 2 },
      { _id: 'b', total: 250, count: 1 },
    ],
  ],
  [
    '$group with $avg, $min, $max',
    [{ $group: { _id: null, avg: { $avg: '$amount' }, min: { $min: '$amount' }, max: { $max: '$at' } } }],
    [{ _id: null, avg: new Double(100), min: 0, max: at('2027-01-01T00:00:00Z') }],
  ],
  [
    '$group with $first, $last, $push',
    [
      sorted,
      { $group: { _id: '$store', first: { $first: '$_id' }, last: { $last: '$_id' }, all: { $push: '$amount' } } },
      sorted,
    ],
    [
      { _id: null, first: 3, last: 3, all: [0] },
      { _id: 'a', first: 0, last: 2, all: [100, 50] },
      { _id: 'b', first: 1, last: 1, all: [250] },
    ],
  ],
  [
    '$group with $addToSet',
    [{ $unwind: '$tags' }, { $group: { _id: '$tags', stores: { $addToSet: '$store' } } }, { $match: { _id: 'x' } }],
    [{ _id: 'x', stores: ['a'] }],
  ],
  ['$group with $count', [{ $group: { _id: null, n: { $count: {} } } }], [{ _id: null, n: 4 }]],
  [
    '$group by a document',
    [{ $group: { _id: { s: '$store', big: { $gte: ['$amount', 100] } }, n: { $sum: 1 } } }, sorted],
    [
      { _id: { s: null, big: false }, n: 1 },
      { _id: { s: 'a', big: false }, n: 1 },
      { _id: { s: 'a', big: true }, n: 1 },
      { _id: { s: 'b', big: true }, n: 1 },
    ],
  ],
  [
    '$group with $mergeObjects',
    [sorted, { $group: { _id: null, all: { $mergeObjects: { s: '$store' } } } }],
    [{ _id: null, all: { s: null } }],
  ],
  ['$group without _id', [{ $group: { n: { $sum: 1 } } }], fails(15955)],
  ['$group by an unknown accumulator', [{ $group: { _id: null, n: { $unheardOf: 1 } } }], fails(15952)],
  ['$group of a field without accumulator', [{ $group: { _id: null, n: 1 } }], fails(40234)],
  [
    '$sum of numbers of every type',
    [{ $group: { _id: null, t: { $sum: { $cond: [{ $eq: ['$_id', 0] }, Long.fromNumber(1), 1] } } } }],
    [{ _id: null, t: Long.fromNumber(4) }],
  ],
  ['$sum leaves out what is no number', [{ $group: { _id: null, t: { $sum: '$store' } } }], [{ _id: null, t: 0 }]],
  [
    '$sort, $skip, $limit',
    [{ $sort: { amount: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { _id: 1 } }],
    [{ _id: 0 }, { _id: 2 }],
  ],
  ['$limit zero', [{ $limit: 0 }], fails(15958)],
  ['$skip below zero', [{ $skip: -1 }], fails(5107200)],
  ['$sort by nothing', [{ $sort: {} }], fails(15976)],
  ['$sort by another number', [{ $sort: { a: 2 } }], fails(15975)],
  [
    '$unwind',
    [sorted, { $unwind: '$tags' }, { $project: { tags: 1 } }],
    [
      { _id: 0, tags: 'x' },
      { _id: 0, tags: 'y' },
      { _id: 3, tags: 'y' },
    ],
  ],
  [
    '$unwind keeps what is empty',
    [sorted, { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true } }, { $project: { tags: 1 } }],
    [{ _id: 0, tags: 'x' }, { _id: 0, tags: 'y' }, { _id: 1 }, { _id: 2 }, { _id: 3, tags: 'y' }],
  ],
  [
    '$unwind with the position',
    [{ $match: { _id: 0 } }, { $unwind: { path: '$tags', includeArrayIndex: 'i' } }, { $project: { i: 1 } }],
    [
      { _id: 0, i: Long.fromNumber(0) },
      { _id: 0, i: Long.fromNumber(1) },
    ],
  ],
  ['$unwind of a name without dollar', [{ $unwind: 'tags' }], fails(28818)],
  ['$unwind without a path', [{ $unwind: {} }], fails(28812)],
  ['$count', [{ $match: { store: 'a' } }, { $count: 'n' }], [{ n: 2 }]],
  ['$count under an empty name', [{ $count: '' }], fails(40156)],
  ['$count under a name with a dollar', [{ $count: '$n' }], fails(40158)],
  [
    '$sortByCount',
    [{ $match: { store: { $ne: null } } }, { $sortByCount: '$store' }],
    [
      { _id: 'a', count: 2 },
      { _id: 'b', count: 1 },
    ],
  ],
  [
    '$bucket',
    [
      {
        $bucket: {
          groupBy: '$amount',
          boundaries: [0, 100, 200],
          default: 'more',
          output: { n: { $sum: 1 }, ids: { $push: '$_id' } },
        },
      },
    ],
    [
      { _id: 0, n: 2, ids: [2, 3] },
      { _id: 100, n: 1, ids: [0] },
      { _id: 'more', n: 1, ids: [1] },
    ],
  ],
  ['$bucket counts by itself', [{ $bucket: { groupBy: '$amount', boundaries: [0, 300] } }], [{ _id: 0, count: 4 }]],
  ['$bucket without room for a value', [{ $bucket: { groupBy: '$amount', boundaries: [0, 100] } }], fails(40066)],
  ['$bucket with boundaries out of order', [{ $bucket: { groupBy: '$amount', boundaries: [100, 0] } }], fails(40194)],
  ['$bucket with one boundary', [{ $bucket: { groupBy: '$amount', boundaries: [100] } }], fails(40192)],
  [
    '$bucketAuto',
    [{ $bucketAuto: { groupBy: '$amount', buckets: 2 } }],
    [
      { _id: { min: 0, max: 100 }, count: 2 },
      { _id: { min: 100, max: 250 }, count: 2 },
    ],
  ],
  [
    '$facet',
    [{ $facet: { big: [{ $match: { amount: { $gte: 100 } } }, { $count: 'n' }], none: [{ $match: { amount: 9 } }] } }],
    [{ big: [{ n: 2 }], none: [] }],
  ],
  ['$facet with $out within', [{ $facet: { a: [{ $out: 'x' }] } }], fails(40600)],
  ['$replaceRoot', [{ $match: { _id: 0 } }, { $replaceRoot: { newRoot: { s: '$store' } } }], [{ s: 'a' }]],
  [
    '$replaceRoot by what is no document',
    [{ $match: { _id: 0 } }, { $replaceRoot: { newRoot: '$store' } }],
    fails(40228),
  ],
  [
    '$replaceWith',
    [{ $match: { _id: 0 } }, { $replaceWith: { $mergeObjects: [{ z: 1 }, { s: '$store' }] } }],
    [{ z: 1, s: 'a' }],
  ],
  [
    '$dateTrunc to the day',
    [{ $match: { _id: 2 } }, { $project: { d: { $dateTrunc: { date: '$at', unit: 'day' } } } }],
    [{ _id: 2, d: at('2026-12-01T00:00:00Z') }],
  ],
  [
    '$dateTrunc to the day in São Paulo',
    [
      sorted,
      { $limit: 2 },
      { $project: { d: { $dateTrunc: { date: '$at', unit: 'day', timezone: 'America/Sao_Paulo' } } } },
    ],
    [
      { _id: 0, d: at('2026-11-23T03:00:00Z') },
      { _id: 1, d: at('2026-11-24T03:00:00Z') },
    ],
  ],
  [
    '$dateTrunc to the week that begins on Monday',
    [{ $match: { _id: 0 } }, { $project: { d: { $dateTrunc: { date: '$at', unit: 'week', startOfWeek: 'monday' } } } }],
    [{ _id: 0, d: at('2026-11-23T00:00:00Z') }],
  ],
  [
    '$dateTrunc to the week',
    [{ $match: { _id: 0 } }, { $project: { d: { $dateTrunc: { date: '$at', unit: 'week' } } } }],
    [{ _id: 0, d: at('2026-11-22T00:00:00Z') }],
  ],
  [
    '$dateTrunc to the month in São Paulo',
    [
      { $match: { _id: 3 } },
      { $project: { d: { $dateTrunc: { date: '$at', unit: 'month', timezone: 'America/Sao_Paulo' } } } },
    ],
    [{ _id: 3, d: at('2026-12-01T03:00:00Z') }],
  ],
  [
    '$dateTrunc to six hours',
    [{ $match: { _id: 2 } }, { $project: { d: { $dateTrunc: { date: '$at', unit: 'hour', binSize: 6 } } } }],
    [{ _id: 2, d: at('2026-12-01T12:00:00Z') }],
  ],
  [
    '$dateTrunc of nothing',
    [{ $match: { _id: 2 } }, { $project: { d: { $dateTrunc: { date: '$none', unit: 'day' } } } }],
    [{ _id: 2, d: null }],
  ],
  ['$dateTrunc to an unknown unit', [{ $project: { d: { $dateTrunc: { date: '$at', unit: 'age' } } } }], fails(9)],
  [
    '$dateToString',
    [
      { $match: { _id: 0 } },
      { $project: { d: { $dateToString: { date: '$at', format: '%Y-%m-%d %H:%M', timezone: 'America/Sao_Paulo' } } } },
    ],
    [{ _id: 0, d: '2026-11-23 23:30' }],
  ],
  [
    '$dateAdd and $dateDiff',
    [
      { $match: { _id: 0 } },
      {
        $project: {
          later: { $dateAdd: { startDate: '$at', unit: 'month', amount: 1 } },
          days: { $dateDiff: { startDate: '$at', endDate: at('2026-12-01T00:00:00Z'), unit: 'day' } },
        },
      },
    ],
    [{ _id: 0, later: at('2026-12-24T02:30:00Z'), days: Long.fromNumber(7) }],
  ],
  [
    'parts of a date',
    [
      { $match: { _id: 2 } },
      {
        $project: {
          y: { $year: '$at' },
          m: { $month: '$at' },
          d: { $dayOfMonth: '$at' },
          w: { $dayOfWeek: '$at' },
          h: { $hour: { date: '$at', timezone: 'America/Sao_Paulo' } },
        },
      },
    ],
    [{ _id: 2, y: 2026, m: 12, d: 1, w: 3, h: 9 }],
  ],
  [
    '$ifNull, $cond, $switch',
    [
      { $match: { _id: 3 } },
      {
        $project: {
          a: { $ifNull: ['$store', 'none'] },
          b: { $cond: ['$amount', 1, 0] },
          c: { $switch: { branches: [branch({ $eq: ['$amount', 0] }, 'zero')], default: 'more' } },
        },
      },
    ],
    [{ _id: 3, a: 'none', b: 0, c: 'zero' }],
  ],
  [
    '$switch without a branch',
    [{ $match: { _id: 0 } }, { $project: { c: { $switch: { branches: [branch(false, 1)] } } } }],
    fails(40066),
  ],
  [
    '$filter, $map, $reduce',
    [
      { $match: { _id: 0 } },
      {
        $project: {
          f: { $filter: { input: '$tags', cond: { $eq: ['$$this', 'y'] } } },
          m: { $map: { input: '$tags', as: 't', in: { $toUpper: '$$t' } } },
          r: { $reduce: { input: '$tags', initialValue: '', in: { $concat: ['$$value', '$$this'] } } },
        },
      },
    ],
    [{ _id: 0, f: ['y'], m: ['X', 'Y'], r: 'xy' }],
  ],
  [
    'texts',
    [
      { $match: { _id: 0 } },
      {
        $project: {
          a: { $toUpper: '$store' },
          b: { $substrCP: ['ação', 1, 2] },
          c: { $strLenCP: 'ção' },
          d: { $split: ['a-b', '-'] },
          e: { $trim: { input: ' x ' } },
        },
      },
    ],
    [{ _id: 0, a: 'A', b: 'çã', c: 3, d: ['a', 'b'], e: 'x' }],
  ],
  [
    'conversions',
    [
      { $match: { _id: 0 } },
      {
        $project: {
          a: { $toString: '$amount' },
          b: { $toInt: '12' },
          c: { $toObjectId: '0123456789abcdef01234567' },
          d: { $toDouble: '$amount' },
          e: { $toLong: '$amount' },
        },
      },
    ],
    [
      {
        _id: 0,
        a: '100',
        b: 12,
        c: new ObjectId('0123456789abcdef01234567'),
        d: new Double(100),
        e: Long.fromNumber(100),
      },
    ],
  ],
  ['a conversion that fails', [{ $match: { _id: 0 } }, { $project: { a: { $toInt: 'x' } } }], fails(241)],
  [
    'arithmetic',
    [
      { $match: { _id: 0 } },
      {
        $project: {
          a: { $divide: ['$amount', 8] },
          b: { $mod: ['$amount', 7] },
          c: { $subtract: ['$amount', 1] },
          d: { $abs: -2 },
          e: { $round: [new Double(2.567), 1] },
          f: { $floor: new Double(2.5) },
        },
      },
    ],
    [{ _id: 0, a: new Double(12.5), b: 2, c: 99, d: 2, e: new Double(2.6), f: new Double(2) }],
  ],
  ['a division by zero', [{ $project: { a: { $divide: ['$amount', 0] } } }], fails(2)],
  [
    'a decimal',
    [{ $match: { _id: 0 } }, { $project: { a: { $add: ['$amount', Decimal128.fromString('0.5')] } } }],
    [{ _id: 0, a: Decimal128.fromString('100.5') }],
  ],
  [
    'comparisons',
    [
      { $match: { _id: 0 } },
      {
        $project: {
          a: { $cmp: ['$amount', 50] },
          b: { $and: ['$amount', { $not: ['$none'] }] },
          c: { $in: ['x', '$tags'] },
        },
      },
    ],
    [{ _id: 0, a: 1, b: true, c: true }],
  ],
  [
    'arrays',
    [
      { $match: { _id: 0 } },
      {
        $project: {
          a: { $concatArrays: ['$tags', ['z']] },
          b: { $slice: ['$tags', 1] },
          c: { $size: '$tags' },
          d: { $setUnion: [['x'], ['x']] },
          e: { $indexOfArray: ['$tags', 'y'] },
          f: { $reverseArray: '$tags' },
        },
      },
    ],
    [{ _id: 0, a: ['x', 'y', 'z'], b: ['x'], c: 2, d: ['x'], e: 1, f: ['y', 'x'] }],
  ],
  ['$size of what is no array', [{ $project: { a: { $size: '$store' } } }], fails(17124)],
  [
    '$objectToArray and back',
    [
      { $match: { _id: 0 } },
      { $project: { a: { $objectToArray: { k: '$store' } }, b: { $arrayToObject: [[['k', 1]]] } } },
    ],
    [{ _id: 0, a: [{ k: 'k', v: 'a' }], b: { k: 1 } }],
  ],
  [
    '$let',
    [{ $match: { _id: 0 } }, { $project: { a: { $let: { vars: { x: '$amount' }, in: { $add: ['$$x', 1] } } } } }],
    [{ _id: 0, a: 101 }],
  ],
  [
    '$$ROOT and $$REMOVE',
    [{ $match: { _id: 1 } }, { $project: { a: '$$ROOT.store', b: '$$REMOVE' } }],
    [{ _id: 1, a: 'b' }],
  ],
  ['an unknown variable', [{ $project: { a: '$$unheardOf' } }], fails(17276)],
  ['an unknown expression', [{ $project: { a: { $unheardOf: 1 } } }], fails(31325)],
  ['an unknown stage', [{ $unheardOf: {} }], fails(40324)],
  ['a stage of two names', [{ $match: {}, $limit: 1 }], fails(40323)],
  ['$match of what is no document', [{ $match: 1 }], fails(15959)],
  [
    '$lookup by fields',
    [
      { $match: { _id: 0 } },
      { $project: { store: 1 } },
      {
        $lookup: {
          from: 'SELF',
          localField: 'store',
          foreignField: 'store',
          as: 'same',
          pipeline: [{ $project: { amount: 1 } }],
        },
      },
    ],
    [
      {
        _id: 0,
        store: 'a',
        same: [
          { _id: 0, amount: 100 },
          { _id: 2, amount: 50 },
        ],
      },
    ],
  ],
  [
    '$lookup of what is not there',
    [
      { $match: { _id: 0 } },
      { $project: { x: '$none' } },
      { $lookup: { from: 'nowhere', localField: 'x', foreignField: 'y', as: 'found' } },
    ],
    [{ _id: 0, found: [] }],
  ],
  [
    '$lookup by a pipeline with variables',
    [
      { $match: { _id: 2 } },
      { $project: { amount: 1 } },
      {
        $lookup: {
          from: 'SELF',
          let: { mine: '$amount' },
          pipeline: [{ $match: { $expr: { $gt: ['$amount', '$$mine'] } } }, sorted, { $project: { _id: 1 } }],
          as: 'more',
        },
      },
    ],
    [{ _id: 2, amount: 50, more: [{ _id: 0 }, { _id: 1 }] }],
  ],
  [
    '$lookup matches elements and null',
    [
      { $match: { _id: { $in: [1, 3] } } },
      sorted,
      { $project: { s: '$store' } },
      { $lookup: { from: 'SELF', localField: 's', foreignField: 'store', as: 'f' } },
      { $project: { n: { $size: '$f' } } },
    ],
    [
      { _id: 1, n: 1 },
      { _id: 3, n: 1 },
    ],
  ],
  [
    '$unionWith',
    [
      { $match: { _id: 0 } },
      { $project: { _id: 1 } },
      { $unionWith: { coll: 'SELF', pipeline: [{ $match: { _id: 1 } }, { $project: { _id: 1 } }] } },
    ],
    [{ _id: 0 }, { _id: 1 }],
  ],
  ['$sample of more than there are', [{ $sample: { size: 9 } }, { $count: 'n' }], [{ n: 4 }]],
];

export const pipelineCases: readonly Case[] = ROWS.map(([title, pipeline, result]) => ({
  title,
  before: SALES,
  operation: (collection) => aggregate(...onItself(pipeline, collection.collectionName))(collection),
  expected: result,
}));

/** `$merge` and `$out`: the last stage, and what is in its target afterwards, which holds `{ _id: 0, x: 1 }` and `{ _id: 9 }` before. */
const WRITTEN: readonly (readonly [
  title: string,
  stage: (target: string) => Document,
  after: readonly Document[] | Document,
])[] = [
  [
    '$out replaces',
    (target) => ({ $out: target }),
    [
      { _id: 0, a: 5 },
      { _id: 1, a: 6 },
    ],
  ],
  [
    '$merge adds fields and documents',
    (into) => ({ $merge: into }),
    [{ _id: 0, x: 1, a: 5 }, { _id: 1, a: 6 }, { _id: 9 }],
  ],
  [
    '$merge replaces',
    (into) => ({ $merge: { into, whenMatched: 'replace' } }),
    [{ _id: 0, a: 5 }, { _id: 1, a: 6 }, { _id: 9 }],
  ],
  [
    '$merge keeps what is there',
    (into) => ({ $merge: { into, whenMatched: 'keepExisting' } }),
    [{ _id: 0, x: 1 }, { _id: 1, a: 6 }, { _id: 9 }],
  ],
  [
    '$merge discards what is new',
    (into) => ({ $merge: { into, whenNotMatched: 'discard' } }),
    [{ _id: 0, x: 1, a: 5 }, { _id: 9 }],
  ],
  ['$merge fails on what is there', (into) => ({ $merge: { into, whenMatched: 'fail' } }), fails(11000)],
  ['$merge fails on what is new', (into) => ({ $merge: { into, whenNotMatched: 'fail' } }), fails(13113)],
  [
    '$merge by a pipeline',
    (into) => ({ $merge: { into, whenMatched: [{ $set: { sum: { $add: ['$x', '$$new.a'] } } }] } }),
    [{ _id: 0, x: 1, sum: 6 }, { _id: 1, a: 6 }, { _id: 9 }],
  ],
  [
    '$merge by a pipeline with variables',
    (into) => ({
      $merge: { into, let: { plus: 10, n: '$a' }, whenMatched: [{ $set: { sum: { $add: ['$$plus', '$$n'] } } }] },
    }),
    [{ _id: 0, x: 1, sum: 15 }, { _id: 1, a: 6 }, { _id: 9 }],
  ],
  ['$merge without into', () => ({ $merge: {} }), fails(40414)],
  ['$merge of a number', () => ({ $merge: 1 }), fails(51182)],
  ['$merge into a number', () => ({ $merge: { into: 1 } }), fails(51178)],
  ['$merge on a number', (into) => ({ $merge: { into, on: 1 } }), fails(51186)],
  ['$merge on no field', (into) => ({ $merge: { into, on: [] } }), fails(51187)],
  ['$merge on a list of numbers', (into) => ({ $merge: { into, on: [1] } }), fails(51134)],
  ['$merge in an unknown way', (into) => ({ $merge: { into, whenMatched: 'bogus' } }), fails(2)],
  ['$merge of new documents in an unknown way', (into) => ({ $merge: { into, whenNotMatched: 'bogus' } }), fails(2)],
  ['$merge in the way of a number', (into) => ({ $merge: { into, whenMatched: 1 } }), fails(51191)],
  [
    '$merge in ways that do not go together',
    (into) => ({ $merge: { into, whenMatched: 'fail', whenNotMatched: 'discard' } }),
    fails(51181),
  ],
  ['$merge with an unknown field', (into) => ({ $merge: { into, unheardOf: 1 } }), fails(40415)],
  ['$merge with variables and no pipeline', (into) => ({ $merge: { into, let: { a: 1 } } }), fails(51199)],
  [
    '$merge by a pipeline with an unknown expression',
    (into) => ({ $merge: { into, whenMatched: [{ $set: { a: { $unheardOf: 1 } } }] } }),
    fails(168),
  ],
  ['$out of a number', () => ({ $out: 1 }), fails(16990)],
  ['$out to a document without names', () => ({ $out: {} }), fails(40414)],
  ['$out to a document with an unknown field', () => ({ $out: { db: 'a', coll: 'b', c: 1 } }), fails(40415)],
  ['$out to no name', () => ({ $out: '' }), fails(73)],
  ['$merge on a field without a unique index', (into) => ({ $merge: { into, on: 'a' } }), fails(51183)],
];

export const outputCases: readonly Case[] = WRITTEN.map(([title, stage, after]) => ({
  title,
  before: [{ a: 5 }, { a: 6 }],
  operation: async (collection) => {
    const target = collection.db.collection(`${collection.collectionName}_target`);
    try {
      await target.insertMany([{ _id: 0 as never, x: 1 }, { _id: 9 as never }]);
      await collection.aggregate([stage(target.collectionName)]).toArray();
      return await target.find({}, { sort: { _id: 1 }, promoteValues: false }).toArray();
    } finally {
      await target.drop();
    }
  },
  expected: after,
}));

/** The aggregate command itself: what it gives, and what is stored afterwards. */
const COMMANDS: readonly (readonly [title: string, fields: Document, batch: unknown])[] = [
  [
    'variables of the command',
    {
      pipeline: [{ $match: { $expr: { $eq: ['$a', '$$x'] } } }, { $project: { y: '$$x' } }],
      let: { x: { $add: [3, 2] } },
    },
    [{ _id: 0, y: 5 }],
  ],
  ['variables that look at a document', { pipeline: [], let: { x: '$a' } }, fails(4890500)],
  ['variables that are no document', { pipeline: [], let: 1 }, fails(14)],
  ['a variable of the command with another name', { pipeline: [], let: { X: 1 } }, fails(9)],
  ['a pipeline that is none', { pipeline: 1 }, fails(14)],
];

/** Pipelines that write into the collection that they read. */
const INTO_ITSELF: readonly (readonly [title: string, last: (name: string) => Document, after: Document[]])[] = [
  [
    '$merge into the collection that is read',
    (into) => ({ $merge: { into, whenMatched: 'replace' } }),
    [
      { _id: 0, a: 10 },
      { _id: 1, a: 12 },
    ],
  ],
  [
    '$out into the collection that is read',
    (name) => ({ $out: name }),
    [
      { _id: 0, a: 10 },
      { _id: 1, a: 12 },
    ],
  ],
];

export const aggregateCases: readonly Case[] = [
  ...COMMANDS.map(
    ([title, given, batch]): Case => ({
      title,
      before: [{ a: 5 }, { a: 6 }],
      operation: async (collection) => {
        const reply = (await command('aggregate', { cursor: {}, ...given }, ['cursor'])(collection)) as Document;
        return reply.cursor.firstBatch;
      },
      expected: batch,
    }),
  ),
  {
    title: 'a pipeline without a collection that needs one',
    before: [],
    operation: (collection) => collection.db.aggregate([{ $match: {} }]).toArray(),
    expected: fails(73),
  },
  {
    title: 'documents that the pipeline brings',
    before: [],
    operation: (collection) => collection.db.aggregate([{ $documents: [{ a: 1 }] }, { $match: { a: 1 } }]).toArray(),
    expected: [{ a: 1 }],
  },
  {
    title: '$documents of what is no array',
    before: [],
    operation: (collection) => collection.db.aggregate([{ $documents: 1 }]).toArray(),
    expected: fails(5858203),
  },
  ...INTO_ITSELF.map(
    ([title, last, after]): Case => ({
      title,
      before: [{ a: 5 }, { a: 6 }],
      operation: inTurn(
        (collection) =>
          aggregate({ $project: { a: { $multiply: ['$a', 2] } } }, last(collection.collectionName))(collection),
        (collection) => collection.find({}, { sort: { _id: 1 } }).toArray(),
      ),
      expected: after,
    }),
  ),
];
