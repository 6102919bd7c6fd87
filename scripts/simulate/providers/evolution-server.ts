import { z } from 'zod';
import { parsedJson } from '../parsed-json.ts';
import type { AcceptedMessage } from './accepted-message.ts';
import {
  type Fault,
  type LoopbackAnswer,
  type LoopbackRequest,
  type LoopbackServer,
  startLoopbackServer,
} from './loopback-server.ts';

export interface EvolutionOptions {
  instanceName: string;
  apiKey: string;
  /** Sent to webhooks as `X-Webhook-Secret`. */
  webhookSecret?: string;
  /** Whether a phone (E.164) has WhatsApp; all have. */
  isOnWhatsApp?(phone: string): boolean;
  /** Called before the answer leaves, since a webhook may overtake it. */
  onAccepted?(message: AcceptedMessage): void;
  /** What goes wrong with a request, if anything. */
  faultOf?(request: LoopbackRequest): Fault | undefined;
  now?(): Date;
  port?: number;
}

type State = 'open' | 'connecting' | 'close';

export interface EvolutionServer extends LoopbackServer {
  /** Every message that was taken, in order. */
  readonly accepted: readonly AcceptedMessage[];
  setState(state: State): void;
  /** Tells a webhook what became of a message. @returns the status of its answer */
  sendStatus(webhookUrl: string, id: string, status: 'SERVER_ACK' | 'DELIVERY_ACK' | 'READ' | 'ERROR'): Promise<number>;
  /** Tells a webhook that a buyer has written. @returns the status of its answer */
  sendReply(webhookUrl: string, phone: string, text: string): Promise<number>;
  /** Tells a webhook what the instance's state is. @returns the status of its answer */
  sendConnection(webhookUrl: string): Promise<number>;
  /** Tells a webhook that there is a QR code to be scanned. @returns the status of its answer */
  sendQrCode(webhookUrl: string): Promise<number>;
}

const textSchema = z.object({ number: z.string().regex(/^\d+$/), text: z.string().min(1) });
const mediaSchema = z.object({
  number: z.string().regex(/^\d+$/),
  mediatype: z.literal('image'),
  media: z.url(),
  caption: z.string().optional(),
});

/** A picture of one dot: nobody scans it. */
const QR_CODE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Evolution API v2 as far as Sininho uses it, with its key check and its errors. */
export async function startEvolutionServer(options: EvolutionOptions): Promise<EvolutionServer> {
  const { instanceName, apiKey, webhookSecret, isOnWhatsApp = () => true, now = () => new Date() } = options;
  const accepted: AcceptedMessage[] = [];
  let state: State = 'open';

  function handle(request: LoopbackRequest): LoopbackAnswer {
    if (request.headers.apikey !== apiKey) return problem(401, 'Unauthorized', 'Unauthorized');
    const [, group, verb, instance] = request.path.split('/');
    if (decodeURIComponent(instance ?? '') !== instanceName) {
      return problem(404, 'Not Found', [`The "${instance}" instance does not exist`]);
    }
    switch (`${request.method} ${group}/${verb}`) {
      case 'GET instance/connectionState':
        return { status: 200, body: { instance: { instanceName, state } } };
      case 'GET instance/connect':
        return { status: 200, body: connect() };
      case 'POST message/sendText':
      case 'POST message/sendMedia':
        return take(request.body);
      default:
        return problem(404, 'Not Found', [`Cannot ${request.method} ${request.path}`]);
    }
  }

  function connect(): object {
    if (state === 'open') return { instance: { instanceName, state } };
    state = 'connecting';
    return { pairingCode: null, code: '2@code', base64: QR_CODE, count: 1 };
  }

  function take(body: string): LoopbackAnswer {
    const read = z.union([textSchema, mediaSchema]).safeParse(parsedJson(body));
    if (!read.success) return problem(400, 'Bad Request', [['instance requires property "number"']]);
    if (state !== 'open') return problem(500, 'Internal Server Error', 'Connection Closed');
    const message = read.data;
    const jid = `${message.number}@s.whatsapp.net`;
    const phone = `+${message.number}`;
    if (!isOnWhatsApp(phone)) {
      return problem(400, 'Bad Request', [{ jid, exists: false, number: message.number }]);
    }
    const id = `3EB0${String(accepted.length + 1).padStart(16, '0')}`;
    const isText = 'text' in message;
    const text = isText ? message.text : (message.caption ?? '');
    const imageUrl = isText ? null : message.media;
    const taken = { id, phone, text, imageUrl, template: null, messageId: null, at: now() };
    accepted.push(taken);
    options.onAccepted?.(taken);
    const key = { remoteJid: jid, fromMe: true, id };
    return {
      status: 201,
      body: { key, status: 'PENDING', message: { conversation: text }, messageType: 'conversation' },
    };
  }

  function post(webhookUrl: string, event: string, data: object): Promise<number> {
    const body = JSON.stringify({
      event,
      instance: instanceName,
      data,
      date_time: now().toISOString(),
      apikey: apiKey,
    });
    const headers = {
      'content-type': 'application/json',
      ...(webhookSecret === undefined ? {} : { 'x-webhook-secret': webhookSecret }),
    };
    return fetch(webhookUrl, { method: 'POST', headers, body }).then(({ status }) => status);
  }

  const server = await startLoopbackServer(handle, options.port, options.faultOf);
  return {
    ...server,
    accepted,
    setState(value) {
      state = value;
    },
    sendStatus(webhookUrl, id, status) {
      const digits = accepted.find((message) => message.id === id)?.phone.slice(1);
      const remoteJid = `${digits}@s.whatsapp.net`;
      return post(webhookUrl, 'messages.update', { messageId: 'x', keyId: id, remoteJid, fromMe: true, status });
    },
    sendReply(webhookUrl, phone, text) {
      const key = {
        remoteJid: `${phone.slice(1)}@s.whatsapp.net`,
        fromMe: false,
        id: `3A${phone.slice(1)}${now().getTime()}`,
      };
      const messageTimestamp = Math.floor(now().getTime() / 1000);
      return post(webhookUrl, 'messages.upsert', { key, message: { conversation: text }, messageTimestamp });
    },
    sendConnection(webhookUrl) {
      return post(webhookUrl, 'connection.update', { instance: instanceName, state, statusReason: 200 });
    },
    sendQrCode(webhookUrl) {
      const qrcode = { instance: instanceName, pairingCode: null, code: '2@code', base64: QR_CODE };
      return post(webhookUrl, 'qrcode.updated', { qrcode });
    },
  };
}

/** An error as the last handlers of Evolution's src/main.ts write it. */
function problem(status: number, error: string, message: unknown): LoopbackAnswer {
  return { status, body: { status, error, response: { message } } };
}
