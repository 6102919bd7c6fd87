import { foldCase } from '../../src/chat/arguments.ts';
import { channelLabel, inviteRemedy } from '../../src/chat/channel-description.ts';
import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { Channel } from '../../src/chat/surface.ts';
import { nameList } from '../../src/text/name-list.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

/** A channel: the last word when it begins with `#`, or the only word there is. */
export const channelOption: CommandOption<CommandServices> = {
  name: 'canal',
  description: 'option.channel',
  required: true,
  example: '#vendas',
  countTrailingWords: (words) => (words.length === 1 || words.at(-1)?.startsWith('#') ? 1 : 0),
  async complete({ workspaceId, services }) {
    const channels = await services.channels(workspaceId);
    return channels.map(({ name }) => ({ value: `#${name}`, label: `#${name}` }));
  },
};

/** @throws ProductError `channel_closed`, `channel_not_text`, `channel_none`, `channel_unknown`, each with how to let the product in, or the channels there are */
export async function chosenChannel(
  { workspaceId, services, translate }: CommandContext<CommandServices>,
  options: OptionValues,
): Promise<Channel> {
  const typed = (typedValue(options, channelOption.name) ?? '').replace(/^#/, '');
  const channels = await services.channels(workspaceId);
  const channel =
    channels.find(({ id }) => id === typed) ?? channels.find(({ name }) => foldCase(name) === foldCase(typed));
  if (channel) return channel;
  const remedy = inviteRemedy(services, workspaceId, translate);
  const closed = await services.channel(workspaceId, typed);
  if (closed) {
    const label = channelLabel(closed.name, translate);
    if (!closed.isText) throw new ProductError('channel_not_text', { channel: label });
    throw new ProductError('channel_closed', { channel: label, remedy });
  }
  if (channels.length === 0) throw new ProductError('channel_none', { remedy });
  throw new ProductError('channel_unknown', {
    channel: typed,
    count: channels.length,
    channels: nameList(channels.map(({ name }) => `#${name}`)),
  });
}
