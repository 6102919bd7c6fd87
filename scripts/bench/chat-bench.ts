import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { discordPerson } from '../../test/support/discord/discord-person.ts';
import {
  BOT_TOKEN as DISCORD_TOKEN,
  GUILD_ID,
  type Json,
  type LoopbackDiscord,
  loopbackGuild,
  OWNER_ID,
  startLoopbackDiscord,
} from '../../test/support/discord/loopback-discord.ts';
import {
  APP_TOKEN,
  type LoopbackSlack,
  SIGNING_SECRET,
  BOT_TOKEN as SLACK_TOKEN,
  signedHeaders,
  startLoopbackSlack,
} from '../../test/support/slack/loopback-slack.ts';
import { SALES, type SlackPersonActions, slackPerson } from '../../test/support/slack/slack-person.ts';
import { assinyPayload } from '../simulate/assiny-payload.ts';
import type { Bench, Figure } from './bench.ts';
import { type BenchProduct, newBenchStore, sendDelivery, withProduct } from './bench-product.ts';
import { rateOf } from './concurrent-clients.ts';

const CLIENTS = 32;
const CALIBRATION = 3_000;
const COMMANDS = 150;
const COMMANDS_A_SECOND = 10;
const TICK_MILLISECONDS = 10;
/** Design §10. */
const MOST_MILLISECONDS = 250;

/** One way in for commands: types one and resolves once it is acknowledged. */
type Transport = (number: number) => Promise<unknown>;

/** How long commands wait for their acknowledgement while deliveries come at half of the rate that this machine can take. */
export const chatBench: Bench = async (_options, output) => {
  const slack = await startLoopbackSlack();
  const discord = await startLoopbackDiscord();
  try {
    slack.channels.push({ ...SALES, is_member: true });
    slack.people.set('U0ANA', { id: 'U0ANA', real_name: 'Ana', is_owner: true, locale: 'pt-BR' });
    discord.guilds.push(loopbackGuild(GUILD_ID, [SALES]));
    const figures: Figure[] = [];
    for (const slackBy of ['Socket Mode', 'HTTP'] as const) {
      figures.push(...(await measureProduct(slack, discord, slackBy, output.say)));
    }
    const breaches = [...slack.breaches, ...discord.breaches];
    if (breaches.length > 0) throw new Error(`A chat would have refused: ${breaches.join('; ')}`);
    return figures;
  } finally {
    await slack.stop();
    await discord.stop();
  }
};

async function measureProduct(
  slack: LoopbackSlack,
  discord: LoopbackDiscord,
  slackBy: 'Socket Mode' | 'HTTP',
  say: (line: string) => void,
): Promise<Figure[]> {
  const keys = generateKeyPairSync('ed25519');
  const environment = {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: SLACK_TOKEN,
    ...(slackBy === 'HTTP' ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: APP_TOKEN }),
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_TOKEN,
    DISCORD_PUBLIC_KEY: keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'),
  };
  return await withProduct(environment, async (product) => {
    const transports: [string, Transport][] =
      slackBy === 'HTTP'
        ? [['Slack HTTP', slackByHttp(slack, product.address)]]
        : [
            ['Slack Socket Mode', slackBySocket(slack)],
            ['Discord gateway', discordByGateway(discord)],
            ['Discord HTTP', discordByHttp(discord, product.address, keys.privateKey)],
          ];
    return await measure(product, transports, say);
  });
}

async function measure(
  product: BenchProduct,
  transports: readonly [string, Transport][],
  say: (line: string) => void,
): Promise<Figure[]> {
  const { webhookUrl } = await newBenchStore(product, 'Bench');
  const peak = await rateOf(CALIBRATION, CLIENTS, (number) => sendSale(webhookUrl, `calibration ${number}`));
  const rate = peak / 2;
  say(`Deliveries: ${Math.round(peak)}/s at the peak; commands are measured at ${Math.round(rate)}/s`);
  const figures: Figure[] = [{ what: 'deliveries at the peak', value: peak, unit: '/s', target: null }];
  for (const [name, transport] of transports) {
    const load = keepSending(webhookUrl, rate, name);
    const latencies = createHistogram();
    const acknowledgements: Promise<void>[] = [];
    for (let number = 0; number < COMMANDS; number += 1) {
      acknowledgements.push(timed(() => transport(number), latencies));
      await pause(1_000 / COMMANDS_A_SECOND);
    }
    await Promise.all(acknowledgements);
    const sent = await load.stop();
    const milliseconds = (percentile: number) => latencies.percentile(percentile) / 1_000;
    say(`${name}: ${COMMANDS} commands beside ${sent} deliveries`);
    figures.push(
      { what: `${name}: acknowledgement p50`, value: milliseconds(50), unit: 'ms', target: null },
      {
        what: `${name}: acknowledgement p99`,
        value: milliseconds(99),
        unit: 'ms',
        target: { atMost: MOST_MILLISECONDS },
      },
    );
  }
  return figures;
}

async function timed(work: () => Promise<unknown>, histogram: { record(value: number): void }): Promise<void> {
  const startedAt = performance.now();
  await work();
  histogram.record(Math.max(1, Math.round((performance.now() - startedAt) * 1_000)));
}

/** Sends at a steady rate whether or not earlier requests were answered; any that is not taken fails the bench. */
function keepSending(webhookUrl: string, rate: number, name: string) {
  const under: Promise<void>[] = [];
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * rate;
    while (under.length < due) under.push(sendSale(webhookUrl, `${name} ${under.length}`));
  }, TICK_MILLISECONDS);
  return {
    async stop(): Promise<number> {
      clearInterval(timer);
      await Promise.all(under);
      return under.length;
    },
  };
}

async function sendSale(webhookUrl: string, transactionId: string): Promise<void> {
  await sendDelivery(webhookUrl, assinyPayload({ event: 'approved_purchase', transactionId }));
}

function slackBySocket(slack: LoopbackSlack): Transport {
  return commandOf(slackPerson(slack, (request) => slack.deliverBySocket(request), 'U0ANA'));
}

function slackByHttp(slack: LoopbackSlack, address: string): Transport {
  const deliver = async ({ payload }: { payload: Json }) => {
    const body = new URLSearchParams(payload).toString();
    const response = await fetch(`${address}/slack/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...signedHeaders(body, new Date()) },
      body,
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`Slack was answered ${response.status}`);
  };
  return commandOf(slackPerson(slack, deliver, 'U0ANA'));
}

function commandOf(person: SlackPersonActions): Transport {
  return (number) => person.type(number % 2 === 0 ? '/ajuda' : '/loja listar');
}

function discordByGateway(discord: LoopbackDiscord): Transport {
  const person = discordPerson(
    async (interaction) => {
      discord.gateway.dispatch('INTERACTION_CREATE', interaction);
      while (!discord.acknowledgements.has(interaction.token)) await pause(1);
    },
    { id: OWNER_ID, name: 'Ana', permissions: '8' },
    (command) => command !== 'ajuda',
  );
  return (number) => person.run(number % 2 === 0 ? 'ajuda' : 'loja listar');
}

function discordByHttp(discord: LoopbackDiscord, address: string, key: KeyObject): Transport {
  const person = discordPerson(
    async (interaction) => {
      const body = JSON.stringify(interaction);
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const response = await fetch(`${address}/discord/interactions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-signature-timestamp': timestamp,
          'x-signature-ed25519': sign(null, Buffer.from(timestamp + body), key).toString('hex'),
        },
        body,
      });
      const answer = (await response.json()) as Json;
      if (response.status !== 200) throw new Error(`Discord was answered ${response.status}`);
      if (!discord.acknowledgements.has(interaction.token)) discord.noteAcknowledgement(interaction.token, answer);
    },
    { id: OWNER_ID, name: 'Ana', permissions: '8' },
    (command) => command !== 'ajuda',
  );
  return (number) => person.run(number % 2 === 0 ? 'ajuda' : 'loja listar');
}
