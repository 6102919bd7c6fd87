import { countBy, groupBy } from 'es-toolkit';
import type { SeenAlert } from '../admin-api.ts';
import type { ConsolePost } from '../console-posts.ts';
import type { Differences } from './differences.ts';

/**
 * Does the channel show each alert once: alone, or counted in a post that gathers several.
 * @param posts the channel's messages since the run began
 * @param isAlone true when no other store posts to the channel, so that gathered posts tell of this store alone
 */
export function checkPosts(
  alerts: readonly SeenAlert[],
  posts: readonly ConsolePost[],
  isAlone: boolean,
  differences: Differences,
): void {
  const byKey = groupBy([...posts], ({ key }) => key);
  const alertsOf = countBy([...alerts], ({ postKey }) => postKey ?? 'none');
  for (const [key, count] of Object.entries(alertsOf)) {
    const [post, ...others] = byKey[key] ?? [];
    differences.compare(`posts of ${key}`, 1, others.length + (post ? 1 : 0));
    const told = post ? alertsTold(post) : 0;
    differences.compare(`alerts told by ${key}`, count, isAlone ? told : Math.min(told, count));
  }
}

/** A gathered post has a table of kinds, whose second column counts. */
function alertsTold({ message }: ConsolePost): number {
  const rows = message.blocks.flatMap((block) => block.rows ?? []);
  return rows.length === 0 ? 1 : rows.reduce((sum, [, count]) => sum + Number(count), 0);
}
