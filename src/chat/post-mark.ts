import { createHash } from 'node:crypto';
import type { ChannelPost } from './surface.ts';

/**
 * What tells a message of a post from all others, without saying anything about the post: 24 characters of `A-Z a-z 0-9 - _`.
 * @param part which of the post's messages it is: the first is 0
 */
export function postMark({ workspaceId, channelId, key }: Omit<ChannelPost, 'message'>, part: number): string {
  const digest = createHash('sha256').update(`${workspaceId} ${channelId} ${key} ${part}`).digest();
  return digest.subarray(0, 18).toString('base64url');
}
