import mongoose from 'mongoose';

/** The lowest id that a document made at that moment can have. Ids begin with the second in which they were made, so a period of time is a range of ids. */
export function firstIdAt(at: Date): mongoose.Types.ObjectId {
  return mongoose.Types.ObjectId.createFromTime(Math.floor(at.getTime() / 1_000));
}
