import mongoose from 'mongoose';
import { afterEach, describe, expect, it } from 'vitest';
import { copyDatabase } from '../../scripts/move-to-mongodb.ts';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

const { Binary, Decimal128, Long } = mongoose.mongo;

describe('moving to MongoDB', () => {
  const source = useTestDatabase();
  const target = useTestDatabase();

  afterEach(async () => {
    await source.connection.dropDatabase();
    await target.connection.dropDatabase();
  });

  it('takes a store along so that its webhook URL, its sales and its report go on', async () => {
    const before = productOn(source.connection);
    await source.prepare();
    const store = await before.services.stores.create('console', { name: 'Curso de Violão', platform: 'assiny' });
    const sell = async (product: typeof before, connection: mongoose.Connection, transactionId: string) => {
      const { intake, spool } = await intakeOn(connection, product.services);
      const answer = await deliver(
        intake,
        store.webhookUrl,
        assinyPayload({ event: 'approved_purchase', transactionId, amount: 10_000 }, Math.random),
      );
      await spool.close();
      await product.services.pipeline.drain();
      return answer;
    };
    await sell(before, source.connection, 'a');

    const copied = await copyDatabase(source.connection, target.connection);
    expect(copied).toContainEqual({ name: 'orders', documents: 1 });
    const after = productOn(target.connection);
    await target.prepare();
    expect(await sell(after, target.connection, 'a')).toMatchObject({ status: 'stored', duplicate: true });
    expect(await sell(after, target.connection, 'b')).toMatchObject({ status: 'stored', duplicate: false });
    const moved = await after.services.stores.resolve('console', 'Curso de Violão');
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Sao_Paulo' }).format(new Date());
    const report = await after.services.reports.report(moved, { from: '2020-01-01', to: day });
    expect(report.currencies).toMatchObject([{ currency: 'BRL', orders: 2, gross: 20_000 }]);
  });

  it('keeps every value’s type, and can be started again after it was interrupted', async () => {
    const values = {
      long: Long.fromString('9007199254740993'),
      decimal: Decimal128.fromString('1.10'),
      date: new Date('2026-11-24T03:00:00Z'),
      bytes: new Binary(Buffer.from([0, 255])),
      nested: { list: [1, 'dois', null], empty: {} },
    };
    const documents = Array.from({ length: 2_500 }, (_, number) => ({ number, ...values }));
    await source.connection.collection('things').insertMany(documents);
    const whole = await source.connection.collection('things').find({}, { promoteValues: false }).toArray();
    await target.connection.collection('things').insertMany(whole.slice(1_200, 1_900));

    expect(await copyDatabase(source.connection, target.connection)).toEqual([{ name: 'things', documents: 2_500 }]);
    const copied = await target.connection
      .collection('things')
      .find({}, { promoteValues: false })
      .sort({ number: 1 })
      .toArray();
    expect(copied).toEqual(whole);
  });

  it('leaves the running schedule behind', async () => {
    await source.connection.collection('jobs').insertOne({ name: 'sweep' });
    expect(await copyDatabase(source.connection, target.connection)).toEqual([]);
  });

  it('says so when the target holds something else', async () => {
    await source.connection.collection('things').insertOne({ from: 'here' });
    await target.connection.collection('things').insertOne({ from: 'elsewhere' });
    await expect(copyDatabase(source.connection, target.connection)).rejects.toThrow(
      'The target’s collection “things” holds documents of something else too. Choose an empty database and start again.',
    );
  });
});
