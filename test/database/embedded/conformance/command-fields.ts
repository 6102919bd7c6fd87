import { Double, Long } from 'bson';
import type { Document } from 'mongodb';
import { type Case, fails, type Operation } from './case.ts';

/** What a command may be given: fields that are unknown, missing, of the wrong kind or out of their range. */

type Row = readonly [title: string, fields: Document, result: unknown];

/** The documents that are there. */
const TWO = [{ a: 1 }, { a: 2 }];

/** Commands on the collection, whose name is the value of the first field. Only the fields of `shown` count. */
function onCollection(name: string, shown: readonly string[], rows: readonly Row[]): readonly Case[] {
  return rows.map(([title, fields, expected]) => ({
    title: `${name} with ${title}`,
    before: TWO,
    operation: runs((collection) => ({ [name]: collection, ...fields }), shown),
    expected,
  }));
}

function runs(
  build: (collection: string, database: string) => Document,
  shown: readonly string[] = ['ok'],
  onAdmin = false,
): Operation {
  return async (collection) => {
    const database = onAdmin ? collection.db.admin() : collection.db;
    const reply = await database.command(build(collection.collectionName, collection.db.databaseName));
    if (reply.cursor) return reply.cursor.firstBatch;
    const errors = (reply.writeErrors ?? []) as Document[];
    return errors.length > 0
      ? errors.map(({ code }) => ({ code }))
      : Object.fromEntries(shown.filter((field) => field in reply).map((field) => [field, reply[field]]));
  };
}

const unknown: Row = ['an unknown field', { foo: 1 }, fails(40415)];
const lateWrites: readonly Row[] = [
  ['w of five servers', { writeConcern: { w: 5 } }, fails(2)],
  ['w below zero', { writeConcern: { w: -1 } }, fails(9)],
  ['w of too many servers', { writeConcern: { w: 51 } }, fails(9)],
  ['w that is a tag', { writeConcern: { w: 'near' } }, fails(2)],
  ['w that is a switch', { writeConcern: { w: true } }, fails(9)],
  ['j that is a text', { writeConcern: { j: 'x' } }, fails(14)],
  ['wtimeout that is a text', { writeConcern: { wtimeout: 'x' } }, fails(9)],
  ['j and fsync', { writeConcern: { j: true, fsync: true } }, fails(9)],
  ['an unknown field of writeConcern', { writeConcern: { foo: 1 } }, fails(40415)],
  ['a writeConcern that is a number', { writeConcern: 1 }, fails(14)],
  ['a read concern that is none of a write', { readConcern: { level: 'majority' } }, fails(72)],
];
const limits: readonly Row[] = [
  ['a time limit below zero', { maxTimeMS: -1 }, fails(2)],
  ['a time limit with a fraction', { maxTimeMS: 1.5 }, fails(2)],
  ['a time limit without end', { maxTimeMS: Number.POSITIVE_INFINITY }, fails(2)],
  ['a time limit that is a text', { maxTimeMS: 'x' }, fails(2)],
];
const readConcerns: readonly Row[] = [
  ['a read concern of copies', { readConcern: { level: 'snapshot' } }, fails(123)],
  ['an unknown read concern', { readConcern: { level: 'x' } }, fails(9)],
  ['a read concern that is a number', { readConcern: { level: 1 } }, fails(14)],
  ['an unknown field of readConcern', { readConcern: { foo: 1 } }, fails(72)],
  ['a write concern that is none of a read', { writeConcern: { w: 1 } }, fails(72)],
];

const both = [
  { _id: 0, a: 1 },
  { _id: 1, a: 2 },
];
const isOne = { $expr: { $eq: ['$a', '$$one'] } };

const FIND = onCollection('find', [], [
  unknown,
  ...limits,
  ...readConcerns,
  ['a variable', { let: { one: 1 }, filter: isOne }, [{ _id: 0, a: 1 }]],
  ['a variable that is calculated', { let: { one: { $add: [1, 1] } }, filter: isOne }, [{ _id: 1, a: 2 }]],
  ['a variable that is an operator as it stands', { let: { one: { $literal: '$a' } }, filter: isOne }, []],
  [
    'a variable in the projection',
    { let: { one: 5 }, limit: 1, projection: { five: '$$one' } },
    [{ _id: 0, five: 5 }],
  ],
  ['a variable that reads a field', { let: { one: '$a' } }, fails(4890500)],
  ['a variable in capitals', { let: { One: 1 } }, fails(9)],
  ['variables that are a number', { let: 1 }, fails(14)],
  ['a lower bound', { min: { a: 1 }, hint: { a: 1 } }, fails(238)],
  ['an upper bound', { max: { a: 1 }, hint: { a: 1 } }, fails(238)],
  ['the key alone', { returnKey: true }, fails(238)],
  ['the number of the record', { showRecordId: true }, fails(238)],
  ['switches that are off', { returnKey: false, showRecordId: false, tailable: false }, both],
  ['a collation', { collation: { locale: 'pt' } }, fails(238)],
  ['a waiting cursor that is not tailable', { awaitData: true }, fails(9)],
  ['skip below zero', { skip: -1 }, fails(51024)],
  ['skip that is a text', { skip: 'x' }, fails(14)],
  ['limit below zero', { limit: -1 }, fails(51024)],
  ['limit that is a text', { limit: 'x' }, fails(14)],
  ['limit with a fraction', { limit: 1.5 }, [{ _id: 0, a: 1 }]],
  ['batchSize that is a text', { batchSize: 'x' }, fails(14)],
  ['batchSize with a fraction', { batchSize: 1.5 }, [{ _id: 0, a: 1 }]],
  ['singleBatch that is a text', { singleBatch: 'x' }, fails(14)],
  ['a hint that is a number', { hint: 1 }, fails(9)],
  ['a filter that is a list', { filter: [] }, fails(14)],
  ['a projection that is a number', { projection: 1 }, fails(14)],
  ['a projection without a name', { projection: { '': 1 } }, fails(40352)],
  ['a projection that ends in a dot', { projection: { 'a.': 1 } }, fails(40353)],
  ['a projection that begins with a dot', { projection: { '.a': 1 } }, fails(15998)],
  ['an exclusion without a name', { projection: { '': 0 } }, fails(40352)],
  ['a projection of an operator', { projection: { $a: 1 } }, fails(16410)],
  ['a projection of an operator within', { projection: { 'a.$b': 1 } }, fails(16410)],
  ['a positional projection in the middle', { projection: { 'a.$.b': 1 } }, fails(31394)],
  ['two positional projections', { filter: { a: 1 }, projection: { 'a.$': 1, 'b.$': 1 } }, fails(31276)],
  ['a sort that is a number', { sort: 1 }, fails(14)],
  ['a sort by zero', { sort: { a: 0 } }, fails(15975)],
  ['a sort by a text', { sort: { a: '1' } }, fails(15974)],
  ['a sort by a switch', { sort: { a: true } }, fails(15974)],
  ['a sort by an int64', { sort: { a: Long.fromNumber(1) } }, both],
  ['a sort without a name', { sort: { '': 1 } }, fails(40352)],
  ['a sort that ends in a dot', { sort: { 'a.': 1 } }, fails(40353)],
  ['a natural sort of two', { sort: { $natural: 2 } }, fails(2)],
  ['a natural sort and another', { sort: { $natural: 1, a: 1 } }, fails(2)],
  ['null for what may be missing', { filter: null, sort: null, limit: null, projection: null }, both],
  ['a comment', { comment: { any: 'thing' }, maxTimeMS: 5000, $readPreference: { mode: 'primary' } }, both],
  ['a version of the interface that is not there', { apiVersion: '2' }, fails(322)],
]); // biome-ignore format: one row of the table a line

const AGGREGATE = onCollection(
  'aggregate',
  [],
  (
    [
      unknown,
      ...limits,
      ['a cursor that is a number', { cursor: 1 }, fails(14)],
      ['an unknown field of cursor', { cursor: { foo: 1 } }, fails(40415)],
      ['a batchSize below zero', { cursor: { batchSize: -1 } }, fails(51024)],
      ['a batchSize that is a text', { cursor: { batchSize: 'x' } }, fails(14)],
      ['a collation', { collation: { locale: 'pt' } }, fails(238)],
    ] satisfies Row[]
  ).map(([title, fields, expected]): Row => [title, { pipeline: [], cursor: {}, ...fields }, expected]),
);

const COUNT = onCollection('count', ['n'], [
  unknown,
  ['a query that is a number', { query: 1 }, fails(14)],
  ['limit that is a text', { limit: 'x' }, fails(2)],
  ['limit below zero', { limit: -1 }, { n: 1 }],
  ['limit with a fraction', { limit: 1.5 }, fails(9)],
  ['skip below zero', { skip: -1 }, fails(9)],
  ['a hint that names no index', { hint: 'none' }, fails(2)],
  ['a collation', { collation: { locale: 'pt' } }, fails(238)],
]); // biome-ignore format: one row of the table a line

const DISTINCT = onCollection('distinct', ['values'], [
  ['no key', {}, fails(40414)],
  ['an empty key', { key: '' }, fails(40352)],
  ['a key that ends in a dot', { key: 'a.' }, fails(40353)],
  ['a key with a zero in it', { key: 'a\0' }, fails(31032)],
  ['an unknown field', { key: 'a', foo: 1 }, fails(40415)],
  ['a query that is a number', { key: 'a', query: 1 }, fails(14)],
]); // biome-ignore format: one row of the table a line

const INSERT = onCollection(
  'insert',
  ['n'],
  (
    [
      unknown,
      ...lateWrites,
      ...limits,
      ['the majority of servers', { writeConcern: { w: 'majority', j: true } }, { n: 1 }],
      ['an empty writeConcern', { writeConcern: {} }, { n: 1 }],
      ['documents that are a number', { documents: 1 }, fails(14)],
      ['a document that is a number', { documents: [1] }, fails(14)],
      ['no document at all', { documents: [] }, fails(16)],
      ['ordered that is a number', { ordered: 1 }, fails(14)],
      ['an _id with an operator in it', { documents: [{ _id: { $a: 1 } }] }, [{ code: 52 }]],
      ['an _id with an operator further in', { documents: [{ _id: { a: { $b: 1 } } }] }, { n: 1 }],
    ] satisfies Row[]
  ).map(([title, fields, expected]): Row => [title, { documents: [{ _id: 9 }], ...fields }, expected]),
);

const sets = { q: {}, u: { $set: { b: 1 } } };
const UPDATE = onCollection('update', ['n'], [
  ['an unknown field', { updates: [sets], foo: 1 }, fails(40415)],
  ['w of five servers', { updates: [sets], writeConcern: { w: 5 } }, fails(2)],
  ['no updates', {}, fails(40414)],
  ['updates that are a number', { updates: 1 }, fails(14)],
  ['an update that is a number', { updates: [1] }, fails(14)],
  ['no update at all', { updates: [] }, fails(16)],
  ['an update without a filter', { updates: [{ u: {} }] }, fails(40414)],
  ['an update without a change', { updates: [{ q: {} }] }, fails(40414)],
  ['a filter that is a number', { updates: [{ ...sets, q: 1 }] }, fails(14)],
  ['a change that is a number', { updates: [{ ...sets, u: 1 }] }, fails(9)],
  ['an unknown field of a statement', { updates: [{ ...sets, foo: 1 }] }, fails(40415)],
  ['an unknown field of the second statement', { updates: [sets, { ...sets, foo: 1 }] }, fails(40415)],
  ['multi that is a number', { updates: [{ ...sets, multi: 1 }] }, fails(14)],
  ['upsert that is a number', { updates: [{ ...sets, upsert: 1 }] }, fails(14)],
  ['array filters that are a number', { updates: [{ ...sets, arrayFilters: 1 }] }, fails(14)],
  ['a hint that is a number', { updates: [{ ...sets, hint: 1 }] }, fails(9)],
  ['array filters for a pipeline', { updates: [{ q: {}, u: [], arrayFilters: [{ x: 1 }] }] }, [{ code: 9 }]],
  ['a sort of many', { updates: [{ ...sets, multi: true, sort: { a: 1 } }] }, [{ code: 9 }]],
  ['a sort of one', { updates: [{ ...sets, sort: { a: -1 } }] }, { n: 1 }],
  ['constants for operators', { updates: [{ ...sets, c: { x: 1 } }] }, [{ code: 51198 }]],
  ['constants for a pipeline', { updates: [{ q: {}, u: [{ $set: { b: '$$x' } }], c: { x: 1 } }] }, { n: 1 }],
  ['a variable', { let: { one: 1 }, updates: [{ ...sets, q: isOne, multi: true }] }, { n: 1 }],
  ['a stage that there is not', { updates: [{ q: {}, u: [{ $foo: 1 }] }] }, [{ code: 40324 }]],
  ['a stage that changes no document', { updates: [{ q: {}, u: [{ $match: {} }] }] }, [{ code: 72 }]],
]); // biome-ignore format: one row of the table a line

const DELETE = onCollection('delete', ['n'], [
  ['an unknown field', { deletes: [{ q: {}, limit: 1 }], foo: 1 }, fails(40415)],
  ['no deletes', {}, fails(40414)],
  ['a delete without a filter', { deletes: [{ limit: 1 }] }, fails(40414)],
  ['a delete without a limit', { deletes: [{ q: {} }] }, fails(40414)],
  ['a limit that is a text', { deletes: [{ q: {}, limit: 'x' }] }, fails(9)],
  ['a limit of one, as a double', { deletes: [{ q: {}, limit: new Double(1) }] }, { n: 1 }],
  ['an unknown field of a statement', { deletes: [{ q: {}, limit: 1, foo: 1 }] }, fails(40415)],
  ['a hint that names no index', { deletes: [{ q: {}, limit: 1, hint: 'none' }] }, [{ code: 2 }]],
  ['a variable', { let: { one: 1 }, deletes: [{ q: isOne, limit: 0 }] }, { n: 1 }],
]); // biome-ignore format: one row of the table a line

const change = { update: { $set: { b: 1 } } };
const FIND_AND_MODIFY = onCollection('findAndModify', ['value'], [
  ['an unknown field', { ...change, foo: 1 }, fails(40415)],
  ['a change that is a number', { update: 1 }, fails(9)],
  ['a removal that inserts', { remove: true, upsert: true }, fails(9)],
  ['a removal with array filters', { remove: true, arrayFilters: [] }, fails(9)],
  ['new that is a text', { ...change, new: 'x' }, fails(14)],
  ['a query that is a number', { ...change, query: 1 }, fails(14)],
  ['a sort that is a number', { ...change, sort: 1 }, fails(14)],
  ['a sort by zero', { ...change, sort: { a: 0 } }, fails(15975)],
  ['a projection without a name', { ...change, fields: { '': 1 } }, fails(40352)],
  ['a hint that is a number', { ...change, hint: 1 }, fails(9)],
  ['array filters for a pipeline', { update: [], arrayFilters: [{ x: 1 }] }, fails(9)],
  ['w of five servers', { ...change, writeConcern: { w: 5 } }, fails(2)],
  ['a variable', { ...change, let: { one: 2 }, query: isOne }, { value: { _id: 1, a: 2 } }],
]); // biome-ignore format: one row of the table a line

const indexed = (specification: Document): Document => ({
  indexes: [{ key: { a: 1 }, name: 'a_1', ...specification }],
});
const partial = (partialFilterExpression: unknown): Document => indexed({ partialFilterExpression });
const made = { numIndexesAfter: 2 };
const INDEXES = onCollection('createIndexes', ['numIndexesAfter'], [
  ['an unknown field', { ...indexed({}), foo: 1 }, fails(40415)],
  ['w of five servers', { ...indexed({}), writeConcern: { w: 5 } }, fails(2)],
  ['a quorum', { ...indexed({}), commitQuorum: 1 }, fails(2)],
  ['no indexes', {}, fails(40414)],
  ['indexes that are a number', { indexes: 1 }, fails(14)],
  ['an index that is a number', { indexes: [1] }, fails(14)],
  ['an unknown option', indexed({ foo: 1 }), fails(197)],
  ['a hidden index', indexed({ hidden: true }), fails(238)],
  ['an index that is not hidden', indexed({ hidden: false }), made],
  ['an index that is going to be unique', indexed({ prepareUnique: true }), fails(238)],
  ['a clustered index', indexed({ clustered: true }), fails(238)],
  ['weights', indexed({ weights: { a: 1 } }), fails(67)],
  ['a projection of a wildcard index', indexed({ wildcardProjection: { a: 1 } }), fails(2)],
  ['options of the storage', indexed({ storageEngine: { x: {} } }), fails(238)],
  ['a collation', indexed({ collation: { locale: 'pt' } }), fails(238)],
  ['version 7', indexed({ v: 7 }), fails(67)],
  ['version 1', indexed({ v: 1 }), fails(238)],
  ['version 2', indexed({ v: 2 }), made],
  ['a version that is a text', indexed({ v: 'x' }), fails(14)],
  ['sparse that is a text', indexed({ sparse: 'x' }), fails(14)],
  ['unique that is a text', indexed({ unique: 'x' }), fails(14)],
  ['unique that is a number', indexed({ unique: 1 }), made],
  ['an index built in the background', indexed({ background: true }), made],
  ['a filter that is a number', partial(1), fails(14)],
  ['a filter by a regular expression', partial({ a: /x/ }), fails(67)],
  ['a filter by $regex', partial({ a: { $regex: 'x' } }), fails(67)],
  ['a filter by $nor', partial({ $nor: [{ a: 1 }] }), fails(67)],
  ['a filter by $ne', partial({ a: { $ne: 1 } }), fails(67)],
  ['a filter by $not', partial({ a: { $not: { $eq: 1 } } }), fails(67)],
  ['a filter by what is missing', partial({ a: { $exists: false } }), fails(67)],
  ['a filter by elements', partial({ a: { $elemMatch: { b: 1 } } }), fails(67)],
  ['a filter by what is there', partial({ a: { $exists: true } }), made],
  ['a filter by $in', partial({ a: { $in: [1] } }), made],
  ['a filter by $or', partial({ $or: [{ a: 1 }, { b: { $gt: 1 } }] }), made],
  ['a filter by what there is not', partial({ $foo: 1 }), fails(2)],
  ['a filter and sparse', indexed({ partialFilterExpression: { a: 1 }, sparse: true }), fails(67)],
  ['a time to live that is a text', indexed({ expireAfterSeconds: 'x' }), fails(14)],
  ['a time to live that is no number', indexed({ expireAfterSeconds: Number.NaN }), fails(67)],
  ['a time to live of ages', indexed({ expireAfterSeconds: 1e12 }), fails(67)],
  ['a name that is a number', indexed({ name: 1 }), fails(14)],
  ['an empty name', indexed({ name: '' }), fails(67)],
  ['a name that means all', indexed({ name: '*' }), fails(2)],
  ['a key that is a number', indexed({ key: 1 }), fails(14)],
  ['a direction that is a switch', indexed({ key: { a: true } }), fails(67)],
  ['an empty direction', indexed({ key: { a: '' } }), fails(67)],
  ['a text index', indexed({ key: { a: 'text' } }), fails(238)],
  ['an index of places', indexed({ key: { a: '2dsphere' } }), fails(238)],
  ['an index of flat places', indexed({ key: { a: '2d' } }), fails(238)],
  ['a hashed index', indexed({ key: { a: 'hashed' } }), fails(238)],
  ['a wildcard index', indexed({ key: { '$**': 1 } }), fails(238)],
  ['a key without a name', indexed({ key: { '': 1 } }), fails(67)],
  ['a key that ends in a dot', indexed({ key: { 'a.': 1 } }), fails(67)],
  ['a key of an operator', indexed({ key: { $a: 1 } }), fails(67)],
  ['a key within a reference', indexed({ key: { 'a.$id': 1 } }), made],
  ['a unique index of _id', indexed({ key: { _id: 1 }, name: '_id_', unique: true }), fails(197)],
  ['the index of _id by another name', indexed({ key: { _id: 1 } }), { numIndexesAfter: 1 }],
  ['the same index twice', { indexes: [{ key: { a: 1 }, name: 'x' }, { key: { a: 1 }, name: 'x' }] }, fails(68)],
  ['a name for two keys', { indexes: [{ key: { a: 1 }, name: 'x' }, { key: { b: 1 }, name: 'x' }] }, fails(86)],
  ['two names for a key', { indexes: [{ key: { a: 1 }, name: 'x' }, { key: { a: 1 }, name: 'y' }] }, fails(85)],
]); // biome-ignore format: one row of the table a line

const OTHER_INDEXES = [
  ...onCollection('dropIndexes', ['nIndexesWas'], [
    ['no index', {}, fails(40414)],
    ['an index that is a number', { index: 1 }, fails(14)],
    ['a list with a number', { index: ['a_1', 1] }, fails(14)],
    ['an unknown field', { index: '*', foo: 1 }, fails(40415)],
    ['an empty list', { index: [] }, { nIndexesWas: 1 }],
    ['the index of _id in a list', { index: ['_id_'] }, fails(72)],
  ]),
  ...onCollection('listIndexes', [], [unknown, ['a cursor that is a number', { cursor: 1 }, fails(14)]]),
  ...onCollection('collMod', [], [
    unknown,
    ['an index that is a number', { index: 1 }, fails(14)],
    ['an index without a name', { index: {} }, fails(72)],
    ['an index by name and key', { index: { name: '_id_', keyPattern: { _id: 1 } } }, fails(72)],
    ['an index that stays as it is', { index: { name: '_id_' } }, fails(72)],
    ['an unknown field of an index', { index: { name: '_id_', foo: 1 } }, fails(40415)],
    ['a validator', { validator: {} }, fails(238)],
    ['nothing', {}, {}],
  ]),
]; // biome-ignore format: one row of the table a line

const COLLECTIONS = [
  ...onCollection('create', ['ok'], [
    unknown,
    ['a cap', { capped: true, size: 4096 }, fails(238)],
    ['a validator', { validator: { a: 1 } }, fails(238)],
    ['a collation', { collation: { locale: 'pt' } }, fails(238)],
    ['time series', { timeseries: { timeField: 't' } }, fails(238)],
  ]),
  ...onCollection('drop', ['ok'], [unknown, ['w of five servers', { writeConcern: { w: 5 } }, fails(2)]]),
  ...onCollection('collStats', ['count', 'nindexes', 'scaleFactor'], [
    unknown,
    ['a scale of zero', { scale: 0 }, fails(51024)],
    ['a scale that is a text', { scale: 'x' }, fails(14)],
    ['a scale that is no number', { scale: Number.NaN }, fails(51024)],
    ['a scale', { scale: 1024 }, { count: 2, nindexes: 1, scaleFactor: 1024 }],
  ]),
  ...onCollection('validate', ['valid'], [unknown, ['a switch that is a text', { full: 'x' }, fails(14)]]),
  ...onCollection('killCursors', [], [
    ['no cursors', {}, fails(40414)],
    ['cursors that are a number', { cursors: 1 }, fails(14)],
    ['a cursor that is an int32', { cursors: [1] }, fails(14)],
    ['an unknown field', { cursors: [], foo: 1 }, fails(40415)],
  ]),
]; // biome-ignore format: one row of the table a line

const plain = (
  title: string,
  build: (collection: string, database: string) => Document,
  expected: unknown,
  { onAdmin = false, shown = [] as readonly string[] } = {},
): Case => ({ title, before: TWO, operation: runs(build, shown, onAdmin), expected });
const renamed = (title: string, to: (collection: string, database: string) => Document, code: number): Case =>
  plain(
    `renameCollection ${title}`,
    (collection, database) => ({ renameCollection: `${database}.${collection}`, ...to(collection, database) }),
    fails(code),
    { onAdmin: true },
  );
const cursorOf = (fields: Document): Document => ({ getMore: Long.fromNumber(4), collection: 'x', ...fields });

const OTHERS: readonly Case[] = [
  renamed('to itself', (collection, database) => ({ to: `${database}.${collection}` }), 20),
  renamed('to nothing', () => ({}), 40414),
  renamed('to a number', () => ({ to: 1 }), 14),
  renamed('to a name without a database', () => ({ to: 'x' }), 73),
  renamed('to an empty name', (_, database) => ({ to: `${database}.` }), 73),
  renamed('with an unknown field', (collection, database) => ({ to: `${database}.${collection}_2`, foo: 1 }), 40415),
  plain(
    'renameCollection elsewhere than on admin',
    (collection, database) => ({ renameCollection: `${database}.${collection}`, to: `${database}.${collection}_3` }),
    fails(13),
  ),
  plain('listDatabases elsewhere than on admin', () => ({ listDatabases: 1 }), fails(13)),
  plain('listDatabases with an unknown field', () => ({ listDatabases: 1, foo: 1 }), fails(40415), { onAdmin: true }),
  plain('listDatabases with a filter that is a number', () => ({ listDatabases: 1, filter: 1 }), fails(14), {
    onAdmin: true,
  }),
  plain('listCollections with an unknown field', () => ({ listCollections: 1, foo: 1 }), fails(40415)),
  plain('listCollections with a cursor that is a number', () => ({ listCollections: 1, cursor: 1 }), fails(14)),
  plain('listCollections with an unknown operator', () => ({ listCollections: 1, filter: { $foo: 1 } }), fails(2)),
  plain('dbStats with a scale of zero', () => ({ dbStats: 1, scale: 0 }), fails(51024)),
  plain('dbStats with a scale that is a text', () => ({ dbStats: 1, scale: 'x' }), fails(14)),
  plain('dbStats with an unknown field', () => ({ dbStats: 1, foo: 1 }), fails(40415)),
  plain('dropDatabase with 2', () => ({ dropDatabase: 2 }), fails(5255100)),
  plain('getMore of no collection', () => ({ getMore: Long.fromNumber(4) }), fails(40414)),
  plain('getMore of an empty name', () => cursorOf({ collection: '' }), fails(73)),
  plain('getMore by an int32', () => cursorOf({ getMore: 4 }), fails(14)),
  plain('getMore with a batch size below zero', () => cursorOf({ batchSize: -1 }), fails(51024)),
  plain('getMore with a time limit', () => cursorOf({ maxTimeMS: 5 }), fails(2)),
  plain('getMore with an unknown field', () => cursorOf({ foo: 5 }), fails(40415)),
  plain('explain of a number', () => ({ explain: 1 }), fails(14)),
  plain('explain of an unknown command', () => ({ explain: { foo: 1 } }), fails(59)),
  plain('explain of what cannot be explained', () => ({ explain: { insert: 'x', documents: [] } }), fails(20)),
  plain('explain with another verbosity', (find) => ({ explain: { find }, verbosity: 'x' }), fails(2)),
  plain('explain with an unknown field', (find) => ({ explain: { find }, foo: 1 }), fails(40415)),
  plain('explain of a command with an unknown field', (find) => ({ explain: { find, foo: 1 } }), fails(40415)),
  plain('explain of a command with a wrong filter', (find) => ({ explain: { find, filter: 1 } }), fails(14)),
  plain('explain of an update without a filter', (update) => ({ explain: { update, updates: [{}] } }), fails(40414)),
  plain('find in a name that begins with a dot', () => ({ find: '.a' }), fails(73)),
  plain('find in a name that is too long', () => ({ find: 'x'.repeat(256) }), fails(73)),
];

export const fieldCases: readonly Case[] = [
  ...[FIND, AGGREGATE, COUNT, DISTINCT, INSERT, UPDATE, DELETE, FIND_AND_MODIFY, INDEXES, OTHER_INDEXES, COLLECTIONS],
  OTHERS,
].flat();
