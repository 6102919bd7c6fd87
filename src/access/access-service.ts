import type { Connection } from 'mongoose';
import type { Role } from '../chat/permissions.ts';
import type { Person } from '../chat/surface.ts';
import { type AccessGrantDocument, accessGrantModel } from './access-model.ts';

/** Nobody needs a role to look. */
const ROLE_OF_EVERYBODY: Role = 'viewer';

export type AccessGrant = Omit<AccessGrantDocument, '_id' | 'workspaceId'>;

export interface AccessService {
  /**
   * What a person may do in a workspace. Admins of the chat itself are always admins here, so that nobody can be locked out;
   * everybody else has the role that was given, or none beyond looking.
   * @param person.platformAdmin the chat says, now, that this is an admin or owner of the workspace
   */
  roleOf(person: { workspaceId: string; userId: string; platformAdmin: boolean }): Promise<Role>;
  /** The roles that were given in a workspace, by name. */
  list(workspaceId: string): Promise<AccessGrant[]>;
  /** Gives a role in place of the one that the person had. */
  give(workspaceId: string, person: Person, role: Role, grantedBy: string): Promise<void>;
  /** Takes a person's role away; false when there was none. */
  take(workspaceId: string, userId: string): Promise<boolean>;
}

/** Who may do what, by workspace and person. */
export function createAccessService(dependencies: { connection: Connection; now?: () => Date }): AccessService {
  const { connection, now = () => new Date() } = dependencies;
  const grants = accessGrantModel(connection);
  return {
    async roleOf({ workspaceId, userId, platformAdmin }) {
      if (platformAdmin) return 'admin';
      const grant = await grants.findById(grantId(workspaceId, userId)).lean<AccessGrantDocument>();
      return grant?.role ?? ROLE_OF_EVERYBODY;
    },

    async list(workspaceId) {
      const found = await grants.find({ workspaceId }).sort({ userName: 1, _id: 1 }).lean<AccessGrantDocument[]>();
      return found.map(({ userId, userName, role, grantedBy, grantedAt }) => ({
        userId,
        userName,
        role,
        grantedBy,
        grantedAt,
      }));
    },

    async give(workspaceId, person, role, grantedBy) {
      await grants.updateOne(
        { _id: grantId(workspaceId, person.id) },
        { $set: { workspaceId, userId: person.id, userName: person.name, role, grantedBy, grantedAt: now() } },
        { upsert: true },
      );
    },

    async take(workspaceId, userId) {
      return (await grants.deleteOne({ _id: grantId(workspaceId, userId) })).deletedCount === 1;
    },
  };
}

function grantId(workspaceId: string, userId: string): string {
  return `${workspaceId} ${userId}`;
}
