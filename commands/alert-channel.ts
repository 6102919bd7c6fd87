import { describeChannel } from '../src/chat/channel-description.ts';
import type { CommandContext } from '../src/chat/command.ts';
import type { CommandServices } from './services.ts';

/** Where a store's alerts go, as people are told of it. */
export async function alertChannel(
  { services, workspaceId, translate }: CommandContext<CommandServices>,
  channelId: string | null,
): Promise<string> {
  if (channelId === null) return translate('store.no_channel');
  return (await describeChannel(services, { workspaceId, channelId }, translate)).label;
}
