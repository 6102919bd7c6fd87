import { createHmac } from 'node:crypto';
import {
  type LoopbackAnswer,
  type LoopbackRequest,
  type LoopbackServer,
  startLoopbackServer,
} from '../../scripts/simulate/providers/loopback-server.ts';

export interface HttpReceiver extends LoopbackServer {
  /** Every message that was taken, once each: a repeated `webhook-id` is answered as it was the first time. */
  readonly accepted: ReadonlyMap<string, unknown>;
  /** Every request, refused ones too. */
  readonly requests: readonly LoopbackRequest[];
}

const TOLERANCE_SECONDS = 5 * 60;

/** A program of a seller's that takes messages as Standard Webhooks, and checks them as the specification asks receivers to. */
export async function startHttpReceiver(secret: string, now = () => new Date()): Promise<HttpReceiver> {
  const accepted = new Map<string, unknown>();
  const requests: LoopbackRequest[] = [];
  const server = await startLoopbackServer((request): LoopbackAnswer => {
    requests.push(request);
    if (!isSigned(request, secret, now())) return { status: 401, body: { error: 'signature' } };
    const id = String(request.headers['webhook-id']);
    accepted.set(id, JSON.parse(request.body));
    return { status: 200, body: { id: `receiver-${id}` } };
  });
  return { ...server, accepted, requests };
}

function isSigned({ headers, body }: LoopbackRequest, secret: string, now: Date): boolean {
  const timestamp = String(headers['webhook-timestamp']);
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${headers['webhook-id']}.${timestamp}.${body}`).digest('base64');
  return headers['webhook-signature'] === `v1,${signature}`;
}
