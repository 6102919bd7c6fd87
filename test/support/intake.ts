import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { createDeliveryWriter } from '../../src/ingest/delivery-writer.ts';
import { createIntake, type Intake } from '../../src/ingest/intake.ts';
import { openSpool, type Spool } from '../../src/ingest/spool.ts';
import type { Services } from '../../src/services.ts';

/** The way in for deliveries, with a spool in a directory of its own, which goes when the spool is closed. */
export async function intakeOn(
  connection: Connection,
  services: Services,
  options: { now?: () => Date; isDatabaseReady?: () => boolean; maximumSpoolBytes?: number } = {},
): Promise<{ intake: Intake; spool: Spool }> {
  const directory = await mkdtemp(join(tmpdir(), 'sininho-spool-'));
  const spool = await openSpool({
    directory,
    ...(options.maximumSpoolBytes === undefined ? {} : { maximumBytes: options.maximumSpoolBytes }),
  });
  const intake = createIntake({
    stores: services.stores,
    refusals: services.refusals,
    writer: createDeliveryWriter({ connection }),
    spool,
    log: pino({ level: 'silent' }),
    isDatabaseReady: options.isDatabaseReady ?? (() => true),
    onStored: () => undefined,
    ...(options.now ? { now: options.now } : {}),
  });
  return {
    intake,
    spool: {
      ...spool,
      async close() {
        await spool.close();
        await rm(directory, { recursive: true, force: true });
      },
    },
  };
}

/** Sends a body to a store's webhook URL without HTTP. */
export async function deliver(intake: Intake, webhookUrl: string, body: unknown) {
  const [platform = '', token = ''] = new URL(webhookUrl).pathname.split('/').slice(2);
  return await intake.accept({
    platform,
    token,
    headers: [['Content-Type', 'application/json']],
    contentType: 'application/json',
    rawBody: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
}
