import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { deserialize, serialize } from 'bson';
import fc from 'fast-check';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inconsistencies } from './consistency.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await startEngine();
  await engine.db.collection('witness').insertOne({ _id: 'alive' as never });
});
afterAll(() => engine?.stop());

async function open(): Promise<Socket> {
  const { address } = engine;
  const socket = typeof address === 'number' ? connect(address, '127.0.0.1') : connect(address);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const OP_MSG = 2013;

function frame(operation: number, payload: Buffer, announced = payload.length + 16): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(announced, 0);
  header.writeInt32LE(7, 4);
  header.writeInt32LE(operation, 12);
  return Buffer.concat([header, payload]);
}

function message(document: Document): Buffer {
  return frame(OP_MSG, Buffer.concat([Buffer.alloc(5), serialize(document)]));
}

/** Sends bytes and waits for the first whole answer, or for the end of the connection. */
async function answerTo(socket: Socket, bytes: Buffer): Promise<Document | 'closed'> {
  const chunks: Buffer[] = [];
  const answered = new Promise<Document | 'closed'>((resolve) => {
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const data = Buffer.concat(chunks);
      if (data.length >= 4 && data.length >= data.readInt32LE(0)) resolve(deserialize(data.subarray(21)));
    });
    socket.once('close', () => resolve('closed'));
  });
  socket.write(bytes);
  return answered;
}

async function expectAlive(): Promise<void> {
  expect(await engine.db.collection('witness').countDocuments({ _id: 'alive' as never })).toBe(1);
}

const ping = message({ ping: 1, $db: 'test' });

/** A document that has the fields of both, also those that have one name. */
function withFieldsOf(first: Document, second: Document): Buffer {
  const elements = [first, second].map((document) => Buffer.from(serialize(document)).subarray(4, -1));
  const joined = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.alloc(1)]);
  joined.writeInt32LE(joined.length);
  return joined;
}

test.each<[string, Buffer, number]>([
  ['a field twice', withFieldsOf({ find: 'witness', limit: 1, $db: 'test' }, { limit: 2 }), 40413],
  ['documents twice', withFieldsOf({ insert: 'witness', documents: [{}], $db: 'test' }, { documents: [{}] }), 40413],
  ['no database', Buffer.from(serialize({ ping: 1 })), 40571],
  ['a database that cannot be', Buffer.from(serialize({ ping: 1, $db: 'a.b' })), 73],
])('a command with %s is refused', async (_, document, code) => {
  const socket = await open();
  expect(await answerTo(socket, frame(OP_MSG, Buffer.concat([Buffer.alloc(5), document])))).toMatchObject({ code });
  socket.destroy();
  await expectAlive();
});

test.each<[string, Buffer]>([
  ['text of another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['a length of zero', frame(OP_MSG, Buffer.alloc(30), 0)],
  ['a negative length', frame(OP_MSG, Buffer.alloc(30), -1)],
  ['a length of two gigabytes', frame(OP_MSG, Buffer.alloc(30), 0x7fffffff)],
  ['an operation that there is not', frame(1234, Buffer.alloc(30))],
  ['an operation of the past', frame(2002, Buffer.alloc(30))],
  ['a compressed message, which was never agreed on', frame(2012, Buffer.alloc(30))],
  ['an unknown required flag', frame(OP_MSG, Buffer.concat([Buffer.from([8, 0, 0, 0, 0]), serialize({ ping: 1 })]))],
  ['an unknown section', frame(OP_MSG, Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), serialize({ ping: 1 })]))],
  ['no document', frame(OP_MSG, Buffer.alloc(5))],
  [
    'a document longer than its message',
    frame(OP_MSG, Buffer.concat([Buffer.alloc(5), Buffer.from([99, 0, 0, 0, 0])])),
  ],
  [
    'a wrong checksum',
    frame(OP_MSG, Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), serialize({ ping: 1 }), Buffer.alloc(4)])),
  ],
])('%s ends that connection alone', async (_, bytes) => {
  const neighbour = await open();
  expect(await answerTo(await open(), bytes)).toBe('closed');
  expect(await answerTo(neighbour, ping)).toMatchObject({ ok: 1 });
  neighbour.destroy();
  await expectAlive();
});

test('a message that comes byte by byte is answered, one that stops half-way harms nobody', async () => {
  const slow = await open();
  for (const byte of ping.subarray(0, -1)) slow.write(Buffer.from([byte]));
  expect(await answerTo(slow, ping.subarray(-1))).toMatchObject({ ok: 1 });
  slow.destroy();
  const half = await open();
  half.write(ping.subarray(0, 20));
  await expectAlive();
  half.destroy();
  await expectAlive();
});

/** The command with bytes that no encoder writes in the place of `MARK`. */
function withBytes(command: Document, bytes: readonly number[]): Buffer {
  const encoded = message(command);
  Buffer.from(bytes).copy(encoded, encoded.indexOf('MARK'));
  return encoded;
}

test('a text that is not UTF-8 is refused, for nobody could read it again', async () => {
  for (const command of [
    { insert: 'texts', documents: [{ nested: [{ text: 'MARK' }] }], $db: 'test' },
    { update: 'texts', updates: [{ q: { _id: 1 }, u: { text: 'MARK' }, upsert: true }], $db: 'test' },
    { find: 'texts', filter: { text: 'MARK' }, $db: 'test' },
  ]) {
    const socket = await open();
    const answer = (await answerTo(socket, withBytes(command, [0xff, 0xc0]))) as Document;
    expect(answer.code ?? answer.writeErrors[0].code).toBe(22);
    socket.destroy();
  }
  expect(await engine.db.collection('texts').countDocuments()).toBe(0);
});

test('of a name that comes twice the last counts, for documents and indexes alike', async () => {
  const doubles = engine.db.collection('doubles');
  await doubles.createIndex({ MARX: 1 });
  const socket = await open();
  const insert = { insert: 'doubles', documents: [{ _id: 1, MARX: 1, MARK: 2 }], $db: 'test' };
  expect(await answerTo(socket, withBytes(insert, [...Buffer.from('MARX')]))).toMatchObject({ n: 1, ok: 1 });
  socket.destroy();
  expect(await doubles.find({ MARX: 2 }).toArray()).toEqual([{ _id: 1, MARX: 2 }]);
  expect(await doubles.countDocuments({ MARX: 1 })).toBe(0);
  expect(await inconsistencies(doubles)).toEqual([]);
});

test('several messages in one piece are answered in order', async () => {
  const socket = await open();
  const answers: number[] = [];
  const three = Buffer.concat([ping, ping, ping]);
  for (const position of [0, 1, 2]) three.writeInt32LE(100 + position, position * ping.length + 4);
  const done = new Promise<void>((resolve) => {
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 16 && pending.length >= pending.readInt32LE(0)) {
        answers.push(pending.readInt32LE(8));
        pending = pending.subarray(pending.readInt32LE(0));
      }
      if (answers.length === 3) resolve();
    });
  });
  socket.write(three);
  await done;
  socket.destroy();
  expect(answers).toEqual([100, 101, 102]);
});

test('whatever bytes come, the engine lives', async () => {
  const valid = message({ insert: 'noise', documents: [{ a: 1 }], $db: 'test' });
  const mutated = fc
    .array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((changes) => {
      const bytes = Buffer.from(valid);
      for (const [position, byte] of changes) bytes[position] = byte;
      return bytes;
    });
  const noise = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    mutated,
  );
  await fc.assert(
    fc.asyncProperty(noise, async (bytes) => {
      const socket = await open();
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
      await expectAlive();
    }),
    { numRuns: 300 },
  );
});

function nested(depth: number): Document {
  let document: Document = {};
  for (let level = 0; level < depth; level += 1) document = { a: document };
  return document;
}

test('what MongoDB refuses is refused with its code, and the connection goes on', async () => {
  const { db } = engine;
  const things = db.collection('things');
  const refusals: [Promise<unknown>, number][] = [
    [db.command({ noSuchCommand: 1 }), 59],
    [db.command({ mapReduce: 'things' }), 115],
    [db.command({ createUser: 'ana', pwd: 'x', roles: [] }), 115],
    [db.command({ usersInfo: 1 }), 115],
    [db.command({ bulkWrite: 1 }), 115],
    [db.command({ find: '' }), 73],
    [db.command({ find: 'things', filter: 1 }), 14],
    [db.command({ insert: 'things' }), 40414],
    [db.command({ insert: 'things', documents: [] }), 16],
    [db.command({ getMore: 12345n, collection: 'things' }), 43],
    [db.command({ find: 'things', txnNumber: 1n, startTransaction: true, autocommit: false }), 20],
    [db.command({ find: 'things', collation: { locale: 'pt' } }), 238],
    [things.find({ $where: 'true' }).toArray(), 238],
    [things.find({ a: { $near: [1, 2] } }).toArray(), 238],
    [things.find({ a: { $unheardOf: 1 } }).toArray(), 2],
    [things.aggregate([{ $unheardOf: {} }]).toArray(), 40324],
    [things.aggregate([{ $changeStream: {} }]).toArray(), 40573],
    [things.createIndex({ a: 'text' }), 238],
    [things.insertOne({ deep: nested(200) }), 15],
    [things.find({ deep: nested(5000) }).toArray(), 15],
    [things.insertOne({ _id: [1] as never }), 53],
    [things.updateOne({}, { $unheardOf: { a: 1 } }), 9],
    [things.updateOne({}, { $set: { a: 1 }, $inc: { a: 1 } }), 40],
    [engine.db.collection('witness').dropIndex('none'), 27],
    [engine.db.collection('nowhere').dropIndex('none'), 26],
  ];
  const codes = await Promise.all(
    refusals.map(([outcome]) =>
      outcome.then(
        () => 0,
        (error) => error.code,
      ),
    ),
  );
  expect(codes).toEqual(refusals.map(([, code]) => code));
  await expectAlive();
});

test.each<[Document, number]>([
  [{ delete: 'incomplete', deletes: [{ limit: 0 }] }, 40414],
  [{ delete: 'incomplete', deletes: [{ q: { a: 1 }, limit: 0 }, { limit: 0 }] }, 40414],
  [{ update: 'incomplete', updates: [{ u: { $set: { a: 9 } } }] }, 40414],
  [{ update: 'incomplete', updates: [{ q: {} }] }, 40414],
  [{ update: 'incomplete', updates: [{ q: {}, u: { $set: { a: 9 } }, multi: 'x' }] }, 14],
  [{ update: 'incomplete', updates: [{ q: {}, u: { $set: { a: 9 } } }], ordered: 'x' }, 14],
  [{ findAndModify: 'incomplete', query: {}, remove: 'x' }, 14],
  [{ find: 'incomplete', limit: 'x' }, 14],
  [{ collMod: 'incomplete', index: { name: '_id_', expireAfterSeconds: 1 } }, 197],
  [{ collMod: 'incomplete', index: { name: 'at_1', expireAfterSeconds: -18_000 } }, 67],
  [{ collMod: 'incomplete', index: { name: 'at_1', expireAfterSeconds: 1e12 } }, 67],
  [{ collMod: 'incomplete', index: { name: 'at_1', expireAfterSeconds: 'x' } }, 14],
  [{ collMod: 'incomplete', index: { name: 'at_1', expireAfterSeconds: null } }, 72],
  [{ collMod: 'incomplete', index: { name: 'at_1' } }, 72],
  [{ collMod: 'incomplete', index: { name: 'at_1', hidden: true } }, 238],
  [{ collMod: 'incomplete', validator: {} }, 238],
])('a command that lacks something, or has something that is not done, changes nothing: %j', async (command, code) => {
  const collection = engine.db.collection<{ _id: number; a: number; at: Date }>('incomplete');
  await collection.deleteMany({});
  await collection.insertMany([1, 2, 3].map((a) => ({ _id: a, a, at: new Date() })));
  await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3_600 });
  const before = { documents: await collection.find().toArray(), indexes: await collection.indexes() };
  const failure = await engine.db.command(command).then(
    (reply) => reply.writeErrors?.[0],
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code });
  expect({ documents: await collection.find().toArray(), indexes: await collection.indexes() }).toEqual(before);
});

test('a document of 16 MiB is taken, a larger one is refused and nothing of it is kept', async () => {
  const large = engine.db.collection('large');
  const limit = 16 * 1024 * 1024;
  const overhead = serialize({ _id: 1, text: '' }).length;
  await large.insertOne({ _id: 1 as never, text: 'x'.repeat(limit - overhead) });
  await expect(large.insertOne({ _id: 2 as never, text: 'x'.repeat(limit - overhead + 1) })).rejects.toThrow(/large/);
  await expect(large.updateOne({ _id: 1 as never }, { $set: { more: 'x' } })).rejects.toMatchObject({ code: 17419 });
  expect(await large.find({}, { projection: { _id: 1 } }).toArray()).toEqual([{ _id: 1 }]);
  await large.drop();
});

test('a result of a pipeline that is larger than a document may be is refused', async () => {
  const parts = engine.db.collection('parts');
  await parts.insertMany([1, 2, 3].map((_id) => ({ _id: _id as never, text: 'x'.repeat(6 * 1024 * 1024) })));
  const together = { $group: { _id: null, texts: { $push: '$text' } } };
  await expect(parts.aggregate([together]).toArray()).rejects.toMatchObject({ code: 10334 });
  await expect(parts.aggregate([together, { $out: 'whole' }]).toArray()).rejects.toMatchObject({ code: 10334 });
  const many = { $project: { list: { $map: { input: { $range: [0, 5] }, in: '$text' } } } };
  await expect(parts.aggregate([many]).toArray()).rejects.toMatchObject({ code: 10334 });
  // Within a pipeline it may be larger.
  expect(await parts.aggregate([together, { $project: { n: { $size: '$texts' } } }]).toArray()).toEqual([
    { _id: null, n: 3 },
  ]);
  await parts.drop();
});

test('a command that fails in the middle of others fails alone', async () => {
  const shared = engine.db.collection('shared');
  await shared.insertOne({ _id: 0 as never, t: 'text' });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, position) =>
      position % 4 === 3
        ? shared.updateOne({ _id: 0 as never }, [{ $set: { size: { $size: '$t' } } }])
        : shared.insertOne({ _id: (position + 1) as never }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
  expect(await shared.countDocuments()).toBe(31);
});
