import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../../src/database/embedded/server.ts';

const directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ directory });
});
afterAll(async () => {
  await server?.stop();
  await rm(directory, { recursive: true });
});

test('Mongoose: models, unique indexes, upserts, populate, lean queries and aggregation', async () => {
  const connection = await mongoose.createConnection(server.uri('mongoose')).asPromise();
  const Seller = connection.model('Seller', new mongoose.Schema({ email: { type: String, unique: true } }));
  const Order = connection.model(
    'Order',
    new mongoose.Schema(
      {
        seller: { type: mongoose.Schema.Types.ObjectId, ref: 'Seller' },
        total: { type: Number, index: true },
        items: [{ sku: String, quantity: Number }],
        expiresAt: { type: Date, expires: 3600 },
      },
      { timestamps: true, optimisticConcurrency: true },
    ),
  );
  await Promise.all([Seller.init(), Order.init()]);

  const seller = await Seller.create({ email: 'a@b.c' });
  await expect(Seller.create({ email: 'a@b.c' })).rejects.toMatchObject({ code: 11000, keyValue: { email: 'a@b.c' } });
  const order = await Order.create({ seller: seller._id, total: 1990, items: [{ sku: 'x', quantity: 1 }] });
  order.items[0]?.set('quantity', 3);
  order.items.push({ sku: 'y', quantity: 1 });
  await order.save();
  const stored = await Order.findOne({ 'items.sku': 'y' }).populate<{ seller: { email: string } }>('seller').lean();
  expect(stored?.seller.email).toBe('a@b.c');
  expect(stored?.items.map(({ quantity }) => quantity)).toEqual([3, 1]);

  const stale = await Order.findById(order._id);
  await Order.updateOne({ _id: order._id }, { $inc: { __v: 1 } });
  stale?.set('total', 1);
  await expect(stale?.save()).rejects.toThrow(/No matching document/);

  const upserted = await Order.findOneAndUpdate(
    { total: 5 },
    { $setOnInsert: { items: [] } },
    { upsert: true, returnDocument: 'after' },
  );
  expect(upserted?.get('createdAt')).toBeInstanceOf(Date);
  const [sum] = await Order.aggregate([{ $group: { _id: null, total: { $sum: '$total' }, count: { $sum: 1 } } }]);
  expect(sum).toEqual({ _id: null, total: 1995, count: 2 });
  expect(
    await Order.bulkWrite([
      { updateMany: { filter: {}, update: { $set: { total: 7 } } } },
      { deleteOne: { filter: { _id: order._id } } },
    ]),
  ).toMatchObject({ modifiedCount: 2, deletedCount: 1 });
  expect(await Order.countDocuments({ total: 7 })).toBe(1);
  await connection.close();
});

test('Agenda: jobs that run now, later and repeatedly', async () => {
  const client = await MongoClient.connect(server.uri('agenda'));
  const agenda = new Agenda({ backend: new MongoBackend({ mongo: client.db() as never }), processEvery: 50 });
  const runs: string[] = [];
  for (const name of ['now', 'later', 'often']) {
    agenda.define(name, async () => {
      runs.push(name);
    });
  }
  await agenda.start();
  await agenda.now('now', { order: 1 });
  await agenda.schedule(new Date(Date.now() + 100), 'later', {});
  await agenda.every(100, 'often');
  await vi.waitFor(() => {
    expect(runs).toContain('now');
    expect(runs).toContain('later');
    expect(runs.filter((name) => name === 'often').length).toBeGreaterThanOrEqual(2);
  }, 10_000);
  await agenda.stop();
  await client.close();
  expect(runs.filter((name) => name === 'now')).toHaveLength(1);
  expect(runs.filter((name) => name === 'later')).toHaveLength(1);
});
