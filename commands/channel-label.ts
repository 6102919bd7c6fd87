import type { CommandContext } from '../src/chat/command.ts';
import type { CommandServices } from './services.ts';

/** A channel as people write it, `#vendas`; its id when the product no longer sees it; a phrase when there is none. */
export async function channelLabel(
  context: CommandContext<CommandServices>,
  channelId: string | null,
): Promise<string> {
  if (channelId === null) return context.translate('store.no_channel');
  const channels = await context.services.channels(context.workspaceId);
  return `#${channels.find(({ id }) => id === channelId)?.name ?? channelId}`;
}
