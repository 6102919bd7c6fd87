import { type Logger, pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { commands } from '../../commands/index.ts';
import { assinyPayload, type PayloadOptions } from '../../scripts/simulate/assiny-payload.ts';
import { type CommandDispatcher, createCommandDispatcher } from '../../src/chat/dispatcher.ts';
import type { Block, Reply } from '../../src/chat/message.ts';
import type { Role } from '../../src/chat/permissions.ts';
import type { Channel } from '../../src/chat/surface.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { Locale } from '../../src/text/text.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn, recordingSurface } from '../support/product.ts';
import { newestUncertain, printingInstance } from '../support/subject.ts';

/** 24 November 2026, 14:05 in São Paulo. */
export const NOW = new Date('2026-11-24T17:05:00.000Z');
export const WORKSPACE = 'console';
/** Another team on the same server; nothing of the first one is its business. */
export const OTHER_WORKSPACE = 'slack:T0OTHER';
export const VENDAS: Channel = { id: 'vendas', name: 'vendas' };
const EQUIPE: Channel = { id: 'equipe', name: 'equipe' };
/** The one channel of the other workspace. */
export const OTHER_CHANNEL: Channel = { id: 'C0OTHER', name: 'canal-alheio' };

export interface TypingOptions {
  workspaceId?: string;
  role?: Role;
  channel?: Channel | null;
  locale?: Locale;
  /** What a form brings beside the line. */
  options?: Record<string, string>;
}

export interface CommandLineTest {
  database: TestDatabase;
  services: Services;
  dispatcher: CommandDispatcher;
  /** Faults that people are told nothing about; none of them should ever happen. */
  faults: unknown[];
  /** What was posted to channels. */
  posts: ReturnType<typeof recordingSurface>['posts'];
  /** A store in #vendas, or in the other workspace's channel, without typing. */
  createStore(name: string, workspaceId?: string): Promise<Store>;
  /** An instance of the type log, through which that store sends, without typing. */
  createInstance(name: string, store: Store): Promise<Instance>;
  /** Makes the store's newest message uncertain, and gives its id. */
  uncertainMessage(store: Store): Promise<string>;
  /**
   * Sends a body, or a payload made of these options, to a store's webhook URL and works through it.
   * @returns the delivery's id
   */
  send(store: Store, body: PayloadOptions | string): Promise<string>;
  /** Takes away all that there is, once nothing waits any more. */
  empty(): Promise<void>;
  /** Works through all that waits: deliveries, messages, alerts, posts. */
  settle(): Promise<void>;
  /** Every document that is not the other workspace's own. */
  everythingButTheOthers(): Promise<unknown>;
  /** Types a line as an admin in #vendas, unless told otherwise. */
  type(line: string, typing?: TypingOptions): Promise<Reply>;
}

/** Every command over the real services and a real database. */
export function useCommandLine(): CommandLineTest {
  const database = useTestDatabase();
  const faults: unknown[] = [];
  const surface = {
    ...recordingSurface(),
    channels: async (workspaceId: string) => (workspaceId === WORKSPACE ? [VENDAS, EQUIPE] : [OTHER_CHANNEL]),
  };
  let ready: { services: Services; dispatcher: CommandDispatcher; intake: Intake; spool: Spool } | null = null;

  function made() {
    if (!ready) throw new Error('The commands are there only while tests run');
    return ready;
  }

  beforeAll(async () => {
    const now = () => NOW;
    const { services } = productOn(database.connection, { now, surface });
    const log: Logger = pino({ level: 'error' }, { write: (line: string) => faults.push(JSON.parse(line)) });
    const dispatcher = createCommandDispatcher({ commands, services, log, now });
    ready = { services, dispatcher, ...(await intakeOn(database.connection, services, { now })) };
    await database.prepare();
  });

  afterAll(async () => {
    await ready?.spool.close();
  });

  return {
    database,
    faults,
    posts: surface.posts,
    get services() {
      return made().services;
    },
    get dispatcher() {
      return made().dispatcher;
    },
    async createStore(name, workspaceId = WORKSPACE) {
      const channelId = (workspaceId === WORKSPACE ? VENDAS : OTHER_CHANNEL).id;
      return await made().services.stores.create(workspaceId, { name, platform: 'assiny', channelId });
    },
    createInstance: (name, store) => printingInstance(made().services, store, name),
    uncertainMessage: (store) => newestUncertain(database.connection, store, NOW),
    async send(store, body) {
      const { intake } = made();
      const answer = await deliver(intake, store.webhookUrl, typeof body === 'string' ? body : assinyPayload(body));
      await this.settle();
      if (answer.status !== 'stored') throw new Error(`The delivery was not stored: ${JSON.stringify(answer)}`);
      return answer.deliveryId;
    },
    async empty() {
      await this.settle();
      await database.empty();
      surface.posts.length = 0;
    },
    async settle() {
      await made().services.processing.run();
      await made().services.sending.run();
      await made().services.dispatch.settled();
      await made().services.posting.run();
    },
    async everythingButTheOthers() {
      const collections = await database.connection.listCollections();
      const names = collections.map(({ name }) => name).sort();
      return await Promise.all(
        names.map(async (name) => [
          name,
          await database.connection
            .collection(name)
            .find({ workspaceId: { $ne: OTHER_WORKSPACE } })
            .sort({ _id: 1 })
            .toArray(),
        ]),
      );
    },
    async type(line, typing = {}) {
      const { workspaceId = WORKSPACE, role = 'admin', channel = VENDAS, locale = 'pt-BR', options } = typing;
      const user = { id: 'u1', name: 'Ana', role };
      return await made().dispatcher.run({ line, workspaceId, channel, locale, user, ...(options ? { options } : {}) });
    },
  };
}

/** The sentence with which the product refuses, or null when it did what it was asked. */
export function refusalOf(reply: Reply): string | null {
  const [block, ...others] = reply.blocks;
  const isRefusal = reply.title === undefined && reply.visibility === 'private' && others.every(isChoice);
  const isUnhappy = reply.tone === 'attention' || reply.tone === 'danger';
  return isRefusal && isUnhappy && block?.type === 'paragraph' ? block.text : null;
}

function isChoice(block: Block): boolean {
  return block.type === 'buttons' || block.type === 'form';
}

/** All that a person reads in a reply, one line for each piece. */
export function textOf(reply: Reply): string {
  return [reply.title ?? '', ...reply.blocks.flatMap(blockTexts)].join('\n');
}

function blockTexts(block: Block): string[] {
  switch (block.type) {
    case 'paragraph':
      return [block.text];
    case 'fields':
      return block.fields.map(({ label, value }) => `${label}: ${value}`);
    case 'table':
      return [block.caption, ...block.rows.map((row) => row.join(' | '))];
    case 'badges':
      return block.badges.map(({ label, detail, remedy }) => [label, detail, remedy].filter(Boolean).join(' / '));
    case 'copy':
      return [block.label, block.value];
    case 'buttons':
      return block.buttons.map(({ label, command }) => `[${label}] ${command}`);
    case 'form':
      return [block.command, ...block.fields.map(({ name, label, value }) => `${name} (${label}) = ${value ?? ''}`)];
    case 'image':
      return [block.alternative];
    case 'file':
      return [block.name];
  }
}

/** The first block of a kind. */
export function blockOf<Type extends Block['type']>(reply: Reply, type: Type): Extract<Block, { type: Type }> {
  const block = reply.blocks.find((candidate) => candidate.type === type);
  if (!block) throw new Error(`The reply has no ${type}: ${textOf(reply)}`);
  return block as Extract<Block, { type: Type }>;
}

/** The command of the button with that label. */
export function buttonOf(reply: Reply, label: string): string {
  const buttons = reply.blocks.flatMap((block) => (block.type === 'buttons' ? block.buttons : []));
  const button = buttons.find((candidate) => candidate.label === label);
  if (!button) throw new Error(`The reply has no button “${label}”: ${textOf(reply)}`);
  return button.command;
}
