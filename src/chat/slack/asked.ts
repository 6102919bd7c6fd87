import type { BlockAction, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import { z } from 'zod';
import type { Channel } from '../surface.ts';

/** What Slack shows the channel's name as where it will not tell it. */
const UNNAMED = new Set(['directmessage', 'privategroup']);

/** One thing that a person did in Slack: who, where, and how to answer. */
export interface Asked {
  /** Slack's id of it, the same when it is delivered again. */
  id: string;
  teamId: string;
  userId: string;
  /** The conversation it came from; null when it came from the app's home. */
  conversationId: string | null;
  /** The same as a channel that can be posted to; null for direct conversations. */
  channel: Channel | null;
  /** Takes five answers within thirty minutes; null in views. */
  responseUrl: string | null;
  /** Opens one modal, within three seconds. */
  triggerId: string;
  at: Date;
  /** The view it was done in. */
  view: { id: string; type: string } | null;
}

/** What a modal carries with it. Slack allows 3,000 characters. */
const metadataSchema = z.object({
  /** The command line that a form fills in; empty for an answer. */
  command: z.string(),
  /** The line that led to the form. */
  line: z.string(),
  conversationId: z.string().nullable(),
  channelName: z.string().nullable(),
  responseUrl: z.string().nullable(),
});
export type ViewMetadata = z.infer<typeof metadataSchema>;

/** @returns null when a view carries something else than ours */
export function readMetadata(text: string | undefined): ViewMetadata | null {
  try {
    return metadataSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

export function metadataFor(asked: Asked, lines: { command: string; line: string }): string {
  const { conversationId, channel, responseUrl } = asked;
  return JSON.stringify({ ...lines, conversationId, channelName: channel?.name ?? null, responseUrl });
}

export function askedByCommand(command: SlashCommand, at: Date): Asked {
  return {
    id: command.trigger_id,
    teamId: command.team_id,
    userId: command.user_id,
    conversationId: command.channel_id,
    channel: channelOf(command.channel_id, command.channel_name),
    responseUrl: command.response_url,
    triggerId: command.trigger_id,
    at,
    view: null,
  };
}

export function askedByButton(action: BlockAction, at: Date): Asked {
  const metadata = readMetadata(action.view?.private_metadata);
  const conversationId = action.channel?.id ?? metadata?.conversationId ?? null;
  return {
    id: action.trigger_id,
    teamId: action.team?.id ?? action.user.team_id ?? '',
    userId: action.user.id,
    conversationId,
    channel: channelOf(conversationId, action.channel?.name ?? metadata?.channelName ?? null),
    responseUrl: action.response_url || null,
    triggerId: action.trigger_id,
    at,
    view: action.view ? { id: action.view.id, type: action.view.type } : null,
  };
}

export function askedByForm(submission: ViewSubmitAction, metadata: ViewMetadata, at: Date): Asked {
  const { conversationId, channelName, responseUrl } = metadata;
  return {
    id: submission.trigger_id,
    teamId: submission.team?.id ?? submission.user.team_id ?? '',
    userId: submission.user.id,
    conversationId,
    channel: channelOf(conversationId, channelName),
    responseUrl,
    triggerId: submission.trigger_id,
    at,
    view: { id: submission.view.id, type: 'modal' },
  };
}

/** Private channels have no name here, and go by their id: the list of the channels that we are in knows it. */
function channelOf(id: string | null, name: string | null): Channel | null {
  if (id === null || name === null || name === 'directmessage' || /^D/.test(id)) return null;
  return { id, name: UNNAMED.has(name) ? id : name };
}
