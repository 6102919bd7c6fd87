import { type Channel, CONSOLE_WORKSPACE_ID } from './surface.ts';

/**
 * Where a workspace's posts go when nobody chose a channel. Everybody at this machine sees the console, so its first channel will do;
 * in a team's chat nothing is posted without being asked for.
 */
export async function homeChannel(
  workspaceId: string,
  channels: (workspaceId: string) => Promise<Channel[]>,
): Promise<Channel | null> {
  if (workspaceId !== CONSOLE_WORKSPACE_ID) return null;
  const [first] = await channels(workspaceId);
  return first ?? null;
}
