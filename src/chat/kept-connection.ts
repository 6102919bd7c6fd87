import type { Logger } from 'pino';

const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 60_000;

export interface KeptConnection {
  /** True while requests can come. */
  isUp(): boolean;
  /** Something may have changed: a wait ends at once. */
  check(): void;
  start(): void;
  /** Resolves once no request can come any more. It may be started again afterwards. */
  stop(): Promise<void>;
}

/** One attempt to be connected, from the inside. */
export interface Attempt {
  noteUp(): void;
  /** Away for a moment, and not yet lost. */
  noteAway(): void;
  /** Waits, but no longer than until somebody asks for a look. */
  wait(milliseconds: number): Promise<void>;
  isEnding(): boolean;
  /** Resolves once the connection is to end. */
  ended: Promise<void>;
}

/**
 * Keeps a connection to a chat, whatever happens to it: a token that is refused, or a chat that is away, stops nothing. It is tried again, with growing
 * waits, until it is there.
 * @param dependencies.chat its name, for the log
 * @param dependencies.connect connects, stays, and closes before it settles: rejects when the connection is lost, resolves when it is to be looked at anew
 * @param dependencies.remedyOf what a person can do about an error
 */
export function keepConnected(dependencies: {
  chat: string;
  connect(attempt: Attempt): Promise<void>;
  remedyOf(error: unknown): string;
  log: Logger;
  random?: () => number;
}): KeptConnection {
  const { chat, connect, remedyOf, log, random = Math.random } = dependencies;
  let up = false;
  let ending = false;
  let failures = 0;
  let wake: () => void = () => undefined;
  let end: () => void = () => undefined;
  let running: Promise<void> = Promise.resolve();

  function wait(milliseconds: number): Promise<void> {
    // One that was left behind, because the connection was lost meanwhile, ends here.
    wake();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function backOff(error: unknown): Promise<void> {
    // Once for each time it goes down: the attempts after it would only repeat it.
    if (failures === 0) log.error({ err: error }, `${chat} is down. ${remedyOf(error)} Trying again by itself.`);
    const longest = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** failures, LONGEST_RETRY_MILLISECONDS);
    failures += 1;
    await wait(longest * (0.5 + random() / 2));
  }

  async function keep(attempt: Attempt): Promise<void> {
    while (!ending) {
      try {
        await connect(attempt);
      } catch (error) {
        up = false;
        if (!ending) await backOff(error);
      }
    }
    up = false;
  }

  return {
    isUp: () => up,
    check: () => wake(),
    start() {
      ending = false;
      failures = 0;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      running = keep({
        noteUp() {
          if (!up) log.info(`${chat} is connected`);
          up = true;
          failures = 0;
        },
        noteAway() {
          up = false;
        },
        wait,
        isEnding: () => ending,
        ended,
      });
    },
    async stop() {
      ending = true;
      end();
      wake();
      await running;
    },
  };
}
