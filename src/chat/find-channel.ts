import { ProductError } from '../text/product-error.ts';
import type { Channel } from './surface.ts';

/**
 * The channel that is meant by an id or a name, with or without the leading `#`.
 * @param known the channels that the product may post to
 * @throws ProductError `channel_unknown`
 */
export function findChannel(known: readonly Channel[], typed: string): Channel {
  const wanted = typed.trim().replace(/^#/, '');
  const channel = known.find(({ id }) => id === wanted) ?? known.find(({ name }) => name === wanted);
  if (channel) return channel;
  const channels = known.map(({ name }) => name).join(', ');
  throw new ProductError('channel_unknown', { channel: wanted, channels, count: known.length });
}
