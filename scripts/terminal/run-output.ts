import { Presets, SingleBar } from 'cli-progress';

/** How a run tells how far it is. */
export interface RunOutput {
  say(line: string): void;
  /** Shows how much of something is done, until `end`. */
  begin(what: string, total: number): { advance(): void; end(): void };
}

const STEPS_WITHOUT_TERMINAL = 10;

/** A progress bar on a terminal; elsewhere, a line for each tenth. */
export function createRunOutput(stream: NodeJS.WriteStream): RunOutput {
  const say = (line: string) => {
    stream.write(`${line}\n`);
  };
  return { say, begin: (what, total) => (stream.isTTY ? beginBar(stream, what, total) : beginLines(say, what, total)) };
}

function beginBar(stream: NodeJS.WriteStream, what: string, total: number) {
  const format = `${what} {bar} {value}/{total} · {duration_formatted} · ETA {eta_formatted}`;
  const bar = new SingleBar({ format, stream, hideCursor: true }, Presets.shades_classic);
  bar.start(total, 0);
  return { advance: () => bar.increment(), end: () => bar.stop() };
}

function beginLines(say: (line: string) => void, what: string, total: number) {
  let done = 0;
  return {
    advance() {
      const tenthBefore = Math.floor((done * STEPS_WITHOUT_TERMINAL) / total);
      done += 1;
      if (Math.floor((done * STEPS_WITHOUT_TERMINAL) / total) > tenthBefore) say(`${what} ${done}/${total}`);
    },
    end() {},
  };
}
