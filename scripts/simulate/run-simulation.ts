import type { RunOutput } from '../terminal/run-output.ts';
import { type AdminApi, connectAdminApi, type SeenStore } from './admin-api.ts';
import { isKept } from './check/check-answers.ts';
import { checkRun } from './check/check-run.ts';
import type { Difference } from './check/differences.ts';
import { messageSummary } from './messages/message-summary.ts';
import { beginRehearsal, type Rehearsal } from './messages/rehearsal.ts';
import type { SimulatorOptions } from './options.ts';
import type { PlannedDelivery } from './planned-delivery.ts';
import { runSummary } from './run-summary.ts';
import { planDeliveries } from './scenarios.ts';
import { type SentDelivery, sendDeliveries } from './send-deliveries.ts';
import { SimulatorError } from './simulator-error.ts';
import { daysOf, readStoreBefore } from './store-before.ts';
import { waitUntilMessaged, waitUntilPosted, waitUntilProcessed } from './wait-until-processed.ts';

const DIFFERENCES_TO_SHOW = 20;

/**
 * Makes one run: sends a scenario, waits until the server has made everything of it, and checks what it shows.
 * @returns all differences; none when the server is right
 * @throws SimulatorError when the run cannot be made
 */
export async function runSimulation(
  options: SimulatorOptions,
  output: RunOutput,
  startedAt: Date = new Date(),
): Promise<readonly Difference[]> {
  const { scenario, count, rate, seed, url } = options;
  // A server that is away at the beginning is not waited for.
  const store = await connectAdminApi({ ...options, keepGoing: false }).findStore(options.store);
  const api = connectAdminApi(options);
  refuseSecretHeader(store);
  const deliveries = planDeliveries({ scenario, count, rate, seed, startedAt });
  await waitUntilProcessed(api, store);
  const rehearsal = options.messages ? await beginRehearsal(api, store, { url, seed, deliveries }) : null;
  try {
    return await makeRun({ api, store, deliveries, rehearsal, options, output, startedAt });
  } finally {
    await rehearsal?.end();
  }
}

interface Run {
  api: AdminApi;
  store: SeenStore;
  deliveries: readonly PlannedDelivery[];
  /** Null: nobody looks after the messages. */
  rehearsal: Rehearsal | null;
  options: SimulatorOptions;
  output: RunOutput;
  startedAt: Date;
}

async function makeRun({
  api,
  store,
  deliveries,
  rehearsal,
  options,
  output,
  startedAt,
}: Run): Promise<readonly Difference[]> {
  const { scenario, count, rate, seed, keepGoing, url } = options;
  const before = await readStoreBefore(api, store, url, daysOf(deliveries, store, startedAt), startedAt);
  output.say(`${store.name}: ${scenario}, ${count} requests at ${rate} a second, seed ${seed}`);

  const progress = output.begin('Sending', deliveries.length);
  const sendingAt = performance.now();
  const sent = await sendDeliveries(deliveries, {
    webhookUrl: localWebhookUrl(store, url),
    rate,
    keepGoing,
    onAnswered: progress.advance,
  }).finally(progress.end);
  output.say(sendingSummary(sent, (performance.now() - sendingAt) / 1_000));

  await waitUntilProcessed(api, store);
  output.say('');
  for (const line of runSummary(sent, store)) output.say(line);
  output.say('');
  if (store.alerts.channelId !== null && !store.paused) {
    output.say('Waiting for the alerts; what a busy channel has no room for is posted when its minute is over.');
  }
  await waitUntilPosted(api, store, before.lastAlert);
  if (rehearsal) {
    output.say('Waiting until every message has been sent, or has its reason.');
    await waitUntilMessaged(api, store);
    await rehearsal.buyers.settled();
    for (const line of await messageSummary(api, store, before.lastMessage, rehearsal)) output.say(line);
  }
  const { differences, compared } = await checkRun(api, store, sent, before, rehearsal);
  tell(differences, compared, output);
  return differences;
}

function refuseSecretHeader({ name, secretHeader }: SeenStore): void {
  if (secretHeader === null) return;
  throw new SimulatorError(
    `${name} asks for the secret header ${secretHeader}, which nobody can read back; use another store, or take it away with /loja editar ${name} cabecalho:nenhum.`,
  );
}

/** The webhook URL at the address that the API has here, whatever the internet calls it. */
function localWebhookUrl(store: SeenStore, url: string): string {
  return `${url}${store.webhookUrl.slice(store.webhookUrl.indexOf('/webhooks/'))}`;
}

function sendingSummary(sent: readonly SentDelivery[], seconds: number): string {
  const kept = sent.filter(isKept).length;
  const lost = sent.reduce((sum, { lostAnswers }) => sum + lostAnswers, 0);
  const rate = Math.round(sent.length / Math.max(seconds, 0.001));
  return [
    `Sent ${sent.length} requests in ${seconds.toFixed(1)} s (${rate} a second): ${kept} kept, ${sent.length - kept} refused`,
    ...(lost === 0 ? [] : [`${lost} answers lost and sent again`]),
  ].join(', ');
}

function tell(differences: readonly Difference[], compared: number, output: RunOutput): void {
  for (const { what, expected, found } of differences.slice(0, DIFFERENCES_TO_SHOW)) {
    output.say(`  ${what}`);
    output.say(`    expected: ${expected}`);
    output.say(`    found:    ${found}`);
  }
  const hidden = differences.length - DIFFERENCES_TO_SHOW;
  if (hidden > 0) output.say(`  … and ${hidden} more`);
  output.say(`Compared ${compared} things.`);
  output.say(`${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`);
}
