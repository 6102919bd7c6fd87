import type { Person } from '../surface.ts';
import { discordWorkspaceId, type Interaction, isAdministrator } from './interaction.ts';

/** A command is run within seconds; later, what Discord said of somebody may no longer hold. */
const BELIEVED_MILLISECONDS = 60_000;
const MAXIMUM_REMEMBERED = 1_000;

/** The people whom interactions name, as Discord describes them in the same request: so they are known without a token, too. */
export interface NamedPeople {
  note(interaction: Interaction): void;
  /** Null unless somebody was named by that id just now. */
  find(workspaceId: string, userId: string): Person | null;
}

export function createNamedPeople({ now = () => new Date() }: { now?: () => Date } = {}): NamedPeople {
  const remembered = new Map<string, { person: Person; at: number }>();
  return {
    note({ guild_id: guildId, data }) {
      const { users = {}, members = {} } = data?.resolved ?? {};
      if (guildId === undefined) return;
      for (const [id, { username, global_name: globalName }] of Object.entries(users)) {
        const member = members[id];
        if (!member) continue;
        if (remembered.size >= MAXIMUM_REMEMBERED) remembered.clear();
        remembered.set(keyOf(discordWorkspaceId(guildId), id), {
          person: {
            id,
            name: member.nick || globalName || username,
            platformAdmin: isAdministrator(member.permissions),
          },
          at: now().getTime(),
        });
      }
    },
    find(workspaceId, userId) {
      const known = remembered.get(keyOf(workspaceId, userId));
      return known && now().getTime() - known.at < BELIEVED_MILLISECONDS ? known.person : null;
    },
  };
}

function keyOf(workspaceId: string, userId: string): string {
  return `${workspaceId} ${userId}`;
}
