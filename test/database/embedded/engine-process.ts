import { EmbeddedError, startEmbeddedServer } from '../../../src/database/embedded/server.ts';
import type { EngineProcessReport } from './separate-engine.ts';

/** The engine in a process of its own, which a test can kill. */

const report = (message: EngineProcessReport): void => {
  process.send?.(message);
};
try {
  const server = await startEmbeddedServer({ directory: process.argv[2] ?? '' });
  report({ uri: server.uri('test') });
} catch (error) {
  if (!(error instanceof EmbeddedError)) throw error;
  report({ code: error.code, message: error.message });
  process.disconnect();
}
