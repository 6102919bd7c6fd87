import { Binary, BSONRegExp, Decimal128, Double, EJSON, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import type { Document } from 'mongodb';
import { type Case, fails, find, idsOf } from './case.ts';

/** One value of each kind under `a`, in MongoDB's order; the last document lacks the field. */
const KINDS: readonly Document[] = [
  { a: new MinKey() },
  { a: null },
  { a: -1 },
  { a: new Double(0.5) },
  { a: Long.fromNumber(1) },
  { a: Decimal128.fromString('2.50') },
  { a: Long.fromString('9007199254740993') },
  { a: '' },
  { a: 'abc' },
  { a: { b: 1 } },
  { a: [1, 5] },
  { a: new Binary(Buffer.from('00ff', 'hex')) },
  { a: new ObjectId('000000000000000000000001') },
  { a: false },
  { a: true },
  { a: new Date(0) },
  { a: new Timestamp({ t: 1, i: 1 }) },
  { a: new BSONRegExp('^x', 'i') },
  { a: new MaxKey() },
  {},
];

const THINGS: readonly Document[] = [
  {
    n: 1,
    s: 'one',
    t: ['x', 'y'],
    c: [
      { d: 1, e: 1 },
      { d: 2, e: 2 },
    ],
    o: { p: 1 },
  },
  { n: 2, s: 'two', t: ['y'], c: [{ d: 1, e: 2 }], o: { p: 2, q: 1 } },
  { n: 3, s: 'three', t: [], c: [], o: {} },
  { n: 4, s: null, t: 'x' },
  { n: 5 },
];

/** A filter and the `_id` of what it finds among `KINDS`, or among `THINGS`. */
type Row = readonly [filter: Document, found: readonly number[] | Document];

const KIND_ROWS: readonly Row[] = [
  [{ a: null }, [1, 19]],
  [{ a: { $ne: null } }, [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]],
  [{ a: { $exists: false } }, [19]],
  [{ a: 1 }, [4, 10]],
  [{ a: new Double(1) }, [4, 10]],
  [{ a: Decimal128.fromString('2.5') }, [5]],
  [{ a: Long.fromString('9007199254740993') }, [6]],
  [{ a: new Double(9007199254740992) }, []],
  [{ a: { $gt: new Double(9007199254740992) } }, [6]],
  [{ a: { $gt: 0 } }, [3, 4, 5, 6, 10]],
  [{ a: { $lte: 1 } }, [2, 3, 4, 10]],
  [{ a: { $gte: 'a' } }, [8]],
  [{ a: { $lt: 'a' } }, [7]],
  [{ a: { $gt: { b: 0 } } }, [9]],
  [{ a: { b: 1 } }, [9]],
  [{ a: { $gte: null } }, [1, 19]],
  [{ a: { $lt: true } }, [13]],
  [{ a: { $gte: new Date(0) } }, [15]],
  [{ a: { $gte: new ObjectId('000000000000000000000000') } }, [12]],
  [{ a: new Binary(Buffer.from('00ff', 'hex')) }, [11]],
  [{ a: [1, 5] }, [10]],
  [{ a: { $gt: new MinKey() } }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]],
  [{ a: { $gte: new MinKey() } }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]],
  [{ a: { $lt: new MaxKey() } }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19]],
  [{ a: { $lte: new MaxKey() } }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]],
  [{ a: { $lte: new MinKey() } }, [0]],
  [{ a: { $lt: new MinKey() } }, []],
  [{ a: { $gte: new MaxKey() } }, [18]],
  [{ a: { $gt: new MaxKey() } }, []],
  [{ a: { $in: [null, 'abc', 5] } }, [1, 8, 10, 19]],
  [{ a: { $in: [] } }, []],
  [{ a: { $nin: [null, 1] } }, [0, 2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18]],
  [{ a: { $type: 'number' } }, [2, 3, 4, 5, 6, 10]],
  [{ a: { $type: 'int' } }, [2, 10]],
  [{ a: { $type: ['long', 'decimal'] } }, [4, 5, 6]],
  [{ a: { $type: 'double' } }, [3]],
  [{ a: { $type: 'array' } }, [10]],
  [{ a: { $type: 'object' } }, [9]],
  [{ a: { $type: 2 } }, [7, 8]],
  [{ a: { $type: 'null' } }, [1]],
  [{ a: { $type: 'regex' } }, [17]],
  [{ a: { $type: 'timestamp' } }, [16]],
  [{ a: { $type: 'minKey' } }, [0]],
  [{ a: { $type: 'nothing' } }, fails(2)],
  [{ a: { $size: 2 } }, [10]],
  [{ a: { $size: -1 } }, fails(2)],
  [{ a: { $mod: [2, 1] } }, [4, 6, 10]],
  [{ a: { $mod: [0, 1] } }, fails(2)],
  [{ a: { $mod: [2] } }, fails(2)],
  [{ a: { $all: [1, 5] } }, [10]],
  [{ a: { $all: [1] } }, [4, 10]],
  [{ a: { $all: [] } }, []],
  [{ a: { $all: 1 } }, fails(2)],
  [{ a: { $all: [{ $elemMatch: { $gt: 4 } }] } }, [10]],
  [{ a: { $all: [{ $elemMatch: { $gt: 4 } }, 5] } }, fails(2)],
  [{ a: { $all: [5, { $elemMatch: { $gt: 4 } }] } }, fails(2)],
  [{ a: { $all: [{ $gt: 4 }] } }, fails(2)],
  [{ a: { $in: [{ $gt: 4 }] } }, fails(2)],
  [{ a: { $nin: [{ $gt: 4 }] } }, fails(2)],
  [{ a: { $in: [{ b: 1 }] } }, [9]],
  [{ a: { $mod: [2, 'x'] } }, fails(2)],
  [{ a: { $type: 99 } }, fails(2)],
  [{ a: { $type: 1.5 } }, fails(2)],
  [{ a: { $type: [] } }, fails(9)],
  [{ a: { $type: [2, 8] } }, [7, 8, 13, 14]],
  [{ a: { $ne: /x/ } }, fails(2)],
  [{ a: { $gt: /x/ } }, fails(2)],
  [{ a: { $eq: new BSONRegExp('^x', 'i') } }, [17]],
  [{ a: { $regex: 'x', $options: 5 } }, fails(2)],
  [{ a: { $bitsAllSet: [-1] } }, fails(2)],
  [{ a: { $not: { $gt: 0 } } }, [0, 1, 2, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19]],
  [{ a: /^a/ }, [8]],
  [{ a: { $regex: 'B', $options: 'i' } }, [8]],
  [{ a: { $options: 'i' } }, fails(2)],
  [{ a: { $bitsAllSet: 1 } }, [2, 4, 6, 10]],
  [{ a: { $in: 1 } }, fails(2)],
  [{ a: { $unheardOf: 1 } }, fails(2)],
  [{ $unheardOf: 1 }, fails(2)],
  [{ $or: [] }, fails(2)],
  [{ $and: 1 }, fails(2)],
  [{ $nor: [{ a: { $exists: true } }] }, [19]],
  [{ $expr: { $eq: [{ $type: '$a' }, 'bool'] } }, [13, 14]],
  [{ $expr: { $gt: ['$a', 'zzz'] } }, [9, 10, 11, 12, 13, 14, 15, 16, 17, 18]],
];

const THING_ROWS: readonly Row[] = [
  [{ t: 'x' }, [0, 3]],
  [{ t: ['y'] }, [1]],
  [{ t: [] }, [2]],
  [{ t: { $size: 0 } }, [2]],
  [{ t: { $ne: 'x' } }, [1, 2, 4]],
  [{ 't.0': 'x' }, [0]],
  [{ 'c.d': 1 }, [0, 1]],
  [{ 'c.0.e': 2 }, [1]],
  [{ 'c.d': 1, 'c.e': 2 }, [0, 1]],
  [{ c: { $elemMatch: { d: 1, e: 2 } } }, [1]],
  [{ c: { $elemMatch: { d: { $gt: 1 } } } }, [0]],
  [{ t: { $elemMatch: { $gte: 'x', $lt: 'y' } } }, [0]],
  [{ 'o.p': { $gte: 1 } }, [0, 1]],
  [{ o: { p: 2, q: 1 } }, [1]],
  [{ o: { q: 1, p: 2 } }, []],
  [{ 'o.p': null }, [2, 3, 4]],
  [{ 'o.p': { $exists: true } }, [0, 1]],
  [{ s: { $exists: true } }, [0, 1, 2, 3]],
  [{ s: null }, [3, 4]],
  [{ s: { $gt: null } }, []],
  [{ n: { $gt: 1, $lt: 4 } }, [1, 2]],
  [{ $or: [{ n: 1 }, { s: 'two' }] }, [0, 1]],
  [{ $and: [{ n: { $gt: 1 } }, { n: { $lt: 3 } }] }, [1]],
  [{ n: 1, $or: [{ s: 'one' }, { s: 'two' }] }, [0]],
  [{ $nor: [{ n: 1 }, { n: 2 }] }, [2, 3, 4]],
  [{ n: { $not: { $in: [1, 2] } } }, [2, 3, 4]],
  [{ s: { $not: /^t/ } }, [0, 3, 4]],
  [{ s: { $in: [/^o/, 'two'] } }, [0, 1]],
  [{ s: { $nin: [/^o/] } }, [1, 2, 3, 4]],
  [{ $expr: { $eq: ['$n', '$o.p'] } }, [0, 1]],
  [{ $expr: { $in: ['x', { $cond: [{ $isArray: '$t' }, '$t', []] }] } }, [0]],
  [{ n: { $eq: 1 } }, [0]],
  [{ $comment: 'only a word', n: 1 }, [0]],
  [{ _id: { $in: [0, 3, 9] } }, [0, 3]],
  [{ _id: { $gte: 3 } }, [3, 4]],
];

function filterCases(documents: readonly Document[], rows: readonly Row[], name: string): Case[] {
  return rows.map(([filter, found]) => ({
    title: `${name} by ${EJSON.stringify(filter)}`,
    before: documents,
    operation: idsOf(filter),
    expected: found,
  }));
}

/** How documents are shown: options of find, and the documents without their `_id`. */
const SHOWN: readonly (readonly [title: string, before: Document, options: Document, shown: Document])[] = [
  ['fields that are named', { a: 1, b: 2 }, { projection: { a: 1 } }, { _id: 0, a: 1 }],
  ['fields that are left out', { a: 1, b: 2 }, { projection: { a: 0 } }, { _id: 0, b: 2 }],
  ['without _id', { a: 1, b: 2 }, { projection: { a: 1, _id: 0 } }, { a: 1 }],
  ['_id alone', { a: 1 }, { projection: { _id: 1 } }, { _id: 0 }],
  ['a path', { a: { b: 1, c: 2 } }, { projection: { 'a.b': 1 } }, { _id: 0, a: { b: 1 } }],
  ['a path as a document', { a: { b: 1, c: 2 } }, { projection: { a: { b: 1 } } }, { _id: 0, a: { b: 1 } }],
  [
    'a path through an array',
    { a: [{ b: 1, c: 2 }, 5, { c: 3 }] },
    { projection: { 'a.b': 1 } },
    { _id: 0, a: [{ b: 1 }, {}] },
  ],
  [
    'a path left out of an array',
    { a: [{ b: 1, c: 2 }, 5] },
    { projection: { 'a.b': 0 } },
    { _id: 0, a: [{ c: 2 }, 5] },
  ],
  ['fields in and out', { a: 1, b: 2 }, { projection: { a: 1, b: 0 } }, fails(31254)],
  ['fields out and in', { a: 1, b: 2 }, { projection: { a: 0, b: 1 } }, fails(31253)],
  ['$slice of the first', { t: [1, 2, 3], a: 1 }, { projection: { t: { $slice: 2 } } }, { _id: 0, t: [1, 2], a: 1 }],
  ['$slice of the last', { t: [1, 2, 3] }, { projection: { t: { $slice: -1 } } }, { _id: 0, t: [3] }],
  ['$slice with a beginning', { t: [1, 2, 3] }, { projection: { t: { $slice: [1, 1] } } }, { _id: 0, t: [2] }],
  [
    '$slice beside a named field',
    { t: [1, 2], a: 1, b: 1 },
    { projection: { a: 1, t: { $slice: 1 } } },
    { _id: 0, t: [1], a: 1 },
  ],
  [
    '$elemMatch shows the first that fits',
    { c: [{ d: 1 }, { d: 2 }, { d: 3 }] },
    { projection: { c: { $elemMatch: { d: { $gt: 1 } } } } },
    { _id: 0, c: [{ d: 2 }] },
  ],
  ['$elemMatch without one that fits', { c: [{ d: 1 }] }, { projection: { c: { $elemMatch: { d: 5 } } } }, { _id: 0 }],
  ['an expression', { a: 2 }, { projection: { b: { $add: ['$a', 1] } } }, { _id: 0, b: 3 }],
  ['a field under another name', { a: 2 }, { projection: { b: '$a' } }, { _id: 0, b: 2 }],
  ['a constant', { a: 2 }, { projection: { b: { $literal: 1 } } }, { _id: 0, b: 1 }],
  ['true and false', { a: 1, b: 2 }, { projection: { a: true, _id: false } }, { a: 1 }],
  ['a missing field', { a: 1 }, { projection: { x: 1 } }, { _id: 0 }],
  [
    '$elemMatch beside a field that is left out',
    { c: [{ d: 1 }, { d: 2 }], a: 1, b: 2 },
    { projection: { a: 0, c: { $elemMatch: { d: 2 } } } },
    { _id: 0, c: [{ d: 2 }], b: 2 },
  ],
  ['an expression beside a field that is left out', { a: 1 }, { projection: { a: 0, b: { $add: [1] } } }, fails(31252)],
  ['an unknown expression', { a: 1 }, { projection: { b: { $unheardOf: 1 } } }, fails(31325)],
  ['two paths, one within the other', { a: { b: 1 } }, { projection: { a: 1, 'a.b': 1 } }, fails(31249)],
];

const shownCases: readonly Case[] = SHOWN.map(([title, before, options, shown]) => ({
  title: `a projection of ${title}`,
  before: [before],
  operation: async (collection) => {
    const [document] = (await find({}, options)(collection)) as Document[];
    return document;
  },
  expected: shown,
}));

const MATCHED: Document = {
  e: 5,
  n: [1, 5, 8],
  a: [{ x: 1 }, { x: 2 }, 5],
  o: 3,
  c: [
    { d: 1, e: 1 },
    { d: 2, e: 3 },
  ],
  m: [8, 9],
};

/** A filter, a projection with the positional `$`, and what is shown of `MATCHED` without its `_id`. */
const POSITIONAL: readonly (readonly [filter: Document, projection: Document, shown: Document])[] = [
  [{ n: 5 }, { 'n.$': 1 }, { n: [5] }],
  [{ n: 5 }, { 'a.$': 1 }, { a: [{ x: 2 }] }],
  [{ n: 5 }, { 'n.$': 1, o: 1 }, { n: [5], o: 3 }],
  [{ n: 5 }, { 'n.$': 1, s: { $add: ['$e', 1] } }, { n: [5], s: 6 }],
  [{ 'c.d': 2 }, { 'c.$': 1 }, { c: [{ d: 2, e: 3 }] }],
  [{ 'c.d': 2 }, { 'c.e.$': 1 }, { c: [{ e: 3 }] }],
  [{ c: { $elemMatch: { d: 2, e: 3 } } }, { 'c.$': 1 }, { c: [{ d: 2, e: 3 }] }],
  [{ n: { $in: [8, 5] } }, { 'n.$': 1 }, { n: [5] }],
  [{ n: { $all: [5, 8] } }, { 'n.$': 1 }, { n: [8] }],
  [{ $and: [{ n: 5 }, { n: 8 }] }, { 'n.$': 1 }, { n: [8] }],
  [{ $and: [{ n: 8 }, { n: 5 }] }, { 'n.$': 1 }, { n: [5] }],
  [{ $or: [{ n: 8 }, { n: 5 }] }, { 'n.$': 1 }, { n: [5] }],
  [{ $or: [{ n: 8 }, { e: 0 }] }, { 'n.$': 1 }, fails(51246)],
  [{ $nor: [{ n: 99 }] }, { 'n.$': 1 }, fails(51246)],
  [{ e: 5 }, { 'o.$': 1 }, { o: 3 }],
  [{ n: 5 }, { 'z.$': 1 }, {}],
  [{ _id: 0 }, { 'a.$': 1 }, fails(51246)],
  [{ e: 5 }, { 'a.$': 1 }, fails(51246)],
  [{}, { 'a.$': 1 }, fails(51246)],
  [{ n: { $size: 3 } }, { 'n.$': 1 }, fails(51246)],
  [{ n: [1, 5, 8] }, { 'n.$': 1 }, fails(51246)],
  [{ n: { $ne: 3 } }, { 'n.$': 1 }, fails(51246)],
  [{ n: { $nin: [3] } }, { 'n.$': 1 }, fails(51246)],
  [{ n: { $not: { $gt: 100 } } }, { 'n.$': 1 }, fails(51246)],
  [{ n: 8 }, { 'm.$': 1 }, fails(51247)],
  [{ n: 5 }, { 'n.$': 1, e: 0 }, fails(31254)],
  [{ n: 5 }, { e: 0, 'n.$': 1 }, fails(31253)],
  [{ n: 5 }, { 'n.$': 0 }, fails(31395)],
  [{ n: 5 }, { 'n.$': { $slice: 1 } }, fails(31271)],
  [{ n: 5, m: 8 }, { 'n.$': 1, 'm.$': 1 }, fails(31276)],
];

const positionalCases: readonly Case[] = POSITIONAL.map(([filter, projection, shown]) => ({
  title: `the positional $: ${JSON.stringify([filter, projection])}`,
  before: [MATCHED],
  operation: async (collection) => {
    const [document] = (await find(filter, { projection: { ...projection, _id: 0 } })(collection)) as Document[];
    return document;
  },
  expected: shown,
}));

/** Options of find, and the `_id` of what comes, in order. */
const ORDERED: readonly (readonly [
  title: string,
  before: readonly Document[],
  options: Document,
  order: readonly number[] | Document,
])[] = [
  [
    'every type upwards',
    KINDS,
    { sort: { a: 1, _id: 1 } },
    [0, 1, 19, 2, 3, 4, 10, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18],
  ],
  [
    'every type downwards',
    KINDS,
    { sort: { a: -1, _id: 1 } },
    [18, 17, 16, 15, 14, 13, 12, 11, 9, 8, 7, 6, 10, 5, 4, 3, 2, 1, 19, 0],
  ],
  [
    'two fields',
    [
      { a: 1, b: 1 },
      { a: 1, b: 2 },
      { a: 0, b: 0 },
    ],
    { sort: { a: 1, b: -1 } },
    [2, 1, 0],
  ],
  ['a path', [{ a: { b: 2 } }, { a: { b: 1 } }, { a: 1 }], { sort: { 'a.b': 1 } }, [2, 1, 0]],
  ['arrays by their least', [{ t: [3, 9] }, { t: [1, 10] }, { t: [2] }], { sort: { t: 1 } }, [1, 2, 0]],
  ['arrays by their greatest', [{ t: [3, 9] }, { t: [1, 10] }, { t: [2] }], { sort: { t: -1 } }, [1, 0, 2]],
  ['capitals before small letters', [{ s: 'a' }, { s: 'B' }, { s: 'ç' }, { s: '' }], { sort: { s: 1 } }, [3, 1, 0, 2]],
  ['skip and limit', [{}, {}, {}, {}], { sort: { _id: 1 }, skip: 1, limit: 2 }, [1, 2]],
  ['a limit of zero is none', [{}, {}], { sort: { _id: 1 }, limit: 0 }, [0, 1]],
  ['a skip beyond the end', [{}, {}], { skip: 5 }, []],
  ['the order of insertion backwards', [{}, {}], { sort: { $natural: -1 } }, [1, 0]],
  ['a negative skip', [{}], { skip: -1 }, fails(51024)],
];

const orderedCases: readonly Case[] = ORDERED.map(([title, before, options, order]) => ({
  title: `find in order: ${title}`,
  before,
  operation: idsOf({}, options),
  expected: order,
}));

const TEXTS: readonly Document[] = [
  'foo',
  'foo\n',
  'Foo bar',
  'ação',
  'AÇÃO',
  '😀',
  'a\u00a0b',
  'p{L}',
  'x\ny',
  'aab',
  'Q.E]',
  '\t',
  new BSONRegExp('(', ''),
  new BSONRegExp('foo$', 'i'),
].map((a) => ({ a }));

/** A regular expression, its options and the `_id` of what it finds among `TEXTS`. */
const EXPRESSION_ROWS: readonly (readonly [pattern: string, options: string, found: readonly number[] | Document])[] = [
  ['foo$', '', [0, 1]],
  ['foo$', 'i', [0, 1, 13]],
  ['^.$', '', [5, 11]],
  ['^x$', '', []],
  ['^x$', 'm', [8]],
  ['^y$', 'm', [8]],
  ['x.y', '', []],
  ['x.y', 's', [8]],
  ['(?s)x.y', '', [8]],
  ['(?i)FOO', '', [0, 1, 2]],
  ['^ação$', 'i', [3, 4]],
  ['f o o # the text', 'x', [0, 1]],
  ['F[o]{2}\\ [ab]', 'x', [2]],
  ['\\Afoo\\z', '', [0]],
  ['\\Afoo\\Z', '', [0, 1]],
  ['\\s', '', [1, 2, 8, 11]],
  ['^\\S+$', '', [0, 1, 3, 4, 5, 6, 7, 9, 10]],
  ['^[\\S\\s]$', '', [5, 11]],
  ['\\h', '', [2, 6, 11]],
  ['\\R', '', [1, 8]],
  ['^\\N$', '', [5, 11]],
  ['^\\p{L}+$', '', [0, 1, 3, 4, 9]],
  ['^\\pL\\PL', '', [6, 7, 8, 10]],
  ['^[[:alpha:]]+$', '', [0, 1, 9]],
  ['[^[:alpha:][:space:]]', '', [3, 4, 5, 6, 7, 10]],
  ['[]]', '', [10]],
  ['^[\\w-]$', '', []],
  ['[-\\w]\\.', '', [10]],
  ['[\\w-.]', '', fails(51091)],
  ['[\\s-x]', '', fails(51091)],
  ['\\x{41}', '', [4]],
  ['\\x41', '', [4]],
  ['\\07', '', []],
  ['\\101', '', fails(238)],
  ['Q\\Q.\\E', '', [10]],
  ['p{', '', [7]],
  ['L}', '', [7]],
  ['E]', '', [10]],
  ['(?#a remark)foo', '', [0, 1]],
  ['(?P<twice>o)(?P=twice)', '', [0, 1, 2]],
  ['(?<twice>o)\\k{twice}', '', [0, 1, 2]],
  ['(?<=f)oo(?!\\n)', '', [0]],
  ['(', '', fails(51091)],
  ['*', '', fails(51091)],
  ['a{2,1}', '', fails(51091)],
  ['[b-a]', '', fails(51091)],
  ['a\\', '', fails(51091)],
  ['\\u00e9', '', fails(51091)],
  ['foo', 'q', fails(51108)],
  ['a++b', '', fails(238)],
  ['(?>a+)b', '', fails(238)],
  ['(?i:foo)', '', fails(238)],
  ['\\Gfoo', '', fails(238)],
];

const expressionCases: readonly Case[] = EXPRESSION_ROWS.map(([pattern, options, expected]) => ({
  title: `the regular expression ${pattern} with "${options}"`,
  before: TEXTS,
  operation: idsOf({ a: { $regex: pattern, $options: options } }),
  expected,
}));

/** The same by an index: what an expression begins with narrows down what is read. */
const indexedExpressionCases: readonly Case[] = expressionCases
  .filter(({ expected }) => Array.isArray(expected))
  .map((given) => ({
    ...given,
    title: `${given.title} by an index`,
    operation: async (collection) => {
      await collection.createIndex({ a: 1 });
      return given.operation(collection);
    },
  }));

/** What is missing of arrays, of arrays within them and of other elements. */
const NESTED: readonly Document[] = [
  { a: [1] },
  { a: [[]] },
  { a: [{}] },
  { a: [[{ b: 1 }]] },
  { a: [] },
  { a: [{ b: 1 }] },
  { a: 1 },
  {},
  { a: [[1]] },
  { a: [null] },
  { a: { 0: { c: 1 } } },
  { a: [[], { b: 1 }] },
];

const NESTED_ROWS: readonly Row[] = [
  [{ 'a.0.b': null }, [2, 5, 6, 7, 10, 11]],
  [{ 'a.0.b': { $in: [null] } }, [2, 5, 6, 7, 10, 11]],
  [{ 'a.0.b': 1 }, [3, 5]],
  [{ 'a.0.b': { $exists: false } }, [0, 1, 2, 4, 6, 7, 8, 9, 10, 11]],
  [{ 'a.0': null }, [2, 5, 6, 7, 9, 11]],
  [{ a: { $elemMatch: { b: null } } }, [1, 2, 3, 8, 11]],
  [{ a: { $elemMatch: { b: { $in: [null] } } } }, [1, 2, 3, 8, 11]],
  [{ a: { $elemMatch: { b: 1 } } }, [5, 11]],
  [{ a: { $elemMatch: { b: { $exists: false } } } }, [1, 2, 3, 8, 11]],
  [{ a: { $elemMatch: { '0.b': 1 } } }, [3]],
  [{ a: { $elemMatch: { 0: 1 } } }, [8]],
];

/** The same by an index, in which an array within an array has no key that says what it lacks. */
const nestedCasesByIndex: readonly Case[] = filterCases(NESTED, NESTED_ROWS, 'nested arrays by an index').map(
  (given) => ({
    ...given,
    operation: async (collection) => {
      await collection.createIndex({ 'a.b': 1 });
      return given.operation(collection);
    },
  }),
);

export const findCases: readonly Case[] = [
  ...expressionCases,
  ...indexedExpressionCases,
  ...filterCases(KINDS, KIND_ROWS, 'kinds'),
  ...filterCases(THINGS, THING_ROWS, 'things'),
  ...filterCases(NESTED, NESTED_ROWS, 'nested arrays'),
  ...nestedCasesByIndex,
  ...shownCases,
  ...positionalCases,
  ...orderedCases,
];
