import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import type { Logger } from 'pino';
import { createSeenSignatures } from '../seen-signatures.ts';
import type { Respond } from './interaction-handler.ts';

const INTERACTIONS_PATH = '/discord/interactions';
/** Discord names no window, so ours is the usual one: five minutes to either side. */
const TOLERANCE_SECONDS = 5 * 60;
const BODY_LIMIT = '1mb';
/** What stands before the 32 bytes of an ed25519 key in its standard form (RFC 8410, section 4). */
const KEY_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Discord's interactions over HTTP on the product's own server. A request that is not signed with the application's key, that is old, from the future,
 * that came before, or that is meant for another application is answered 401 without a word, and counted.
 * @param dependencies.publicKey 64 hexadecimal digits, from the application's page
 */
export function createInteractionRouter(dependencies: {
  publicKey: string;
  applicationId: string | null;
  handle(raw: unknown, respond: Respond): Promise<void>;
  log: Logger;
  now?: () => Date;
}): { router: Router; refusedRequests(): number } {
  const { applicationId, handle, log, now = () => new Date() } = dependencies;
  const publicKey = readPublicKey(dependencies.publicKey);
  const seen = createSeenSignatures(2 * TOLERANCE_SECONDS);
  let refused = 0;

  function isGenuine(request: Request, body: Buffer): boolean {
    // Hexadecimal in either case is the same signature, and is remembered as the same.
    const signature = (request.get('x-signature-ed25519') ?? '').toLowerCase();
    const timestamp = request.get('x-signature-timestamp') ?? '';
    const seconds = Math.floor(now().getTime() / 1_000);
    if (!/^\d+$/.test(timestamp) || Math.abs(seconds - Number(timestamp)) > TOLERANCE_SECONDS) return false;
    return (
      isSigned(publicKey, signature, Buffer.concat([Buffer.from(timestamp), body])) && seen.isFirst(signature, seconds)
    );
  }

  async function receive(request: Request, response: Response): Promise<void> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const interaction = isGenuine(request, body) ? parsed(body) : null;
    if (interaction === null || !isForApplication(interaction, applicationId)) {
      refused += 1;
      log.warn(
        'A request to the Discord address was refused: check DISCORD_PUBLIC_KEY, DISCORD_APPLICATION_ID and the clock if it came from Discord',
      );
      response.status(401).end();
      return;
    }
    await handle(interaction, (answer) => written(response, answer));
    if (!response.headersSent) response.status(400).end();
  }

  const router = express.Router();
  router.post(INTERACTIONS_PATH, express.raw({ type: () => true, limit: BODY_LIMIT }), receive);
  return { router, refusedRequests: () => refused };
}

function readPublicKey(hexadecimal: string): KeyObject {
  const key = Buffer.concat([KEY_PREFIX, Buffer.from(hexadecimal, 'hex')]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

function isSigned(publicKey: KeyObject, signature: string, content: Buffer): boolean {
  return /^[0-9a-f]{128}$/.test(signature) && verify(null, content, publicKey, Buffer.from(signature, 'hex'));
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function isForApplication(interaction: unknown, applicationId: string | null): boolean {
  if (typeof interaction !== 'object' || interaction === null) return false;
  return applicationId === null || Reflect.get(interaction, 'application_id') === applicationId;
}

/** Resolves once the answer has left: what follows it must not overtake it. */
function written(response: Response, answer: object): Promise<void> {
  return new Promise((resolve, reject) => {
    response.once('finish', () => resolve());
    response.once('close', () => reject(new Error('Discord hung up before it was answered')));
    response.json(answer);
  });
}
