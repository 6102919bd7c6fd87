import { createHmac } from 'node:crypto';
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

export interface WhatsAppCloudOptions {
  phoneNumberId: string;
  accessToken: string;
  /** Signs what the server sends to a webhook. */
  appSecret: string;
  /** Meta's own limits, unless they are said. */
  messagesPerSecond?: number;
  millisecondsBetweenMessagesToOne?: number;
  /** Whether a phone (E.164) has WhatsApp; all have. */
  isOnWhatsApp?(phone: string): boolean;
  /** Whether a phone has written in the last 24 hours; those whose reply the server has told of have. */
  isWindowOpen?(phone: string): boolean;
  /** The templates of the business account. */
  templates?: readonly LoopbackTemplate[];
  /** Called before the answer leaves, since a webhook may overtake it. */
  onAccepted?(message: AcceptedMessage): void;
  /** What goes wrong with a request, if anything. */
  faultOf?(request: LoopbackRequest): Fault | undefined;
  now?(): Date;
  port?: number;
}

export interface LoopbackTemplate {
  name: string;
  /** With `{{1}}`, `{{2}}`, … */
  body: string;
  /** `pt_BR`, unless it is said. */
  language?: string;
  /** `APPROVED`, unless it is said. */
  status?: 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED';
  /** What else it is made of. */
  components?: readonly object[];
}

export interface WhatsAppCloudServer extends LoopbackServer {
  /** Every message that was taken, in order. */
  readonly accepted: readonly AcceptedMessage[];
  /** From now on every token is refused, or none but the right one. */
  setTokenRevoked(revoked: boolean): void;
  /**
   * Tells a webhook what became of a message.
   * @param errorCode for `failed`
   * @returns the status of its answer
   */
  sendStatus(
    webhookUrl: string,
    id: string,
    status: 'sent' | 'delivered' | 'read' | 'failed',
    errorCode?: number,
  ): Promise<number>;
  /** Tells a webhook that a buyer has written, which opens the window for 24 hours. @returns the status of its answer */
  sendReply(webhookUrl: string, phone: string, text: string): Promise<number>;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const ACCOUNT_ID = '102290129340398';
const LIMITS = { messagesPerSecond: 80, millisecondsBetweenMessagesToOne: 6000 };

const headerSchema = z.object({
  type: z.literal('header'),
  parameters: z.tuple([z.object({ type: z.literal('image'), image: z.object({ link: z.url() }) })]),
});
const bodySchema = z.object({
  type: z.literal('body'),
  parameters: z.array(z.object({ type: z.literal('text'), text: z.string().regex(/^(?!.*( {4}|[\n\t])).+$/s) })),
});
const messageSchema = z.object({
  messaging_product: z.literal('whatsapp'),
  to: z.string().regex(/^\+?\d+$/),
  type: z.enum(['text', 'image', 'template']),
  text: z.object({ body: z.string().min(1).max(4096) }).optional(),
  image: z.object({ link: z.url(), caption: z.string().max(1024).optional() }).optional(),
  template: z
    .object({
      name: z.string(),
      language: z.object({ code: z.string() }),
      components: z.array(z.discriminatedUnion('type', [headerSchema, bodySchema])),
    })
    .optional(),
  biz_opaque_callback_data: z.string().optional(),
});
type Message = z.output<typeof messageSchema>;

/** Meta's Cloud API as far as Sininho uses it, with its token check, its limits and its errors. */
export async function startWhatsAppCloudServer(options: WhatsAppCloudOptions): Promise<WhatsAppCloudServer> {
  const { now = () => new Date(), isOnWhatsApp = () => true, templates = [] } = options;
  const limits = { ...LIMITS, ...options };
  const accepted: AcceptedMessage[] = [];
  const lastReplies = new Map<string, number>();
  /** When each phone was sent something, in milliseconds. */
  const lastTaken = new Map<string, number>();
  let revoked = false;

  const isWindowOpen =
    options.isWindowOpen ??
    ((phone: string) => now().getTime() - (lastReplies.get(phone) ?? -Infinity) < DAY_MILLISECONDS);

  function handle(request: LoopbackRequest): LoopbackAnswer {
    if (revoked || request.headers.authorization !== `Bearer ${options.accessToken}`) {
      return problem(401, 190, 'Error validating access token: Session has expired');
    }
    const [, , phoneNumberId, edge] = request.path.split('/');
    if (phoneNumberId === ACCOUNT_ID && edge === 'message_templates') return listTemplates(request.query.get('name'));
    if (phoneNumberId !== options.phoneNumberId) return problem(400, 100, 'Unsupported request', 33);
    if (request.query.get('fields') === 'health_status') return health(phoneNumberId);
    if (request.method === 'GET') return { status: 200, body: { id: phoneNumberId, quality_rating: 'GREEN' } };
    return edge === 'messages' ? take(request.body) : problem(400, 100, 'Unsupported request', 33);
  }

  function health(id: string): LoopbackAnswer {
    const entity = (type: string, of: string) => ({ entity_type: type, id: of, can_send_message: 'AVAILABLE' });
    const entities = [
      entity('PHONE_NUMBER', id),
      entity('WABA', ACCOUNT_ID),
      entity('BUSINESS', '1'),
      entity('APP', '2'),
    ];
    return { status: 200, body: { id, health_status: { can_send_message: 'AVAILABLE', entities } } };
  }

  /** Meta finds every name that has these letters in it. */
  function listTemplates(wanted: string | null): LoopbackAnswer {
    const data = templates
      .filter(({ name }) => name.includes(wanted ?? ''))
      .map(({ name, language = 'pt_BR', status = 'APPROVED', body, components = [] }, index) => ({
        name,
        language,
        status,
        components: [{ type: 'BODY', text: body }, ...components],
        id: String(index + 1),
      }));
    return { status: 200, body: { data, paging: { cursors: { before: 'a', after: 'b' } } } };
  }

  function take(body: string): LoopbackAnswer {
    const read = messageSchema.safeParse(parsedJson(body));
    if (!read.success) return problem(400, 100, 'Invalid parameter');
    const phone = read.data.to.replace(/^\+?/, '+');
    const refusal = refusalOf(read.data, phone);
    if (refusal) return refusal;
    const id = `wamid.${accepted.length + 1}.${phone.slice(-4)}`;
    lastTaken.set(phone, now().getTime());
    const message: AcceptedMessage = {
      id,
      phone,
      at: now(),
      messageId: read.data.biz_opaque_callback_data ?? null,
      ...contentOf(read.data),
    };
    accepted.push(message);
    options.onAccepted?.(message);
    const contact = { input: read.data.to, wa_id: phone.slice(1) };
    return { status: 200, body: { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id }] } };
  }

  function refusalOf({ type, template }: Message, phone: string): LoopbackAnswer | null {
    const time = now().getTime();
    const oneSecondFull = accepted.at(-limits.messagesPerSecond);
    if (oneSecondFull && time - oneSecondFull.at.getTime() < 1000) return rateLimitHit();
    if (time - (lastTaken.get(phone) ?? -Infinity) < limits.millisecondsBetweenMessagesToOne) {
      return problem(400, 131056, '(Business Account, Consumer Account) pair rate limit hit');
    }
    if (!isOnWhatsApp(phone)) return problem(400, 131026, 'Message undeliverable');
    if (type !== 'template' && !isWindowOpen(phone)) return problem(400, 131047, 'Re-engagement message');
    return type === 'template' ? templateRefusal(template) : null;
  }

  function templateRefusal(sent: Message['template']): LoopbackAnswer | null {
    const found = templates.find(
      ({ name, language = 'pt_BR' }) => name === sent?.name && language === sent.language.code,
    );
    const { status = 'APPROVED', body = '', components = [] } = found ?? {};
    if (status === 'PAUSED') return problem(400, 132015, 'Template is Paused');
    if (status === 'DISABLED') return problem(400, 132016, 'Template is Disabled');
    if (!found || status !== 'APPROVED') {
      return problem(404, 132001, 'Template name does not exist in the translation');
    }
    const asked = new Set(body.match(/\{\{\d+\}\}/g)).size;
    const { values, imageUrl } = templateParts(sent);
    if (asked !== values.length)
      return problem(400, 132000, 'Number of parameters does not match the expected number of params');
    const hasImage = components.some((component) => 'format' in component && component.format === 'IMAGE');
    return hasImage === (imageUrl !== null) ? null : problem(400, 132012, 'Parameter format does not match');
  }

  function post(webhookUrl: string, value: object): Promise<number> {
    const metadata = { display_phone_number: '5511900000000', phone_number_id: options.phoneNumberId };
    const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '1', changes: [change] }],
    });
    const signature = createHmac('sha256', options.appSecret).update(body).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
    return fetch(webhookUrl, { method: 'POST', headers, body }).then(({ status }) => status);
  }

  const server = await startLoopbackServer(handle, options.port, options.faultOf);
  return {
    ...server,
    accepted,
    setTokenRevoked(value) {
      revoked = value;
    },
    sendStatus(webhookUrl, id, status, errorCode) {
      const message = accepted.find((candidate) => candidate.id === id);
      const errors = errorCode === undefined ? {} : { errors: [{ code: errorCode, title: 'An error' }] };
      const callback = message?.messageId ? { biz_opaque_callback_data: message.messageId } : {};
      const recipient = message?.phone.slice(1);
      const told = { id, status, timestamp: seconds(now()), recipient_id: recipient, ...callback, ...errors };
      return post(webhookUrl, { statuses: [told] });
    },
    sendReply(webhookUrl, phone, text) {
      lastReplies.set(phone, now().getTime());
      const from = phone.slice(1);
      const message = {
        from,
        id: `wamid.reply.${from}.${now().getTime()}`,
        timestamp: seconds(now()),
        type: 'text',
        text: { body: text },
      };
      return post(webhookUrl, { contacts: [{ profile: { name: 'A buyer' }, wa_id: from }], messages: [message] });
    },
  };
}

function seconds(moment: Date): string {
  return String(Math.floor(moment.getTime() / 1000));
}

function contentOf({ text, image, template }: Message): Pick<AcceptedMessage, 'text' | 'imageUrl' | 'template'> {
  const parts = templateParts(template);
  return {
    text: text?.body ?? image?.caption ?? parts.values.join(' '),
    imageUrl: image?.link ?? parts.imageUrl,
    template: template?.name ?? null,
  };
}

function templateParts(template: Message['template']): { values: string[]; imageUrl: string | null } {
  const components = template?.components ?? [];
  const [imageUrl = null] = components.flatMap((part) => (part.type === 'header' ? part.parameters[0].image.link : []));
  const values = components.flatMap((part) => (part.type === 'body' ? part.parameters.map(({ text }) => text) : []));
  return { values, imageUrl };
}

/** What Meta answers when a number sends too fast. */
export function rateLimitHit(): LoopbackAnswer {
  return problem(429, 130429, 'Rate limit hit');
}

/** An error as the Graph API writes it. */
function problem(status: number, code: number, message: string, subcode?: number): LoopbackAnswer {
  const error = {
    message: `(#${code}) ${message}`,
    type: 'OAuthException',
    code,
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
    error_data: { messaging_product: 'whatsapp', details: message },
    fbtrace_id: 'AbCdEf',
  };
  return { status, body: { error } };
}
