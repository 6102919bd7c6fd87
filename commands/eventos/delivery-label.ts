import type { CommandContext } from '../../src/chat/command.ts';
import type { Delivery } from '../../src/deliveries/delivery-service.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { formatMomentToTheSecond } from '../../src/text/local-time.ts';
import type { CommandServices } from '../services.ts';

/** What tells a delivery apart from others of its store: `24/11/2026 14:05:07 · Compra aprovada · processado`. */
export function deliveryLabel(
  { translate, locale }: CommandContext<CommandServices>,
  store: Store,
  { receivedAt, kind, outcome }: Delivery,
): string {
  const moment = formatMomentToTheSecond(receivedAt, store.timezone, locale);
  return `${moment} · ${kindLabel(translate, kind)} · ${translate(`outcome.${outcome}`)}`;
}

export function kindLabel(translate: CommandContext<CommandServices>['translate'], kind: Delivery['kind']): string {
  return kind === null ? '–' : translate(`kind.${kind}`);
}
