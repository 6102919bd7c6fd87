import type { Document } from 'mongodb';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { textMessage } from '../../src/chat/message.ts';
import { createChatOutbox, type PostDocument, postModel } from '../../src/chat/outbox.ts';
import { startEngine } from '../database/embedded/engine-under-test.ts';
import { recordingSurface } from '../support/product.ts';

const POSTED_BEFORE = 2_000;
const NOW = new Date('2026-11-10T15:00:00Z');

function posted(number: number): PostDocument {
  return {
    _id: new mongoose.Types.ObjectId(),
    key: `posted ${number}`,
    workspaceId: 'console',
    channelId: 'vendas',
    message: textMessage('neutral', 'before'),
    status: 'posted',
    attempts: 0,
    availableAt: NOW,
    claimId: null,
    uncertainSince: null,
    createdAt: NOW,
    postedAt: NOW,
    error: null,
  };
}

it('reads what waits in a channel, not all that was ever posted there', async () => {
  const engine = await startEngine();
  const connection = await mongoose.createConnection(engine.uri, { monitorCommands: true }).asPromise();
  const posts = postModel(connection);
  await posts.createIndexes();
  await posts.insertMany(Array.from({ length: POSTED_BEFORE }, (_, number) => posted(number)));
  const surface = recordingSurface();
  const outbox = createChatOutbox({
    connection,
    surfaces: [surface],
    adminChannels: async function* () {},
    locale: 'pt-BR',
    log: pino({ level: 'silent' }),
    now: () => NOW,
  });
  for (const key of ['one', 'two', 'three']) {
    await outbox.enqueue({ key, workspaceId: 'console', channelId: 'vendas', message: textMessage('neutral', key) });
  }
  const asked: Document[] = [];
  connection.getClient().on('commandStarted', ({ command }) => {
    if (command.find === posts.collection.collectionName) asked.push(command);
  });
  expect(await outbox.drain()).toBe(3);
  expect(asked.length).toBeGreaterThan(0);
  for (const { lsid: _, $db: __, ...command } of [...asked]) {
    const { executionStats } = await engine.db.command({ explain: command, verbosity: 'executionStats' });
    expect(executionStats.totalDocsExamined, JSON.stringify(command.filter)).toBeLessThanOrEqual(5);
  }
  await connection.close();
  await engine.stop();
});
