import { Binary, Decimal128, Double, Long, ObjectId } from 'bson';
import type { Document } from 'mongodb';
import { type Case, fails, type Operation, TYPED } from './case.ts';

/** Before, the change, after. `_id` is 0 and not shown. */
type Row = readonly [title: string, before: Document, change: Document | Document[], after: Document];

const date = new Date(0);

const ROWS: readonly Row[] = [
  ['$set changes a field in its place', { a: 1, b: 2 }, { $set: { a: 'x' } }, { a: 'x', b: 2 }],
  [
    '$set adds new fields at the end, in the order of their names',
    { a: 1 },
    { $set: { z: 1, b: 2 } },
    { a: 1, b: 2, z: 1 },
  ],
  ['$set makes the documents of a path', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  ['$set through an element of an array', { a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } }, { a: [{ b: 2 }] }],
  ['$set beyond the end of an array fills with null', { a: [1] }, { $set: { 'a.3': 9 } }, { a: [1, null, null, 9] }],
  ['$set makes a document of a numbered path where there is none', {}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
  ['$set cannot make a field in a number', { a: 1 }, { $set: { 'a.b': 1 } }, fails(28)],
  ['$set cannot make a named field in an array', { a: [1] }, { $set: { 'a.b': 1 } }, fails(28)],
  ['$set cannot make a field in null', { a: null }, { $set: { 'a.b': 1 } }, fails(28)],
  ['$set takes no part of a path that is empty', {}, { $set: { 'a.': 1 } }, fails(56)],
  ['$set cannot change _id', {}, { $set: { _id: 7 } }, fails(66)],
  ['$set may set _id to what it is', {}, { $set: { _id: 0 } }, {}],
  [
    '$set keeps each type',
    {},
    { $set: { l: Long.fromNumber(1), d: new Double(1), m: Decimal128.fromString('1.0') } },
    { d: new Double(1), l: Long.fromNumber(1), m: Decimal128.fromString('1.0') },
  ],
  ['$set of two paths, one within the other', {}, { $set: { a: 1, 'a.b': 1 } }, fails(40)],
  ['$set and $inc of one path', {}, { $set: { a: 1 }, $inc: { a: 1 } }, fails(40)],
  ['an operator needs a document', {}, { $set: 5 } as Document, fails(9)],
  ['an empty operator does nothing', { a: 1 }, { $set: {} }, { a: 1 }],
  ['an unknown operator', {}, { $append: { a: 1 } }, fails(9)],
  ['$unset removes a field', { a: 1, b: 2 }, { $unset: { a: '' } }, { b: 2 }],
  ['$unset of a missing field', { b: 2 }, { $unset: { a: '' } }, { b: 2 }],
  ['$unset within a document', { a: { b: 1, c: 2 } }, { $unset: { 'a.b': '' } }, { a: { c: 2 } }],
  ['$unset of an element leaves null in its place', { a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
  ['$unset through a number', { a: 1 }, { $unset: { 'a.b': '' } }, { a: 1 }],
  ['$inc adds', { n: 1 }, { $inc: { n: 2 } }, { n: 3 }],
  ['$inc of a missing field sets it', {}, { $inc: { n: 2 } }, { n: 2 }],
  ['$inc within documents that are not there', {}, { $inc: { 'a.n': 2 } }, { a: { n: 2 } }],
  [
    '$inc of int32 over its end becomes int64',
    { n: 2147483647 },
    { $inc: { n: 1 } },
    { n: Long.fromString('2147483648') },
  ],
  ['$inc of int64 over its end', { n: Long.MAX_VALUE }, { $inc: { n: 1 } }, fails(2)],
  ['$inc of int32 by double becomes double', { n: 1 }, { $inc: { n: new Double(1) } }, { n: new Double(2) }],
  ['$inc of int64 by int32 stays int64', { n: Long.fromNumber(1) }, { $inc: { n: 1 } }, { n: Long.fromNumber(2) }],
  ['$inc by a decimal', { n: 1 }, { $inc: { n: Decimal128.fromString('0.10') } }, { n: Decimal128.fromString('1.10') }],
  ['$inc of a text', { n: 'x' }, { $inc: { n: 1 } }, fails(14)],
  ['$inc of null', { n: null }, { $inc: { n: 1 } }, fails(14)],
  ['$inc by a text', { n: 1 }, { $inc: { n: 'x' } }, fails(14)],
  ['$mul multiplies', { n: 3 }, { $mul: { n: 2 } }, { n: 6 }],
  ['$mul of a missing field gives zero of the type', {}, { $mul: { n: new Double(2) } }, { n: new Double(0) }],
  [
    '$mul of int32 over its end becomes int64',
    { n: 2147483647 },
    { $mul: { n: 2 } },
    { n: Long.fromString('4294967294') },
  ],
  ['$mul of a text', { n: 'x' }, { $mul: { n: 1 } }, fails(14)],
  ['$min takes the lower value', { n: 5 }, { $min: { n: 3 } }, { n: 3 }],
  ['$min keeps the lower value', { n: 2 }, { $min: { n: 3 } }, { n: 2 }],
  ['$min of a missing field sets it', {}, { $min: { n: 3 } }, { n: 3 }],
  ['$min compares across types', { n: 'x' }, { $min: { n: 3 } }, { n: 3 }],
  ['$max takes the higher value', { n: 5 }, { $max: { n: 7 } }, { n: 7 }],
  ['$max of an equal value keeps the type', { n: 5 }, { $max: { n: new Double(5) } }, { n: 5 }],
  ['$max compares dates', { n: date }, { $max: { n: new Date(5) } }, { n: new Date(5) }],
  ['$max takes any date above any number', { n: 99 }, { $max: { n: date } }, { n: date }],
  ['$rename moves a field to the end', { a: 1, b: 2 }, { $rename: { a: 'c' } }, { b: 2, c: 1 }],
  ['$rename over a field that is there', { a: 1, b: 2 }, { $rename: { a: 'b' } }, { b: 1 }],
  ['$rename into a document', { a: 1 }, { $rename: { a: 'b.c' } }, { b: { c: 1 } }],
  ['$rename of a missing field', { b: 1 }, { $rename: { a: 'b' } }, { b: 1 }],
  ['$rename to its own name', { a: 1 }, { $rename: { a: 'a' } }, fails(2)],
  ['$rename to what is no text', { a: 1 }, { $rename: { a: 1 } } as Document, fails(2)],
  ['$rename through an array', { a: [{ b: 1 }] }, { $rename: { 'a.0.b': 'c' } }, fails(2)],
  ['$currentDate needs true or a type', {}, { $currentDate: { a: 'now' } }, fails(2)],
  ['$setOnInsert does nothing to what is there', { a: 1 }, { $setOnInsert: { b: 1 } }, { a: 1 }],
  ['$bit and', { n: 13 }, { $bit: { n: { and: 10 } } }, { n: 8 }],
  ['$bit or', { n: 3 }, { $bit: { n: { or: 5 } } }, { n: 7 }],
  ['$bit xor', { n: 1 }, { $bit: { n: { xor: 5 } } }, { n: 4 }],
  ['$bit with int64', { n: 1 }, { $bit: { n: { or: Long.fromNumber(2) } } }, { n: Long.fromNumber(3) }],
  ['$bit of a double', { n: new Double(1) }, { $bit: { n: { or: 1 } } }, fails(2)],
  ['$bit without an operation', { n: 1 }, { $bit: { n: {} } }, fails(2)],
  ['$push adds at the end', { t: [1] }, { $push: { t: 2 } }, { t: [1, 2] }],
  ['$push makes the array', {}, { $push: { t: 1 } }, { t: [1] }],
  ['$push of an array adds it as one', { t: [] }, { $push: { t: [1, 2] } }, { t: [[1, 2]] }],
  ['$push of what is no array', { t: 1 }, { $push: { t: 1 } }, fails(2)],
  ['$push $each adds each', { t: [1] }, { $push: { t: { $each: [2, 3] } } }, { t: [1, 2, 3] }],
  ['$push $position at the beginning', { t: [1] }, { $push: { t: { $each: [2, 3], $position: 0 } } }, { t: [2, 3, 1] }],
  ['$push $position from the end', { t: [1, 2] }, { $push: { t: { $each: [9], $position: -1 } } }, { t: [1, 9, 2] }],
  ['$push $slice keeps the first', { t: [1, 2] }, { $push: { t: { $each: [3], $slice: 2 } } }, { t: [1, 2] }],
  ['$push $slice keeps the last', { t: [1, 2] }, { $push: { t: { $each: [3], $slice: -2 } } }, { t: [2, 3] }],
  ['$push $slice zero empties', { t: [1] }, { $push: { t: { $each: [2], $slice: 0 } } }, { t: [] }],
  ['$push $sort of values', { t: [3, 1] }, { $push: { t: { $each: [2], $sort: 1 } } }, { t: [1, 2, 3] }],
  [
    '$push $sort by a field, then $slice',
    { t: [{ s: 1 }, { s: 5 }] },
    { $push: { t: { $each: [{ s: 3 }], $sort: { s: -1 }, $slice: 2 } } },
    { t: [{ s: 5 }, { s: 3 }] },
  ],
  ['$push $each wants an array', { t: [] }, { $push: { t: { $each: 1 } } }, fails(2)],
  ['$push with an unknown modifier', { t: [] }, { $push: { t: { $each: [1], $unheardOf: 1 } } }, fails(2)],
  ['$addToSet adds what is new', { t: [1] }, { $addToSet: { t: 2 } }, { t: [1, 2] }],
  [
    '$addToSet leaves what is there, whatever its number type',
    { t: [1] },
    { $addToSet: { t: new Double(1) } },
    { t: [1] },
  ],
  ['$addToSet $each', { t: [1] }, { $addToSet: { t: { $each: [1, 2, 2] } } }, { t: [1, 2] }],
  [
    '$addToSet compares documents with the order of their fields',
    { t: [{ a: 1, b: 2 }] },
    { $addToSet: { t: { b: 2, a: 1 } } },
    {
      t: [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    },
  ],
  ['$addToSet of what is no array', { t: 1 }, { $addToSet: { t: 1 } }, fails(2)],
  ['$pop takes the last', { t: [1, 2] }, { $pop: { t: 1 } }, { t: [1] }],
  ['$pop takes the first', { t: [1, 2] }, { $pop: { t: -1 } }, { t: [2] }],
  ['$pop of an empty array', { t: [] }, { $pop: { t: 1 } }, { t: [] }],
  ['$pop by another number', { t: [1] }, { $pop: { t: 2 } }, fails(9)],
  ['$pop of what is no array', { t: 1 }, { $pop: { t: 1 } }, fails(14)],
  ['$pull removes equal values', { t: [1, 2, 1] }, { $pull: { t: 1 } }, { t: [2] }],
  ['$pull by a condition', { t: [1, 5, 9] }, { $pull: { t: { $gte: 5 } } }, { t: [1] }],
  [
    '$pull by the fields of documents',
    { t: [{ a: 1, b: 1 }, { a: 2 }] },
    { $pull: { t: { a: 1 } } },
    { t: [{ a: 2 }] },
  ],
  ['$pull by $in', { t: ['a', 'b', 'c'] }, { $pull: { t: { $in: ['a', 'c'] } } }, { t: ['b'] }],
  [
    '$pull by $elemMatch within',
    { t: [{ r: [{ q: 1 }] }, { r: [{ q: 2 }] }] },
    { $pull: { t: { r: { $elemMatch: { q: 1 } } } } },
    { t: [{ r: [{ q: 2 }] }] },
  ],
  ['$pull of what is no array', { t: 1 }, { $pull: { t: 1 } }, fails(2)],
  ['$pull of a missing field', {}, { $pull: { t: 1 } }, {}],
  ['$pullAll removes each', { t: [1, 2, 3, 1] }, { $pullAll: { t: [1, 3] } }, { t: [2] }],
  ['$pullAll wants an array', { t: [1] }, { $pullAll: { t: 1 } } as Document, fails(2)],
  ['a pipeline $set computes', { a: 2 }, [{ $set: { b: { $multiply: ['$a', 3] } } }], { a: 2, b: 6 }],
  [
    'a pipeline sees what its stages before made',
    { a: 2 },
    [{ $set: { b: '$a' } }, { $set: { c: '$b' } }],
    { a: 2, b: 2, c: 2 },
  ],
  ['a pipeline $unset', { a: 1, b: 2 }, [{ $unset: ['a'] }], { b: 2 }],
  ['a pipeline $project', { a: 1, b: 2 }, [{ $project: { b: 1 } }], { b: 2 }],
  ['a pipeline $replaceWith keeps _id', { a: { x: 1 } }, [{ $replaceWith: '$a' }], { x: 1 }],
  ['a pipeline with a constant that begins with a dollar', {}, [{ $set: { a: { $literal: '$x' } } }], { a: '$x' }],
  ['a pipeline cannot change _id', {}, [{ $set: { _id: 5 } }], fails(66)],
  ['a pipeline takes no other stages', {}, [{ $match: {} }], fails(72)],
  [
    'a pipeline with $cond, $concat and dates',
    { s: 'a', d: date },
    [{ $set: { s: { $cond: [{ $eq: ['$s', 'a'] }, { $concat: ['$s', '!'] }, null] }, later: { $add: ['$d', 1000] } } }],
    { s: 'a!', d: date, later: new Date(1000) },
  ],
  [
    'binary, ids and dates stay',
    { b: new Binary(Buffer.from('ff', 'hex')), i: new ObjectId('0123456789abcdef01234567'), d: date },
    { $set: { x: 1 } },
    { b: new Binary(Buffer.from('ff', 'hex')), i: new ObjectId('0123456789abcdef01234567'), d: date, x: 1 },
  ],
];

function updated(change: Document | Document[], options: Document = {}): Operation {
  return async (collection) => {
    await collection.updateOne({}, change, options);
    return collection.findOne({}, { ...TYPED, projection: { _id: 0 } });
  };
}

/** An array through `$`, `$[]` and `$[name]`: the filter, the array filters. */
type ArrayRow = readonly [
  title: string,
  before: Document,
  filter: Document,
  change: Document,
  arrayFilters: readonly Document[],
  after: Document,
];

const ARRAY_ROWS: readonly ArrayRow[] = [
  ['$ changes the element that was found', { t: [1, 5, 5] }, { t: 5 }, { $set: { 't.$': 9 } }, [], { t: [1, 9, 5] }],
  [
    '$ within documents',
    { c: [{ d: 1 }, { d: 2 }] },
    { 'c.d': 2 },
    { $set: { 'c.$.e': 'x' } },
    [],
    { c: [{ d: 1 }, { d: 2, e: 'x' }] },
  ],
  [
    '$ of $elemMatch',
    {
      c: [
        { d: 1, e: 1 },
        { d: 1, e: 2 },
      ],
    },
    { c: { $elemMatch: { d: 1, e: 2 } } },
    { $inc: { 'c.$.d': 5 } },
    [],
    {
      c: [
        { d: 1, e: 1 },
        { d: 6, e: 2 },
      ],
    },
  ],
  [
    '$ of two conditions on one array is where the last one matched',
    { t: [1, 5, 8] },
    { $and: [{ t: 5 }, { t: 8 }] },
    { $set: { 't.$': 0 } },
    [],
    { t: [1, 5, 0] },
  ],
  [
    '$ in two paths, of which the first takes away what was found',
    { c: [{ d: 1 }, { d: 2 }] },
    { 'c.d': 2 },
    { $set: { 'c.$.d': 9, 'c.$.e': 1 } },
    [],
    { c: [{ d: 1 }, { d: 9, e: 1 }] },
  ],
  [
    '$ of an array beside the one in the filter',
    { t: [1, 5], u: [1, 2] },
    { t: 5 },
    { $set: { 'u.$': 0 } },
    [],
    { t: [1, 5], u: [1, 0] },
  ],
  ['$ of $not', { t: [1] }, { t: { $not: { $gt: 100 } } }, { $set: { 't.$': 9 } }, [], fails(2)],
  ['$ of $ne', { t: [1] }, { t: { $ne: 100 } }, { $set: { 't.$': 9 } }, [], fails(2)],
  ['$ of a whole array', { t: [1] }, { t: [1] }, { $set: { 't.$': 9 } }, [], fails(2)],
  ['$ twice in one path', { t: [[1]] }, { t: [1] }, { $set: { 't.$.$': 9 } }, [], fails(2)],
  ['$ without an array in the filter', { t: [1] }, { _id: 0 }, { $set: { 't.$': 9 } }, [], fails(2)],
  ['$[] changes every element', { t: [1, 2] }, {}, { $inc: { 't.$[]': 10 } }, [], { t: [11, 12] }],
  [
    '$[] within documents',
    { c: [{ d: 1 }, { d: 2 }] },
    {},
    { $set: { 'c.$[].d': 0 } },
    [],
    { c: [{ d: 0 }, { d: 0 }] },
  ],
  ['$[] twice', { m: [[1], [2, 3]] }, {}, { $inc: { 'm.$[].$[]': 1 } }, [], { m: [[2], [3, 4]] }],
  ['$[] of an empty array', { t: [] }, {}, { $set: { 't.$[]': 1 } }, [], { t: [] }],
  ['$[] of a missing field', {}, {}, { $set: { 't.$[]': 1 } }, [], fails(2)],
  ['$[] of what is no array', { t: 1 }, {}, { $set: { 't.$[]': 1 } }, [], fails(2)],
  [
    '$[name] changes what its filter finds',
    { t: [1, 5, 9] },
    {},
    { $set: { 't.$[high]': 5 } },
    [{ high: { $gt: 5 } }],
    { t: [1, 5, 5] },
  ],
  [
    '$[name] by a field',
    { c: [{ d: 1 }, { d: 2 }] },
    {},
    { $set: { 'c.$[one].e': 1 } },
    [{ 'one.d': 2 }],
    { c: [{ d: 1 }, { d: 2, e: 1 }] },
  ],
  [
    '$[name] by two fields',
    {
      c: [
        { d: 1, e: 1 },
        { d: 1, e: 2 },
      ],
    },
    {},
    { $set: { 'c.$[one].f': 1 } },
    [{ 'one.d': 1, 'one.e': 2 }],
    {
      c: [
        { d: 1, e: 1 },
        { d: 1, e: 2, f: 1 },
      ],
    },
  ],
  [
    '$[name] by $or',
    { t: [1, 2, 3] },
    {},
    { $set: { 't.$[one]': 0 } },
    [{ $or: [{ one: 1 }, { one: 3 }] }],
    { t: [0, 2, 0] },
  ],
  [
    'two names',
    {
      c: [
        { k: 'a', t: [1, 2] },
        { k: 'b', t: [1, 2] },
      ],
    },
    {},
    { $set: { 'c.$[outer].t.$[inner]': 0 } },
    [{ 'outer.k': 'b' }, { inner: 2 }],
    {
      c: [
        { k: 'a', t: [1, 2] },
        { k: 'b', t: [1, 0] },
      ],
    },
  ],
  [
    "$unset of a found element's field",
    { c: [{ d: 1, e: 1 }] },
    {},
    { $unset: { 'c.$[one].e': '' } },
    [{ 'one.d': 1 }],
    { c: [{ d: 1 }] },
  ],
  [
    '$push into found elements',
    {
      c: [
        { d: 1, t: [] },
        { d: 2, t: [] },
      ],
    },
    {},
    { $push: { 'c.$[one].t': 7 } },
    [{ 'one.d': 2 }],
    {
      c: [
        { d: 1, t: [] },
        { d: 2, t: [7] },
      ],
    },
  ],
  ['a name without a filter', { t: [1] }, {}, { $set: { 't.$[one]': 0 } }, [], fails(2)],
  ['a filter that is not used', { t: [1] }, {}, { $set: { a: 0 } }, [{ one: 1 }], fails(9)],
  ['two filters of one name', { t: [1] }, {}, { $set: { 't.$[one]': 0 } }, [{ one: 1 }, { one: 2 }], fails(9)],
  ['a filter of two names', { t: [1] }, {}, { $set: { 't.$[one]': 0 } }, [{ one: 1, two: 2 }], fails(9)],
  ['an empty filter', { t: [1] }, {}, { $set: { 't.$[one]': 0 } }, [{}], fails(9)],
  ['a name that begins with a capital', { t: [1] }, {}, { $set: { 't.$[One]': 0 } }, [{ One: 1 }], fails(2)],
];

export const updateOperatorCases: readonly Case[] = ROWS.map(([title, before, change, after]) => ({
  title,
  before: [before],
  operation: updated(change),
  expected: after,
}));

export const arrayFilterCases: readonly Case[] = ARRAY_ROWS.map(
  ([title, before, filter, change, arrayFilters, after]) => ({
    title,
    before: [before],
    operation: async (collection) => {
      await collection.updateMany(filter, change, arrayFilters.length > 0 ? { arrayFilters: [...arrayFilters] } : {});
      return collection.findOne({}, { ...TYPED, projection: { _id: 0 } });
    },
    expected: after,
  }),
);
