import type { CommandHandler, EngineParts } from '../command.ts';
import { MAX_DOCUMENT_SIZE } from '../raw-bson.ts';
import { MAX_MESSAGE_SIZE } from '../wire.ts';

/** MongoDB 7.0's protocol, which every driver that is still maintained speaks. */
const WIRE_VERSION = 21;
const VERSION = [7, 0, 0, 0];

/**
 * Commands about the connection and the server. `hello` describes a standalone server without sessions, so drivers send
 * neither sessions nor retryable writes.
 */
export function handshakeCommands({ now }: EngineParts): Record<string, CommandHandler> {
  const hello: CommandHandler = ({ name, connectionId }) => ({
    ...(name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
    helloOk: true,
    maxBsonObjectSize: MAX_DOCUMENT_SIZE,
    maxMessageSizeBytes: MAX_MESSAGE_SIZE,
    maxWriteBatchSize: 100_000,
    localTime: now(),
    connectionId,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
  });
  const acknowledge: CommandHandler = () => ({});
  return {
    hello,
    isMaster: hello,
    ismaster: hello,
    ping: acknowledge,
    endSessions: acknowledge,
    refreshSessions: acknowledge,
    killSessions: acknowledge,
    buildInfo: buildInformation,
    buildinfo: buildInformation,
    connectionStatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
    getParameter: ({ body }) =>
      body.featureCompatibilityVersion || body.getParameter === '*'
        ? { featureCompatibilityVersion: { version: '7.0' } }
        : {},
  };
}

const buildInformation: CommandHandler = () => ({
  version: VERSION.slice(0, 3).join('.'),
  versionArray: VERSION,
  bits: 64,
  maxBsonObjectSize: MAX_DOCUMENT_SIZE,
  modules: [],
  storageEngines: ['lmdb'],
});
