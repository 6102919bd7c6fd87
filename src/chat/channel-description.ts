import type { Translate } from '../text/text.ts';
import { type Channel, type ChannelReference, type ChatSurface, chatOf, type FoundChannel } from './surface.ts';

/** What can be asked about the channels of a workspace. */
export interface ChannelDirectory {
  /** Those that the product may post to. */
  channels(workspaceId: string): Promise<Channel[]>;
  /** Any of them by its id or its name; null when there is none. */
  channel(workspaceId: string, idOrName: string): Promise<FoundChannel | null>;
  /** The setting without which nothing can be posted to the workspace; null when there is all that it takes. */
  missingSetting(workspaceId: string): string | null;
}

/** The channels of every workspace that one of the surfaces serves. */
export function createChannelDirectory(surfaces: readonly ChatSurface[]): ChannelDirectory {
  const surfaceOf = (workspaceId: string) => surfaces.find((surface) => surface.serves(workspaceId));
  return {
    channels: async (workspaceId) => (await surfaceOf(workspaceId)?.channels(workspaceId)) ?? [],
    channel: async (workspaceId, idOrName) => (await surfaceOf(workspaceId)?.channel?.(workspaceId, idOrName)) ?? null,
    missingSetting: (workspaceId) => surfaceOf(workspaceId)?.missingSetting ?? null,
  };
}

/** A channel as people are told of it: `#vendas`, or a phrase when its name is not known; never its id. */
export async function describeChannel(
  directory: ChannelDirectory,
  { workspaceId, channelId }: ChannelReference,
  translate: Translate,
): Promise<{ label: string; mayPost: boolean }> {
  const open = (await directory.channels(workspaceId)).find(({ id }) => id === channelId);
  const name = open?.name ?? (await directory.channel(workspaceId, channelId))?.name ?? null;
  return { label: channelLabel(name, translate), mayPost: open !== undefined };
}

/** @param name null when the chat does not tell it */
export function channelLabel(name: string | null, translate: Translate): string {
  return name === null ? translate('channel.unnamed') : `#${name}`;
}

type KnownSettings = Pick<ChannelDirectory, 'missingSetting'>;

/** What somebody has to do before the product can post to a channel, as the end of a sentence. */
export function inviteRemedy(settings: KnownSettings, workspaceId: string, translate: Translate): string {
  const setting = settings.missingSetting(workspaceId);
  if (setting !== null) return translate('channel.setting_missing', { setting });
  return translate('channel.invite', { chat: chatOf(workspaceId) });
}

/** As `inviteRemedy`, for a channel that was chosen before: another may be better, unless none is any better. */
export function inviteOrMoveRemedy(settings: KnownSettings, workspaceId: string, translate: Translate): string {
  const remedy = inviteRemedy(settings, workspaceId, translate);
  return settings.missingSetting(workspaceId) === null ? translate('channel.invite_or_move', { remedy }) : remedy;
}
