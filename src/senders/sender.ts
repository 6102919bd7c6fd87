/** The WhatsApp providers that an instance can send through. */
export const PROVIDERS = ['log', 'whatsapp-cloud', 'evolution', 'http'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** One message as it leaves. */
export interface OutgoingMessage {
  /** Ours; the provider is given it as an idempotency key where it knows such a thing. */
  id: string;
  /** E.164, with the plus sign. */
  phone: string;
  text: string;
  /** Sent with the text as its caption, where the provider can. */
  imageUrl: string | null;
  /** An approved template, which is used instead of the text outside the provider's free conversation window. */
  template: MessageTemplate | null;
  /** When the buyer last wrote to the instance that sends it; null when never. */
  lastReplyAt: Date | null;
}

export interface MessageTemplate {
  name: string;
  /** As the provider writes it: `pt_BR`. */
  language: string;
  /** The values of `{{1}}`, `{{2}}`, … of its body. */
  parameters: string[];
  /** The picture of its header; null where it has none. */
  imageUrl: string | null;
}

/**
 * What became of an attempt. `temporary` and `final` say that nothing was sent; `uncertain` that nobody knows:
 * the connection ended after the request had gone out.
 */
export type SendResult =
  | { outcome: 'accepted'; providerMessageId: string | null }
  | { outcome: 'temporary'; reason: SendFailure; retryAfterMilliseconds: number | null }
  | { outcome: 'final'; reason: SendFailure }
  | { outcome: 'uncertain'; reason: SendFailure };

/** Why a message was not sent, or may not have been, in our own words; each is a key `send_failure.<reason>` of the text catalogue. */
export const SEND_FAILURES = [
  'rate_limited',
  'recipient_rate_limited',
  'window_closed',
  'not_on_whatsapp',
  'template_unknown',
  'template_paused',
  'template_parameters',
  'template_rejected',
  'token_refused',
  'account_restricted',
  'instance_disconnected',
  'address_not_allowed',
  'provider_unavailable',
  'provider_unreadable',
  'provider_refused',
  'no_answer',
  'answer_lost',
] as const;
export type SendFailure = (typeof SEND_FAILURES)[number];

export type ConnectionState =
  | { state: 'connected' }
  /** `qrCode`: a PNG in base64 that the phone has to scan; null when there is none to show. */
  | { state: 'disconnected'; reason: SendFailure | 'qr_code'; qrCode: string | null };

/** One way to send WhatsApp messages. Nothing in it knows of stores, orders or the database. */
export interface Sender {
  /** Never throws for anything that the provider or the network does. Ends at the latest when `signal` is aborted. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  connection(signal: AbortSignal): Promise<ConnectionState>;
  /**
   * The templates of a name, one for each language; there only where the provider has templates. Never throws.
   * @returns null when the provider does not say, such as to a token that may not look at them
   */
  templates?(name: string, signal: AbortSignal): Promise<ProviderTemplate[] | null>;
}

/** A template as its provider has it. */
export interface ProviderTemplate {
  language: string;
  /** The provider's word, such as `APPROVED`, `PENDING`, `PAUSED`. */
  status: string;
  /** How many values its body asks for, or what else it asks for than the numbered values of a body. */
  parameters: number | TemplateSurplus;
  /** Whether its header is a picture that each message brings along. */
  hasImage: boolean;
}

/** A header that is neither a picture nor fixed text, a button whose address ends in a value, values that have names. */
export type TemplateSurplus = 'header' | 'button' | 'names';

/** What a provider tells afterwards of a message that it accepted. */
export interface Receipt {
  providerMessageId: string;
  /** Ours, where the provider gives it back: it finds a message whose sending nobody had answered. */
  messageId: string | null;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  at: Date;
  /** For `failed`. */
  reason: SendFailure | null;
}

/** Something that a buyer wrote to an instance. */
export interface BuyerReply {
  providerMessageId: string;
  /** E.164. */
  phone: string;
  /** Empty for what has no words, such as a voice message. */
  text: string;
  at: Date;
}

/** What a provider's webhook brought. */
export interface WebhookContent {
  receipts: Receipt[];
  replies: BuyerReply[];
  /** When the webhook tells of it. */
  connection?: 'connected' | 'disconnected';
}
