import { type Logger, pino } from 'pino';
import { beforeAll } from 'vitest';
import { commands } from '../../commands/index.ts';
import { type CommandDispatcher, createCommandDispatcher } from '../../src/chat/dispatcher.ts';
import type { Block, Reply } from '../../src/chat/message.ts';
import type { Role } from '../../src/chat/permissions.ts';
import type { Channel } from '../../src/chat/surface.ts';
import type { Services } from '../../src/services.ts';
import type { Locale } from '../../src/text/text.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { productOn } from '../support/product.ts';

/** 24 November 2026, 14:05 in São Paulo. */
export const NOW = new Date('2026-11-24T17:05:00.000Z');
export const WORKSPACE = 'console';
export const VENDAS: Channel = { id: 'vendas', name: 'vendas' };

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
  /** Types a line as an admin in #vendas, unless told otherwise. */
  type(line: string, typing?: TypingOptions): Promise<Reply>;
}

/** Every command over the real services and a real database. */
export function useCommandLine(): CommandLineTest {
  const database = useTestDatabase();
  const faults: unknown[] = [];
  let ready: { services: Services; dispatcher: CommandDispatcher } | null = null;

  function made() {
    if (!ready) throw new Error('The commands are there only while tests run');
    return ready;
  }

  beforeAll(async () => {
    const { services } = productOn(database.connection, { now: () => NOW });
    const log: Logger = pino({ level: 'error' }, { write: (line: string) => faults.push(JSON.parse(line)) });
    ready = { services, dispatcher: createCommandDispatcher({ commands, services, log, now: () => NOW }) };
    await database.prepare();
  });

  return {
    database,
    faults,
    get services() {
      return made().services;
    },
    get dispatcher() {
      return made().dispatcher;
    },
    async type(line, typing = {}) {
      const { workspaceId = WORKSPACE, role = 'admin', channel = VENDAS, locale = 'pt-BR', options } = typing;
      const user = { id: 'u1', name: 'Ana', role };
      return await made().dispatcher.run({ line, workspaceId, channel, locale, user, ...(options ? { options } : {}) });
    },
  };
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
