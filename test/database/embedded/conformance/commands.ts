import { Double, Long, MaxKey, MinKey } from 'bson';
import type { Collection, Document } from 'mongodb';
import { afterwards, type Case, command, fails, idsOf, inTurn, type Operation, TYPED, writeErrors } from './case.ts';

/** What is there, what is done, what it gives. */
type Row = readonly [title: string, before: readonly Document[], operation: Operation, result: unknown];

const insertMany =
  (...documents: Document[]): Operation =>
  async (collection) => {
    for (const document of documents) await collection.insertOne(document as never);
  };
const createIndex =
  (key: Document, options: Document = {}): Operation =>
  (collection) =>
    collection.createIndex(key as never, options);
const bulk = (name: string, field: string, statements: readonly Document[], ordered: boolean): Operation =>
  writeErrors(command(name, { [field]: statements, ordered }, ['n', 'nModified', 'upserted', 'writeErrors']));

const MEBIBYTE = 1024 * 1024;
const LARGE_TEXTS = Array.from({ length: 17 }, (_, at) => String.fromCharCode(97 + at).repeat(MEBIBYTE));

const INSERT: readonly Row[] = [
  [
    'insert keeps every type',
    [],
    afterwards(insertMany({ _id: 1, l: Long.fromNumber(1), d: new Double(1), n: null })),
    [{ _id: 1, l: Long.fromNumber(1), d: new Double(1), n: null }],
  ],
  ['insert puts _id first', [], afterwards(insertMany({ a: 1, _id: 1 })), [{ _id: 1, a: 1 }]],
  [
    'insert of a second _id',
    [{}],
    insertMany({ _id: 0 }),
    fails(11000, { keyPattern: { _id: 1 }, keyValue: { _id: 0 } }),
  ],
  [
    'insert of an _id that is equal as a number',
    [{}],
    insertMany({ _id: new Double(0) }),
    fails(11000, { keyPattern: { _id: 1 }, keyValue: { _id: 0 } }),
  ],
  ['insert with an array as _id', [], insertMany({ _id: [1] }), fails(53)],
  ['insert with a regular expression as _id', [], insertMany({ _id: /x/ }), fails(53)],
  ['insert with a document as _id', [], afterwards(insertMany({ _id: { a: 1 } })), [{ _id: { a: 1 } }]],
  ['insert with null as _id', [], afterwards(command('insert', { documents: [{ _id: null }] }, [])), [{ _id: null }]],
  [
    'insert of fields with dollars and dots',
    [],
    afterwards(insertMany({ _id: 1, 'a.b': 1, c: { $d: 1 } })),
    [{ _id: 1, 'a.b': 1, c: { $d: 1 } }],
  ],
  [
    'an ordered insert stops at its error',
    [{}],
    bulk('insert', 'documents', [{ _id: 1 }, { _id: 0 }, { _id: 2 }], true),
    { n: 1, writeErrors: [{ index: 1, code: 11000 }] },
  ],
  [
    'an unordered insert goes on',
    [{}],
    bulk('insert', 'documents', [{ _id: 1 }, { _id: 0 }, { _id: 2 }, { _id: 0 }], false),
    {
      n: 2,
      writeErrors: [
        { index: 1, code: 11000 },
        { index: 3, code: 11000 },
      ],
    },
  ],
];

const UPDATE: readonly Row[] = [
  [
    'update counts',
    [{ a: 1 }, { a: 1 }, { a: 2 }],
    bulk('update', 'updates', [{ q: { a: 1 }, u: { $set: { b: 1 } }, multi: true }], true),
    { n: 2, nModified: 2 },
  ],
  [
    'update of one',
    [{ a: 1 }, { a: 1 }],
    bulk('update', 'updates', [{ q: { a: 1 }, u: { $set: { b: 1 } } }], true),
    { n: 1, nModified: 1 },
  ],
  [
    'update that changes nothing',
    [{ a: 1 }],
    bulk('update', 'updates', [{ q: {}, u: { $set: { a: 1 } } }], true),
    { n: 1, nModified: 0 },
  ],
  [
    'upsert takes the fields that the filter fixes',
    [],
    afterwards((collection) =>
      collection.updateOne(
        { _id: 1 as never, a: 2, 'b.c': 3, d: { $gt: 1 }, $and: [{ e: { $eq: 4 } }] },
        { $set: { f: 5 } },
        { upsert: true },
      ),
    ),
    [{ _id: 1, a: 2, b: { c: 3 }, e: 4, f: 5 }],
  ],
  [
    'upsert says what it inserted',
    [],
    bulk('update', 'updates', [{ q: { _id: 5 }, u: { $inc: { n: 1 } }, upsert: true }], true),
    { n: 1, nModified: 0, upserted: [{ index: 0, _id: 5 }] },
  ],
  [
    'upsert with $setOnInsert',
    [],
    afterwards((collection) =>
      collection.updateOne({ _id: 1 as never }, { $setOnInsert: { a: 1 }, $set: { b: 2 } }, { upsert: true }),
    ),
    [{ _id: 1, a: 1, b: 2 }],
  ],
  [
    'upsert of a replacement',
    [],
    afterwards((collection) => collection.replaceOne({ _id: 1 as never, a: 9 }, { b: 1 }, { upsert: true })),
    [{ _id: 1, b: 1 }],
  ],
  [
    'upsert by $in of one',
    [],
    afterwards((collection) =>
      collection.updateOne({ _id: 1 as never, a: { $in: [7] } }, { $set: { b: 1 } }, { upsert: true }),
    ),
    [{ _id: 1, a: 7, b: 1 }],
  ],
  [
    'upsert by $all of one',
    [],
    afterwards((collection) =>
      collection.updateOne({ _id: 1 as never, a: { $all: [7] } }, { $set: { b: 1 } }, { upsert: true }),
    ),
    [{ _id: 1, a: 7, b: 1 }],
  ],
  [
    'upsert by $all of several',
    [],
    (collection) => collection.updateOne({ a: { $all: [1, 2] } }, { $set: { b: 1 } }, { upsert: true }),
    fails(54),
  ],
  [
    'upsert by $all of several, for a field that the update sets',
    [],
    (collection) => collection.updateOne({ a: { $all: [1, 2] } }, { $set: { a: 1 } }, { upsert: true }),
    fails(54),
  ],
  [
    'upsert by $all of an $elemMatch',
    [],
    afterwards((collection) =>
      collection.updateOne(
        { _id: 1 as never, a: { $all: [{ $elemMatch: { c: 1 } }] } },
        { $set: { b: 1 } },
        { upsert: true },
      ),
    ),
    [{ _id: 1, b: 1 }],
  ],
  [
    'upsert with a field fixed within another',
    [],
    (collection) => collection.updateOne({ a: 1, 'a.b': 2 }, { $set: { c: 1 } }, { upsert: true }),
    fails(54),
  ],
  [
    'upsert of a replacement, by $all of several',
    [],
    afterwards((collection) =>
      collection.replaceOne({ _id: 1 as never, a: { $all: [1, 2] } }, { b: 1 }, { upsert: true }),
    ),
    [{ _id: 1, b: 1 }],
  ],
  [
    'upsert with a field fixed twice',
    [],
    (collection) => collection.updateOne({ a: 1, $and: [{ a: 2 }] }, { $set: { b: 1 } }, { upsert: true }),
    fails(54),
  ],
  [
    'upsert by a pipeline',
    [],
    afterwards((collection) =>
      collection.updateOne({ _id: 1 as never, a: 2 }, [{ $set: { b: { $add: ['$a', 1] } } }], { upsert: true }),
    ),
    [{ _id: 1, a: 2, b: 3 }],
  ],
  [
    'a replacement keeps _id and nothing else',
    [{ a: 1 }],
    afterwards((collection) => collection.replaceOne({}, { b: 1 })),
    [{ _id: 0, b: 1 }],
  ],
  [
    'a replacement with another _id',
    [{ a: 1 }],
    (collection) => collection.replaceOne({}, { _id: 7 } as never),
    fails(66),
  ],
  [
    'a replacement of many',
    [{ a: 1 }],
    bulk('update', 'updates', [{ q: {}, u: { b: 1 }, multi: true }], true),
    { n: 0, nModified: 0, writeErrors: [{ index: 0, code: 9 }] },
  ],
  [
    'a replacement with an operator in it',
    [{}],
    bulk('update', 'updates', [{ q: {}, u: { a: 1, $set: { b: 1 } } }], true),
    { n: 0, nModified: 0, writeErrors: [{ index: 0, code: 52 }] },
  ],
  [
    'an unordered update goes on',
    [{ a: 1 }],
    bulk(
      'update',
      'updates',
      [
        { q: {}, u: { $inc: { a: 1 } } },
        { q: {}, u: { $unheardOf: { a: 1 } } },
        { q: {}, u: { $inc: { a: 1 } } },
      ],
      false,
    ),
    { n: 2, nModified: 2, writeErrors: [{ index: 1, code: 9 }] },
  ],
  [
    'an update into a taken key',
    [{ a: 1 }, { a: 2 }],
    inTurn(createIndex({ a: 1 }, { unique: true }), (collection) => collection.updateOne({ a: 2 }, { $set: { a: 1 } })),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: 1 } }),
  ],
  ['delete of one', [{}, {}], bulk('delete', 'deletes', [{ q: {}, limit: 1 }], true), { n: 1 }],
  [
    'delete of all',
    [{ a: 1 }, { a: 1 }, { a: 2 }],
    bulk('delete', 'deletes', [{ q: { a: 1 }, limit: 0 }], true),
    { n: 2 },
  ],
  [
    'an upsert by an expression',
    [],
    bulk('update', 'updates', [{ q: { $expr: { $eq: ['$a', 1] } }, u: { $set: { b: 1 } }, upsert: true }], true),
    { n: 0, nModified: 0, writeErrors: [{ index: 0, code: 224 }] },
  ],
  [
    'an update that makes a document too large',
    [{ t: LARGE_TEXTS.slice(0, 15) }],
    bulk('update', 'updates', [{ q: {}, u: { $push: { t: { $each: LARGE_TEXTS.slice(15) } } } }], true),
    { n: 0, nModified: 0, writeErrors: [{ index: 0, code: 17419 }] },
  ],
  ['delete with another limit', [{}], bulk('delete', 'deletes', [{ q: {}, limit: 2 }], true), fails(9)],
];

const findAndModify = (fields: Document): Operation => command('findAndModify', fields, ['value', 'lastErrorObject']);

const FIND_AND_MODIFY: readonly Row[] = [
  [
    'the document before',
    [{ n: 1 }],
    findAndModify({ query: {}, update: { $inc: { n: 1 } } }),
    { value: { _id: 0, n: 1 }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  [
    'the document after',
    [{ n: 1 }],
    findAndModify({ query: {}, update: { $inc: { n: 1 } }, new: true }),
    { value: { _id: 0, n: 2 }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  [
    'the first of a sort',
    [{ n: 1 }, { n: 9 }, { n: 5 }],
    findAndModify({ query: {}, sort: { n: -1 }, update: { $set: { taken: true } }, new: true }),
    { value: { _id: 1, n: 9, taken: true }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  [
    'with a projection',
    [{ n: 1, m: 2 }],
    findAndModify({ query: {}, update: { $inc: { n: 1 } }, fields: { m: 1, _id: 0 } }),
    { value: { m: 2 }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  [
    'with a positional projection',
    [{ t: [1, 5] }],
    findAndModify({ query: { t: 5 }, update: { $set: { 't.$': 9 } }, fields: { 't.$': 1 } }),
    { value: { _id: 0, t: [5] }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  [
    'a positional projection of the document after',
    [{ t: [1, 5] }],
    findAndModify({ query: { t: 5 }, update: { $set: { a: 1 } }, new: true, fields: { 't.$': 1 } }),
    fails(2),
  ],
  [
    'nothing found',
    [{ n: 1 }],
    findAndModify({ query: { n: 5 }, update: { $inc: { n: 1 } } }),
    { value: null, lastErrorObject: { n: 0, updatedExisting: false } },
  ],
  [
    'an upsert, before',
    [],
    findAndModify({ query: { _id: 3 }, update: { $set: { n: 1 } }, upsert: true }),
    { value: null, lastErrorObject: { n: 1, updatedExisting: false, upserted: 3 } },
  ],
  [
    'an upsert, after',
    [],
    findAndModify({ query: { _id: 3 }, update: { $set: { n: 1 } }, upsert: true, new: true }),
    { value: { _id: 3, n: 1 }, lastErrorObject: { n: 1, updatedExisting: false, upserted: 3 } },
  ],
  [
    'a removal',
    [{ n: 1 }, { n: 2 }],
    findAndModify({ query: { n: 2 }, remove: true }),
    { value: { _id: 1, n: 2 }, lastErrorObject: { n: 1 } },
  ],
  [
    'a removal of nothing',
    [{ n: 1 }],
    findAndModify({ query: { n: 2 }, remove: true }),
    { value: null, lastErrorObject: { n: 0 } },
  ],
  [
    'a replacement',
    [{ n: 1 }],
    findAndModify({ query: {}, update: { m: 1 }, new: true }),
    { value: { _id: 0, m: 1 }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  [
    'a pipeline',
    [{ n: 1 }],
    findAndModify({ query: {}, update: [{ $set: { m: { $add: ['$n', 1] } } }], new: true }),
    { value: { _id: 0, n: 1, m: 2 }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  [
    'array filters',
    [{ t: [1, 2] }],
    findAndModify({ query: {}, update: { $set: { 't.$[two]': 9 } }, arrayFilters: [{ two: 2 }], new: true }),
    { value: { _id: 0, t: [1, 9] }, lastErrorObject: { n: 1, updatedExisting: true } },
  ],
  ['an update and a removal', [{}], findAndModify({ query: {}, update: { $set: { a: 1 } }, remove: true }), fails(9)],
  ['neither update nor removal', [{}], findAndModify({ query: {} }), fails(9)],
  ['a removal with new', [{}], findAndModify({ query: {}, remove: true, new: true }), fails(9)],
  [
    'into a taken key',
    [{ a: 1 }, { a: 2 }],
    inTurn(createIndex({ a: 1 }, { unique: true }), findAndModify({ query: { a: 2 }, update: { $set: { a: 1 } } })),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: 1 } }),
  ],
];

const created = (...indexes: Document[]): Operation =>
  command('createIndexes', { indexes }, ['numIndexesBefore', 'numIndexesAfter']);
const SHOWN = ['key', 'name', 'unique', 'sparse', 'expireAfterSeconds'];
const listed: Operation = async (collection) =>
  (await collection.listIndexes().toArray())
    .map((index) => Object.fromEntries(SHOWN.filter((field) => field in index).map((field) => [field, index[field]])))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
const byKey = { key: { a: 1 }, name: 'a_1' };
const unique = { unique: true };
const insertA = (...values: unknown[]): Operation => insertMany(...values.map((a) => (a === undefined ? {} : { a })));
const both =
  (first: Operation, second: Operation): Operation =>
  async (collection) => [await first(collection), await second(collection)];
const counted: Operation = (collection) => collection.countDocuments();

const sorted: Document = { sort: { a: 1, _id: 1 } };

const INDEXES: readonly Row[] = [
  [
    'the ends of the order by an index',
    [{ a: 1 }, {}, { a: 'x' }, { a: [2, 3] }],
    inTurn(created(byKey), idsOf({ a: { $gt: new MinKey(), $lt: new MaxKey() } }, sorted)),
    [1, 0, 3, 2],
  ],
  [
    'the ends of the order beside an index of the documents that have the field',
    [{ a: 1 }, {}, { a: 'x' }],
    inTurn(
      created({ ...byKey, partialFilterExpression: { a: { $exists: true } } }),
      idsOf({ a: { $gte: new MinKey() } }, sorted),
    ),
    [1, 0, 2],
  ],
  [
    'what is no number beside an index of the numbers below 5',
    [{ a: Number.NaN }, { a: 3 }, { a: -1 }],
    inTurn(
      created({ ...byKey, partialFilterExpression: { a: { $lt: 5 } } }),
      both(idsOf({ a: Number.NaN }), idsOf({ a: { $in: [Number.NaN, 3] } })),
    ),
    [[0], [0, 1]],
  ],
  [
    'what is no number beside an index of the numbers up to 5',
    [{ a: Number.NaN }, { a: 3 }],
    inTurn(
      created({ ...byKey, partialFilterExpression: { a: { $lte: 5 } } }),
      both(idsOf({ a: { $lte: Number.NaN } }), idsOf({ a: { $lte: 4 } })),
    ),
    [[0], [1]],
  ],
  [
    'numbers beside an index of what is no number',
    [{ a: Number.NaN }, { a: 3 }],
    inTurn(
      created({ ...byKey, partialFilterExpression: { a: { $gte: Number.NaN } } }),
      both(idsOf({ a: { $gte: 2 } }), idsOf({ a: { $gte: Number.NaN } })),
    ),
    [[1], [0]],
  ],
  [
    'an index is made and listed',
    [{}],
    inTurn(created(byKey), listed),
    [
      { key: { _id: 1 }, name: '_id_' },
      { key: { a: 1 }, name: 'a_1' },
    ],
  ],
  [
    'directions are listed as they were given',
    [{}],
    inTurn(created({ key: { a: 1.5, b: -2 }, name: 'x' }), listed),
    [
      { key: { _id: 1 }, name: '_id_' },
      { key: { a: 1.5, b: -2 }, name: 'x' },
    ],
  ],
  [
    'options are listed',
    [{}],
    inTurn(created({ key: { a: -1, 'b.c': 1 }, name: 'x', unique: true, sparse: true }), listed),
    [
      { key: { _id: 1 }, name: '_id_' },
      { key: { a: -1, 'b.c': 1 }, name: 'x', unique: true, sparse: true },
    ],
  ],
  [
    'counts before and after',
    [{}],
    created(byKey, { key: { b: 1 }, name: 'b_1' }),
    { numIndexesBefore: 1, numIndexesAfter: 3 },
  ],
  ['the same index again', [{}], inTurn(created(byKey), created(byKey)), { numIndexesBefore: 2, numIndexesAfter: 2 }],
  ['the same key under another name', [{}], inTurn(created(byKey), created({ ...byKey, name: 'other' })), fails(85)],
  ['the same name for another key', [{}], inTurn(created(byKey), created({ key: { b: 1 }, name: 'a_1' })), fails(86)],
  [
    'the same name and key with other options',
    [{}],
    inTurn(created(byKey), created({ ...byKey, unique: true })),
    fails(86),
  ],
  [
    'the same name and key with another time to live',
    [{}],
    inTurn(created({ ...byKey, expireAfterSeconds: 1 }), created({ ...byKey, expireAfterSeconds: 2 })),
    fails(85),
  ],
  ['an empty key', [{}], created({ key: {}, name: 'x' }), fails(67)],
  ['a direction of zero', [{}], created({ key: { a: 0 }, name: 'x' }), fails(67)],
  ['an unknown kind', [{}], created({ key: { a: 'unheardOf' }, name: 'x' }), fails(67)],
  ['no name', [{}], created({ key: { a: 1 } }), fails(9)],
  ['no index at all', [{}], created(), fails(2)],
  [
    'a unique key over data that breaks it',
    [{ a: 1 }, { a: 1 }],
    created({ ...byKey, unique: true }),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: 1 } }),
  ],
  [
    'after a build that failed there is no index',
    [{ a: 1 }, { a: 1 }],
    inTurn((collection) => created({ ...byKey, unique: true })(collection).catch(() => null), listed),
    [{ key: { _id: 1 }, name: '_id_' }],
  ],
  [
    'a unique key takes missing for null',
    [],
    inTurn(createIndex({ a: 1 }, unique), insertA(undefined, null)),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: null } }),
  ],
  [
    'a unique key refuses an equal number of another type',
    [{ a: 1 }],
    inTurn(createIndex({ a: 1 }, unique), insertA(new Double(1))),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: 1 } }),
  ],
  [
    'a unique key of an array refuses each element',
    [{ a: [1, 2] }],
    inTurn(createIndex({ a: 1 }, unique), insertA(2)),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: 2 } }),
  ],
  [
    'a unique key allows an element twice in one document',
    [],
    inTurn(createIndex({ a: 1 }, unique), insertA([1, 1]), counted),
    1,
  ],
  [
    'a sparse unique key leaves out what lacks it',
    [],
    inTurn(createIndex({ a: 1 }, { unique: true, sparse: true }), insertA(undefined, undefined, 1), counted),
    3,
  ],
  [
    'a sparse unique key holds null',
    [],
    inTurn(createIndex({ a: 1 }, { unique: true, sparse: true }), insertA(null, null)),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: null } }),
  ],
  [
    'a partial unique key holds what its filter finds',
    [],
    inTurn(
      createIndex({ a: 1 }, { unique: true, partialFilterExpression: { on: true } }),
      insertMany({ a: 1, on: true }, { a: 1, on: false }, { a: 1 }),
      counted,
    ),
    3,
  ],
  [
    'a partial unique key refuses within its filter',
    [{ a: 1, on: true }],
    inTurn(
      createIndex({ a: 1 }, { unique: true, partialFilterExpression: { on: true } }),
      insertMany({ a: 1, on: true }),
    ),
    fails(11000, { keyPattern: { a: 1 }, keyValue: { a: 1 } }),
  ],
  [
    'a compound unique key',
    [{ a: 1, b: 1 }],
    inTurn(createIndex({ a: 1, b: 1 }, unique), insertMany({ a: 1, b: 2 }, { a: 1, b: 1 })),
    fails(11000, { keyPattern: { a: 1, b: 1 }, keyValue: { a: 1, b: 1 } }),
  ],
  [
    'two arrays in one compound key',
    [],
    inTurn(createIndex({ a: 1, b: 1 }), insertMany({ a: [1], b: [2] })),
    fails(171),
  ],
  [
    'an index is dropped by its name',
    [{}],
    inTurn(created(byKey), command('dropIndexes', { index: 'a_1' }, ['nIndexesWas'])),
    { nIndexesWas: 2 },
  ],
  [
    'an index is dropped by its key',
    [{}],
    inTurn(created(byKey), command('dropIndexes', { index: { a: 1 } }, ['nIndexesWas']), listed),
    [{ key: { _id: 1 }, name: '_id_' }],
  ],
  [
    'all are dropped but that of _id',
    [{}],
    inTurn(created(byKey, { key: { b: 1 }, name: 'b_1' }), command('dropIndexes', { index: '*' }, []), listed),
    [{ key: { _id: 1 }, name: '_id_' }],
  ],
  ['an index that is not there is dropped', [{}], command('dropIndexes', { index: 'none' }, []), fails(27)],
  ['the index of _id is dropped', [{}], command('dropIndexes', { index: '_id_' }, []), fails(72)],
  ['an index of no collection is dropped', [], command('dropIndexes', { index: 'a_1' }, []), fails(26)],
  ['the indexes of no collection', [], listed, fails(26)],
  ['a hint that names no index', [{}], (collection) => collection.find().hint('none').toArray(), fails(2)],
  [
    'a hint by name',
    [{ a: 1 }],
    inTurn(created(byKey), (collection) => collection.find({ a: 1 }, TYPED).hint('a_1').toArray()),
    [{ _id: 0, a: 1 }],
  ],
  ['a time to live below zero', [{}], created({ ...byKey, expireAfterSeconds: -1 }), fails(67)],
  [
    'a time to live of a compound key',
    [{}],
    created({ key: { a: 1, b: 1 }, name: 'x', expireAfterSeconds: 1 }),
    fails(67),
  ],
  ['a time to live of _id', [{}], created({ key: { _id: 1 }, name: '_id_', expireAfterSeconds: 1 }), fails(197)],
  [
    'the time to live is changed',
    [{}],
    inTurn(
      created({ ...byKey, expireAfterSeconds: 5 }),
      command('collMod', { index: { name: 'a_1', expireAfterSeconds: 9 } }, []),
      listed,
    ),
    [
      { key: { _id: 1 }, name: '_id_' },
      { key: { a: 1 }, name: 'a_1', expireAfterSeconds: 9 },
    ],
  ],
  [
    'collMod of an index that is not there',
    [{}],
    command('collMod', { index: { name: 'none', expireAfterSeconds: 9 } }, []),
    fails(27),
  ],
  [
    'collMod of no collection',
    [],
    command('collMod', { index: { name: 'none', expireAfterSeconds: 9 } }, []),
    fails(26),
  ],
];

/** Batches of a find, each by the number of its documents. */
const batches =
  (first: Document, next: Document): Operation =>
  async (collection) => {
    const sizes: number[] = [];
    let { cursor } = await collection.db.command({ find: collection.collectionName, ...first });
    sizes.push(cursor.firstBatch.length);
    while (Long.fromValue(cursor.id).toNumber() !== 0 && sizes.length < 10) {
      const given = { getMore: Long.fromValue(cursor.id), collection: collection.collectionName, ...next };
      ({ cursor } = await collection.db.command(given));
      sizes.push(cursor.nextBatch.length);
    }
    return sizes;
  };
const openCursor = async (collection: Collection): Promise<Long> => {
  const { cursor } = await collection.db.command({ find: collection.collectionName, batchSize: 1 });
  return Long.fromValue(cursor.id);
};
const FIVE = [{}, {}, {}, {}, {}];

const CURSORS: readonly Row[] = [
  ['batches', FIVE, batches({ batchSize: 2 }, { batchSize: 2 }), [2, 2, 1]],
  ['a first batch of none', FIVE, batches({ batchSize: 0 }, {}), [0, 5]],
  ['all that is left', FIVE, batches({ batchSize: 1 }, {}), [1, 4]],
  ['a single batch', FIVE, batches({ batchSize: 2, singleBatch: true }, {}), [2]],
  ['a limit within a batch', FIVE, batches({ batchSize: 2, limit: 3 }, { batchSize: 2 }), [2, 1]],
  ['a batch size below zero', FIVE, batches({ batchSize: -1 }, {}), fails(51024)],
  [
    'a cursor that is not there',
    FIVE,
    (collection) => collection.db.command({ getMore: Long.fromNumber(12345), collection: collection.collectionName }),
    fails(43),
  ],
  [
    'a cursor of another collection',
    FIVE,
    async (collection) => collection.db.command({ getMore: await openCursor(collection), collection: 'other' }),
    fails(13),
  ],
  [
    'a cursor that was killed',
    FIVE,
    async (collection) => {
      const id = await openCursor(collection);
      await collection.db.command({ killCursors: collection.collectionName, cursors: [id] });
      return collection.db.command({ getMore: id, collection: collection.collectionName });
    },
    fails(43),
  ],
  [
    'cursors that are killed and not found',
    FIVE,
    async (collection) => {
      const reply = await collection.db.command({
        killCursors: collection.collectionName,
        cursors: [await openCursor(collection), Long.fromNumber(5)],
      });
      return [reply.cursorsKilled.length, reply.cursorsNotFound.length];
    },
    [1, 1],
  ],
  [
    'an aggregation in batches',
    FIVE,
    async (collection) => (await collection.aggregate([{ $match: {} }], { batchSize: 2 }).toArray()).length,
    5,
  ],
  [
    'a tailable cursor',
    FIVE,
    (collection) => collection.db.command({ find: collection.collectionName, tailable: true }),
    fails(2),
  ],
];

const onDatabase =
  (build: (name: string) => Document, wanted: readonly string[]): Operation =>
  async (collection) => {
    const reply = await collection.db.command(build(collection.collectionName));
    return Object.fromEntries(wanted.map((field) => [field, Number(reply[field])]));
  };

const COMMANDS: readonly Row[] = [
  ['an unknown command', [], onDatabase(() => ({ unheardOf: 1 }), []), fails(59)],
  ['find in an empty name', [], onDatabase(() => ({ find: '' }), []), fails(73)],
  ['find in what is no name', [], onDatabase(() => ({ find: 1 }), []), fails(73)],
  ['find by what is no document', [{}], onDatabase((find) => ({ find, filter: 1 }), []), fails(14)],
  ['insert without documents', [], onDatabase((insert) => ({ insert }), []), fails(40414)],
  ['aggregate without a cursor', [{}], onDatabase((name) => ({ aggregate: name, pipeline: [] }), []), fails(9)],
  [
    'aggregate by what is no pipeline',
    [{}],
    onDatabase((name) => ({ aggregate: name, pipeline: 1, cursor: {} }), []),
    fails(14),
  ],
  ['count', [{ a: 1 }, { a: 2 }, { a: 2 }], onDatabase((count) => ({ count, query: { a: 2 } }), ['n']), { n: 2 }],
  ['count with skip and limit', [{}, {}, {}], onDatabase((count) => ({ count, skip: 1, limit: 1 }), ['n']), { n: 1 }],
  ['count of no collection', [], onDatabase((count) => ({ count }), ['n']), { n: 0 }],
  [
    'distinct',
    [{ a: 1 }, { a: [2, 1] }, { a: new Double(2) }, {}],
    (collection) => collection.distinct('a').then((values) => values.sort()),
    [1, 2],
  ],
  ['distinct within a filter', [{ a: 1, b: 1 }, { a: 2 }], (collection) => collection.distinct('a', { b: 1 }), [1]],
  [
    'distinct of more than an answer holds',
    LARGE_TEXTS.map((a) => ({ a })),
    (collection) => collection.distinct('a'),
    fails(17217),
  ],
  ['distinct of no collection', [], (collection) => collection.distinct('a'), []],
  ['distinct of what is no text', [{}], onDatabase((distinct) => ({ distinct, key: 1 }), []), fails(14)],
  ['drop of no collection', [], onDatabase((drop) => ({ drop }), ['ok']), { ok: 1 }],
  [
    'drop',
    [{}],
    inTurn(
      onDatabase((drop) => ({ drop }), []),
      counted,
    ),
    0,
  ],
  ['create of what is there already', [{}], onDatabase((create) => ({ create }), ['ok']), { ok: 1 }],
  ['rename of no collection', [], (collection) => collection.rename(`${collection.collectionName}_new`), fails(26)],
  [
    'statistics of a collection',
    [{}, {}],
    onDatabase((collStats) => ({ collStats }), ['count', 'nindexes']),
    { count: 2, nindexes: 1 },
  ],
  ['a change stream', [{}], (collection) => collection.aggregate([{ $changeStream: {} }]).toArray(), fails(40573)],
  ['create of a collection of the system', [], onDatabase(() => ({ create: 'system.x' }), []), fails(73)],
  ['$sampleRate', [{}], (collection) => collection.find({ $sampleRate: 0.5 }).toArray(), fails(238)],
  ['$where', [{}], (collection) => collection.find({ $where: 'true' }).toArray(), fails(238)],
];

function cases(rows: readonly Row[]): readonly Case[] {
  return rows.map(([title, before, operation, result]) => ({
    title,
    before,
    operation,
    expected: result,
  }));
}

export const insertCases = cases(INSERT);
export const updateCases = cases(UPDATE);
export const findAndModifyCases = cases(FIND_AND_MODIFY);
export const indexCases = cases(INDEXES);
export const cursorCases = cases(CURSORS);
export const commandCases = cases(COMMANDS);
