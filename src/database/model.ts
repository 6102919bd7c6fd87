import type { Connection, Model, Schema } from 'mongoose';

/** The model of that name on a connection, made on first use, so that each feature can ask for its own. */
export function modelOn<T>(connection: Connection, name: string, schema: Schema<T>): Model<T> {
  return (connection.models[name] as Model<T> | undefined) ?? connection.model<T>(name, schema);
}
