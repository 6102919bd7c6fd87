import { type Connection, Schema } from 'mongoose';
import { ROLES, type Role } from '../chat/permissions.ts';
import { modelOn } from '../database/model.ts';

export interface AccessGrantDocument {
  /** `workspace user`, so that a person has one role in a workspace. */
  _id: string;
  workspaceId: string;
  userId: string;
  /** As the chat named the person when the role was given. */
  userName: string;
  role: Role;
  /** Who gave the role. */
  grantedBy: string;
  grantedAt: Date;
}

const accessGrantSchema = new Schema<AccessGrantDocument>(
  {
    _id: { type: String, required: true },
    workspaceId: { type: String, required: true },
    userId: { type: String, required: true },
    userName: { type: String, required: true },
    role: { type: String, enum: ROLES, required: true },
    grantedBy: { type: String, required: true },
    grantedAt: { type: Date, required: true },
  },
  { collection: 'accessgrants', versionKey: false },
);
accessGrantSchema.index({ workspaceId: 1, userName: 1 });

export function accessGrantModel(connection: Connection) {
  return modelOn<AccessGrantDocument>(connection, 'AccessGrant', accessGrantSchema);
}
