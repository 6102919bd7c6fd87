/** MongoDB's wire protocol (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/): frames in, frames out. */

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_SIZE = 16;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** The lower 16 flag bits are required: a receiver that does not know one of them must refuse the frame. */
const UNKNOWN_REQUIRED_FLAGS = 0xfffc;

/** The largest frame accepted, as `hello` announces it. */
export const MAX_MESSAGE_SIZE = 48_000_000;

/** The frame breaks the protocol in a way that leaves the rest of the stream unreadable: the connection has to be closed. */
export class ProtocolError extends Error {}

/** One request, its BSON still raw. */
export interface WireRequest {
  readonly requestId: number;
  readonly kind: 'message' | 'legacyQuery';
  /** The command document. */
  readonly body: Buffer;
  /** Document sequences (kind 1 sections), by the name of the command field that they stand for. */
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>;
  /** False when the client asked for no answer (`moreToCome`, used by unacknowledged writes). */
  readonly wantsReply: boolean;
  /** For a legacy query, the database of its `<database>.$cmd` name space. */
  readonly legacyDatabase?: string;
}

/**
 * Joins chunks of a stream into whole frames, however the stream was split.
 * @returns a function that takes a chunk and returns the frames that are now complete; it throws ProtocolError for a frame
 *   that announces an impossible length.
 */
export function createFrameSplitter(): (chunk: Buffer) => Buffer[] {
  let pending: Buffer[] = [];
  let pendingLength = 0;
  let wanted = HEADER_SIZE;

  return function split(chunk) {
    pending.push(chunk);
    pendingLength += chunk.length;
    if (pendingLength < wanted) return [];
    let data = pending.length === 1 ? chunk : Buffer.concat(pending, pendingLength);
    const frames: Buffer[] = [];
    wanted = HEADER_SIZE;
    while (data.length >= HEADER_SIZE) {
      const length = data.readInt32LE(0);
      if (length < HEADER_SIZE + 5 || length > MAX_MESSAGE_SIZE) throw new ProtocolError('impossible frame length');
      if (data.length < length) {
        wanted = length;
        break;
      }
      frames.push(data.subarray(0, length));
      data = data.subarray(length);
    }
    pending = data.length > 0 ? [data] : [];
    pendingLength = data.length;
    return frames;
  };
}

/** Reads one whole frame. @throws ProtocolError when it is not a request that the engine understands. */
export function parseFrame(frame: Buffer): WireRequest {
  const requestId = frame.readInt32LE(4);
  const operation = frame.readInt32LE(12);
  if (operation === OP_MSG) return parseMessage(frame, requestId);
  if (operation === OP_QUERY) return parseLegacyQuery(frame, requestId);
  throw new ProtocolError('unknown operation code');
}

function parseMessage(frame: Buffer, requestId: number): WireRequest {
  const flags = frame.readUInt32LE(HEADER_SIZE);
  if (flags & UNKNOWN_REQUIRED_FLAGS) throw new ProtocolError('unknown required flag');
  const end = flags & CHECKSUM_PRESENT ? frame.length - 4 : frame.length;
  if (flags & CHECKSUM_PRESENT && frame.readUInt32LE(end) !== crc32c(frame.subarray(0, end))) {
    throw new ProtocolError('checksum does not match');
  }
  let body: Buffer | undefined;
  const sequences = new Map<string, readonly Buffer[]>();
  let offset = HEADER_SIZE + 4;
  while (offset < end) {
    const kind = frame[offset];
    offset += 1;
    if (kind === 0 && body === undefined) {
      body = sliceDocument(frame, offset, end);
      offset += body.length;
    } else if (kind === 1) {
      offset = parseSequence(frame, offset, end, sequences);
    } else throw new ProtocolError('unknown section');
  }
  if (body === undefined) throw new ProtocolError('no command document');
  return { requestId, kind: 'message', body, sequences, wantsReply: (flags & MORE_TO_COME) === 0 };
}

function parseSequence(frame: Buffer, start: number, end: number, sequences: Map<string, readonly Buffer[]>): number {
  if (start + 4 > end) throw new ProtocolError('truncated section');
  const sectionEnd = start + frame.readInt32LE(start);
  const nameEnd = frame.indexOf(0, start + 4);
  if (sectionEnd > end || nameEnd < 0 || nameEnd >= sectionEnd) throw new ProtocolError('truncated section');
  const documents: Buffer[] = [];
  let offset = nameEnd + 1;
  while (offset < sectionEnd) {
    const document = sliceDocument(frame, offset, sectionEnd);
    documents.push(document);
    offset += document.length;
  }
  sequences.set(frame.toString('utf8', start + 4, nameEnd), documents);
  return sectionEnd;
}

function parseLegacyQuery(frame: Buffer, requestId: number): WireRequest {
  const nameEnd = frame.indexOf(0, HEADER_SIZE + 4);
  if (nameEnd < 0) throw new ProtocolError('truncated query');
  const [database = ''] = frame.toString('utf8', HEADER_SIZE + 4, nameEnd).split('.');
  const body = sliceDocument(frame, nameEnd + 9, frame.length);
  return { requestId, kind: 'legacyQuery', body, sequences: new Map(), wantsReply: true, legacyDatabase: database };
}

function sliceDocument(frame: Buffer, offset: number, end: number): Buffer {
  if (offset + 5 > end) throw new ProtocolError('truncated document');
  const length = frame.readInt32LE(offset);
  if (length < 5 || offset + length > end) throw new ProtocolError('truncated document');
  return frame.subarray(offset, offset + length);
}

/** Frames the answer to `request`. `document` is the BSON of the reply. */
export function encodeReply(request: WireRequest, document: Uint8Array): Buffer[] {
  const prefix = request.kind === 'message' ? Buffer.alloc(HEADER_SIZE + 5) : Buffer.alloc(HEADER_SIZE + 20);
  prefix.writeInt32LE(prefix.length + document.length, 0);
  prefix.writeInt32LE(request.requestId, 8);
  prefix.writeInt32LE(request.kind === 'message' ? OP_MSG : OP_REPLY, 12);
  if (request.kind === 'legacyQuery') {
    prefix.writeInt32LE(8, HEADER_SIZE); // AwaitCapable, as every server since 1.8 sets it
    prefix.writeInt32LE(1, HEADER_SIZE + 16);
  }
  return [prefix, Buffer.from(document.buffer, document.byteOffset, document.byteLength)];
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), which OP_MSG uses for its optional checksum. */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC32C_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
