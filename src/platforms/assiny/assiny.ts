import type { Platform } from '../platform.ts';
import { catalogue } from './catalogue.ts';
import { normalise } from './normalise.ts';
import { readDelivery } from './schema.ts';

/** The Brazilian checkout Assiny (https://assiny.com.br). Its webhooks carry no event id, no signature and no time of their own. */
export const assiny: Platform = {
  slug: 'assiny',
  name: 'Assiny',
  category: 'Plataforma de Checkout',
  catalogue,
  read(content) {
    const read = readDelivery(content.body);
    return read.ok ? { ok: true, event: normalise(read.delivery, content) } : read;
  },
};
