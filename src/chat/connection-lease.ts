import { type Connection, Schema } from 'mongoose';
import type { Logger } from 'pino';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { modelOn } from '../database/model.ts';

/** After this long without a word from its holder a lease is free. */
const LEASE_MILLISECONDS = 20_000;
const RENEWAL_MILLISECONDS = 3_000;
/** The holder closes this long before its lease is over: a second until it looks, two to close, and two for clocks that do not agree. */
const MARGIN_MILLISECONDS = 5_000;
/** How often a process looks whether there is something to do: the longest that a lease that was given back lies there. */
const LOOK_MILLISECONDS = 1_000;

interface LeaseDocument {
  /** The chat. */
  _id: string;
  holderId: string;
  leasedUntil: Date;
}

const leaseSchema = new Schema<LeaseDocument>(
  {
    _id: { type: String, required: true },
    holderId: { type: String, required: true },
    leasedUntil: { type: Date, required: true },
  },
  { collection: 'connectionleases', versionKey: false },
);

/** What only the holder of the lease may have. */
export interface LeasedConnection {
  /** Begins to connect. */
  start(): void;
  /** Resolves once nothing is connected, and nothing will be. It may be started again afterwards. */
  stop(): Promise<void>;
}

export interface ConnectionLease {
  /** Connects whenever the lease is ours, and disconnects before it is not any more. */
  start(connection: LeasedConnection): void;
  /** True while another process is known to hold the lease. */
  isStandingBy(): boolean;
  /** True while the database does not say whether this process may connect, so that nothing is connected. */
  isUnanswered(): boolean;
  /** Disconnects, then gives the lease back, so that another process takes over at once. */
  stop(): Promise<void>;
}

/**
 * Lets one process at a time hold the connection to a chat, however many run on the database. While the database is away the holder stays connected for
 * as long as its lease lasts. Two are never connected as long as the clocks of the processes differ by less than two seconds.
 * @param dependencies.chat whose connection it is
 * @param dependencies.holderId a process takes over at once what was leased under its own id
 * @param dependencies.lookMilliseconds how often the clock is looked at
 */
export function createConnectionLease(dependencies: {
  connection: Connection;
  chat: string;
  holderId: string;
  log: Logger;
  now?: () => Date;
  lookMilliseconds?: number;
}): ConnectionLease {
  const { connection, chat, holderId, now = () => new Date(), lookMilliseconds = LOOK_MILLISECONDS } = dependencies;
  const log = dependencies.log.child({ chat });
  const leases = modelOn<LeaseDocument>(connection, 'ConnectionLease', leaseSchema);
  let leased: LeasedConnection | null = null;
  let looking: NodeJS.Timeout | undefined;
  let asking: Promise<void> | null = null;
  let closing: Promise<void> = Promise.resolve();
  let connected = false;
  let standingBy = false;
  let stopping = false;
  let askedAt = 0;

  /** Takes or renews the lease. @returns false when another process holds it */
  async function take(asked: number): Promise<boolean> {
    // The first connection may still be on its way.
    await connection.asPromise();
    try {
      await leases.updateOne(
        { _id: chat, $or: [{ holderId }, { leasedUntil: { $lte: new Date(asked) } }] },
        { $set: { holderId, leasedUntil: new Date(asked + LEASE_MILLISECONDS) } },
        { upsert: true },
      );
      return true;
    } catch (error) {
      // What another process holds is not matched, and inserting it beside that is refused.
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  function mayStayConnected(): boolean {
    return now().getTime() < askedAt + LEASE_MILLISECONDS - MARGIN_MILLISECONDS;
  }

  function connect(): void {
    if (connected || stopping || !mayStayConnected()) return;
    connected = true;
    leased?.start();
  }

  function disconnect(): void {
    if (!connected || !leased) return;
    connected = false;
    closing = leased.stop().catch((error: unknown) => log.warn({ err: error }, 'A chat was not disconnected well'));
  }

  async function ask(): Promise<void> {
    // Taken before the question, so that a slow answer makes the lease shorter here than it is in the database.
    const asked = now().getTime();
    try {
      const taken = await take(asked);
      if (taken) askedAt = asked;
      else disconnect();
      if (!taken && !standingBy) log.info('Another process is connected to the chat; this one stands by');
      standingBy = !taken;
      await closing;
      if (taken) connect();
    } catch (error) {
      standingBy = false;
      log.debug({ err: error }, 'The lease of a chat could not be asked for');
    }
  }

  /** Sees to the end of the lease by itself: a question to the database may hang for longer. */
  function look(): void {
    if (connected && !mayStayConnected()) {
      log.error('The lease of a chat could not be renewed in time, so it is disconnected. Check the database.');
      disconnect();
    }
    if (asking || (connected && now().getTime() < askedAt + RENEWAL_MILLISECONDS)) return;
    asking = ask().finally(() => {
      asking = null;
    });
  }

  async function giveBack(): Promise<void> {
    try {
      await leases.updateOne({ _id: chat, holderId }, { $set: { leasedUntil: now() } });
    } catch (error) {
      log.warn({ err: error }, 'The lease of a chat was not given back; another process takes over when it is over');
    }
  }

  return {
    isStandingBy: () => standingBy,
    isUnanswered: () => !standingBy && !mayStayConnected(),
    start(connectionOfChat) {
      leased = connectionOfChat;
      looking = setInterval(look, lookMilliseconds);
      look();
    },
    async stop() {
      stopping = true;
      clearInterval(looking);
      disconnect();
      await closing;
      await asking;
      await giveBack();
    },
  };
}
