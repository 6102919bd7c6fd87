import type { Document } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { commands } from '../../commands/index.ts';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { createCommandDispatcher } from '../../src/chat/dispatcher.ts';
import { createIndexes } from '../../src/database/connection.ts';
import { jobsOf } from '../../src/jobs/jobs.ts';
import { startScheduler } from '../../src/jobs/scheduler.ts';
import type { Services } from '../../src/services.ts';
import { EVERY_VERB, linesFor } from '../commands/every-verb.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';
import { newestUncertain, printingInstance } from '../support/subject.ts';
import { type EngineUnderTest, startEngine } from './embedded/engine-under-test.ts';

/** Every query that the product issues is answered by an index: the product runs, and what it asked for is explained. */

/** One look-up: the collection, the command, and what it asks. */
interface Query {
  readonly collection: string;
  readonly command: Document;
}

let engine: EngineUnderTest;
let connection: Connection;
/** For what tests do that the product does not. */
let unwatched: Connection;
const queries = new Map<string, Query>();

beforeAll(async () => {
  engine = await startEngine();
  connection = await mongoose.createConnection(engine.uri, { monitorCommands: true }).asPromise();
  unwatched = await mongoose.createConnection(engine.uri).asPromise();
  connection.getClient().on('commandStarted', ({ command }) => {
    for (const query of queriesOf(command)) queries.set(shapeOf(query), query);
  });
});
afterAll(async () => {
  await connection?.close();
  await unwatched?.close();
  await engine?.stop();
});

/** The look-ups that a command makes: none for an insert, one for each statement of a bulk write. */
function queriesOf(command: Document): Query[] {
  const [name = ''] = Object.keys(command);
  const collection = String(command[name]);
  const statements = (list: Document[], field: string): Query[] =>
    list.map((statement) => ({ collection, command: { [name]: collection, [field]: [statement] } }));
  if (name === 'update') return statements(command.updates, 'updates');
  if (name === 'delete') return statements(command.deletes, 'deletes');
  return ['find', 'aggregate', 'count', 'distinct', 'findAndModify'].includes(name) ? [{ collection, command }] : [];
}

/** What the query looks for and in which order, without the values. */
function shapeOf({ collection, command }: Query): string {
  const [name = ''] = Object.keys(command);
  const [statement] = (command.updates ?? command.deletes ?? [command]) as Document[];
  const filter = statement?.q ?? statement?.filter ?? statement?.query ?? statement?.pipeline ?? {};
  const sort = statement?.sort instanceof Map ? Object.fromEntries(statement.sort) : statement?.sort;
  const order = sort ? ` sorted by ${JSON.stringify(sort)}` : '';
  return `${name} ${collection} ${JSON.stringify(withoutValues(filter))}${order}`;
}

function withoutValues(value: unknown): unknown {
  if (Array.isArray(value)) {
    const shapes = value.map(withoutValues);
    return shapes.every((shape) => shape === '?') ? '?' : shapes;
  }
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return '?';
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutValues(field)]));
}

async function runTheProduct(): Promise<void> {
  const { services } = productOn(connection);
  const { intake, spool } = await intakeOn(connection, services);
  await createIndexes(connection);
  const log = pino({ level: 'silent' });
  const dispatcher = createCommandDispatcher({ commands, services, log });
  const scheduler = await startScheduler({
    connection,
    jobs: jobsOf(services, { process: true, post: true }),
    log,
  });
  await services.pipeline.releaseClaims();
  await services.outbox.releaseClaims();
  for (const entry of EVERY_VERB) {
    const store = await services.stores.create('console', {
      name: `Loja ${entry.name}`,
      platform: 'assiny',
      channelId: 'vendas',
    });
    const instance = await printingInstance(services, store, `Instância ${entry.name}`);
    const sale = { event: 'approved_purchase', transactionId: `sale of ${entry.name}` } as const;
    const answer = await deliver(intake, store.webhookUrl, assinyPayload(sale));
    await deliver(intake, store.webhookUrl, assinyPayload(sale));
    await work(services);
    const id = answer.status === 'stored' ? answer.deliveryId : '';
    const mensagem = await newestUncertain(unwatched, store, new Date());
    for (const line of linesFor(entry, { loja: store.id, id, instancia: instance.id, mensagem })) {
      await dispatcher.run({
        line,
        workspaceId: 'console',
        channel: { id: 'vendas', name: 'vendas' },
        locale: 'pt-BR',
        user: { id: 'u1', name: 'Ana', role: 'admin' },
      });
    }
    await work(services);
  }
  await vi.waitFor(
    () => expect([...queries.keys()].some((shape) => shape.startsWith('findAndModify jobs'))).toBe(true),
    {
      timeout: 20_000,
    },
  );
  await scheduler.stop();
  await spool.close();
}

async function work({ processing, sending, dispatch, instanceWatch, posting }: Services): Promise<void> {
  await processing.run();
  await sending.run();
  await dispatch.settled();
  await instanceWatch.run();
  await posting.run();
}

/** Queries that read all there is because they want all there is, and why that is little. */
const READS_ALL: Readonly<Record<string, string>> = {
  'find alertwindows {}': 'There is one for each channel with more than it can take.',
  'find stores {"removedAt":"?"}': 'The daily summary is for every store.',
  'distinct stores {"removedAt":"?"}': 'To name the only workspace there is, every store is looked at.',
};

test('no query of the product reads a whole collection', async () => {
  await runTheProduct();
  const scans: string[] = [];
  const lines: string[] = [];
  for (const [shape, { command }] of [...queries].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const { lsid: _, $db: __, ...asked } = command;
    const { queryPlanner } = await engine.db.command({ explain: asked });
    const plan = JSON.stringify(queryPlanner.winningPlan);
    const index = [...plan.matchAll(/"indexName":"([^"]+)"/g)].map(([, name]) => name).join(', ');
    lines.push(`${shape} → ${index || queryPlanner.winningPlan.stage}`);
    if (plan.includes('COLLSCAN') && !(shape in READS_ALL)) scans.push(shape);
  }
  process.stdout.write(`${lines.join('\n')}\n${lines.length} kinds of query\n`);
  expect(lines.length).toBeGreaterThan(40);
  expect(scans).toEqual([]);
});
