import type { EventService } from '../events/event-service.ts';
import type { EventKind, PlatformEvent } from '../platforms/platform.ts';
import type { Store } from '../stores/store-service.ts';
import type { Locale } from '../text/text.ts';
import { type FilledTemplate, fillTemplate } from './message-template.ts';
import { type RenderedText, renderText } from './message-text.ts';
import { messageVariables } from './message-variables.ts';
import { catalogueNotification } from './notification-catalogue.ts';
import type { NotificationSettings } from './notification-settings.ts';

export interface Preview {
  /** True when the words are those of a real event of the store. */
  isReal: boolean;
  /** Each of the step's texts. */
  texts: RenderedText[];
  /** What goes instead where the provider takes only a template; null: the step has none. */
  template: FilledTemplate | null;
}

/**
 * How a step of a notification reads to a buyer.
 * @param options.position of the step, from 0
 * @param options.productId whose own text is meant, if it has one
 */
export type NotificationPreview = (
  store: Store,
  settings: NotificationSettings,
  options: { position: number; productId: string | null; locale: Locale },
) => Promise<Preview>;

export function createNotificationPreview(dependencies: {
  events: EventService;
  now?: () => Date;
}): NotificationPreview {
  const { events, now = () => new Date() } = dependencies;
  return async (store, settings, { position, productId, locale }) => {
    const { kind } = catalogueNotification(settings.type);
    const real = await events.newest(store, kind);
    const variables = messageVariables(real ?? sampleEvent(kind, store, now()), { storeName: store.name, locale });
    const step = settings.steps[position];
    const own = position === 0 ? settings.products.find((product) => product.productId === productId) : undefined;
    const texts = own?.text ? [own.text] : (step?.texts ?? []);
    const template = own?.template ?? step?.template ?? null;
    return {
      isReal: real !== null,
      texts: texts.map((text) => renderText(text, variables)),
      template: template && fillTemplate(template, variables),
    };
  };
}

/** An event about an invented buyer that carries everything a text may name. */
function sampleEvent(kind: EventKind, { currency }: Store, at: Date): PlatformEvent {
  return {
    kind,
    rawEvent: kind,
    dedupeKey: 'sample',
    orderKey: 'sample',
    transactionId: '6f9619ff-8b86-4d11-b42d-00c04fc964ff',
    occurredAt: at,
    createdAt: at,
    test: true,
    currency,
    amount: 19_700,
    fee: null,
    net: null,
    paymentMethod: 'pix',
    installments: 1,
    items: [{ role: 'main', productId: 'sample', productName: 'Curso de Violão', offerId: null, amount: 19_700 }],
    buyer: {
      name: 'Joana de Exemplo',
      firstName: 'Joana',
      email: 'joana@example.com',
      phone: '+5511900000001',
      document: '00000000191',
    },
    tracking: { utm_source: 'instagram' },
    subscription: null,
    checkoutUrl: 'https://pay.example.com/curso-de-violao',
    pixCode: '00020126580014br.gov.bcb.pix0136exemplo',
    boletoLine: '00190.00009 00000.000000 00000.000000 1 00000000019700',
    boletoUrl: 'https://pay.example.com/boleto.pdf',
    refusalReason: 'Cartão sem limite',
  };
}
