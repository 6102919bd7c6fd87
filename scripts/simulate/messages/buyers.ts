import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../assiny-payload.ts';
import type { AcceptedMessage } from '../providers/accepted-message.ts';
import { chance, integerBetween, pickOne } from '../seeded-random.ts';
import { untilAnswered } from '../until-answered.ts';

const OPT_OUT_WORDS = ['SAIR', 'Parar', 'cancelar.'] as const;
const FAILED_PROBABILITY = 0.04;
const DELIVERED_PROBABILITY = 0.9;
const READ_PROBABILITY = 0.5;

export type ToldStatus = 'sent' | 'delivered' | 'read' | 'failed';

/** How a loopback provider tells the server what became of a message, and what a buyer wrote. Each gives the status of the answer. */
export interface ProviderVoice {
  sendStatus(id: string, status: ToldStatus): Promise<number>;
  sendReply(phone: string, text: string): Promise<number>;
}

/** The people whom the messages reach. Who they are is told by the last digit of their phone. */
export interface Buyers {
  /** Whether a phone has WhatsApp. */
  isOnWhatsApp(phone: string): boolean;
  /** Whether somebody wrote to the shop before the run, which lets the Cloud API answer freely. */
  wroteBefore(phone: string): boolean;
  /** Lets a message reach its buyer, who may answer. */
  receive(message: AcceptedMessage, voice: ProviderVoice): void;
  /** Resolves when nothing is to be told any more. */
  settled(): Promise<void>;
  /** The last status of each message, by the provider's id, that the server has acknowledged. */
  told: ReadonlyMap<string, ToldStatus>;
  /** When the server had acknowledged that a phone wants no more messages. */
  optedOutAt: ReadonlyMap<string, Date>;
}

export function createBuyers(random: Random): Buyers {
  const told = new Map<string, ToldStatus>();
  const optedOutAt = new Map<string, Date>();
  const under = new Set<Promise<void>>();

  async function tell(send: () => Promise<number>): Promise<void> {
    await pause(integerBetween(random, 20, 200));
    await untilAnswered(async () => ({ status: await send() }));
  }

  async function live({ id, phone }: AcceptedMessage, voice: ProviderVoice): Promise<void> {
    for (const status of fateOf(random)) {
      await tell(() => voice.sendStatus(id, status));
      told.set(id, status);
    }
    if (optedOutAt.has(phone)) return;
    if (phone.endsWith('3')) {
      const word = pickOne(random, OPT_OUT_WORDS);
      await tell(() => voice.sendReply(phone, word));
      if (!optedOutAt.has(phone)) optedOutAt.set(phone, new Date());
    } else if (phone.endsWith('4')) await tell(() => voice.sendReply(phone, 'Obrigada! Sair bem na foto é bom.'));
  }

  return {
    told,
    optedOutAt,
    isOnWhatsApp: (phone) => !phone.endsWith('7'),
    wroteBefore: (phone) => !phone.endsWith('9'),
    receive(message, voice) {
      const living = live(message, voice).finally(() => under.delete(living));
      // Whoever waits for all of them hears of it.
      living.catch(() => undefined);
      under.add(living);
    },
    async settled() {
      while (under.size > 0) await Promise.all(under);
    },
  };
}

function fateOf(random: Random): ToldStatus[] {
  if (chance(random, FAILED_PROBABILITY)) return ['sent', 'failed'];
  if (!chance(random, DELIVERED_PROBABILITY)) return ['sent'];
  return chance(random, READ_PROBABILITY) ? ['sent', 'delivered', 'read'] : ['sent', 'delivered'];
}
