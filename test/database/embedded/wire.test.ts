import { serialize } from 'bson';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c, createFrameSplitter, ProtocolError, parseFrame } from '../../../src/database/embedded/wire.ts';

/** The parser of the wire protocol alone, with far more broken frames than there is time for on a socket. */

const OP_QUERY = 2004;
const OP_MSG = 2013;

function frame(operation: number, ...parts: Uint8Array[]): Buffer {
  const payload = Buffer.concat(parts);
  const header = Buffer.alloc(16);
  header.writeInt32LE(payload.length + 16, 0);
  header.writeInt32LE(7, 4);
  header.writeInt32LE(operation, 12);
  return Buffer.concat([header, payload]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

const document = serialize({ insert: 'things', ordered: false, $db: 'test' });
const item = serialize({ _id: 1, text: 'ção' });
const sequence = Buffer.concat([Buffer.from('documents\0'), item, item]);
const sections = [Buffer.from([0]), document, Buffer.from([1]), int32(sequence.length + 4), sequence];

function withChecksum(): Buffer {
  const whole = frame(OP_MSG, int32(1), ...sections, int32(0));
  whole.writeUInt32LE(crc32c(whole.subarray(0, -4)), whole.length - 4);
  return whole;
}

const VALID = [
  frame(OP_MSG, int32(0), Buffer.from([0]), document),
  frame(OP_MSG, int32(0), ...sections),
  withChecksum(),
  frame(OP_QUERY, int32(0), Buffer.from('admin.$cmd\0'), int32(0), int32(-1), serialize({ isMaster: 1 })),
];

/** Bytes changed, cut off, added or put twice, in a frame that was right. */
const broken = fc
  .record({
    frame: fc.constantFrom(...VALID),
    changes: fc.array(fc.tuple(fc.nat(300), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255))), {
      maxLength: 5,
    }),
    cut: fc.option(fc.nat(300)),
    added: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ frame: valid, changes, cut, added }) => {
    const bytes = Buffer.concat([valid.subarray(0, cut ?? valid.length), added]);
    for (const [position, byte] of changes) if (position < bytes.length) bytes[position] = byte;
    return bytes;
  });
const noise = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));

const RUNS = 50_000;

test('any bytes are frames, a part of one, or a ProtocolError', () => {
  const seen = { requests: 0, refused: 0, unfinished: 0 };
  function read(bytes: Buffer, at: number): void {
    const split = createFrameSplitter();
    try {
      const frames = [bytes.subarray(0, at), bytes.subarray(at)].flatMap(split);
      for (const each of frames) parseFrame(each);
      if (frames.length > 0) seen.requests += 1;
      else seen.unfinished += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      seen.refused += 1;
    }
  }
  fc.assert(fc.property(fc.oneof({ weight: 4, arbitrary: broken }, noise), fc.nat(300), read), { numRuns: RUNS });
  process.stdout.write(`${RUNS} broken messages: ${JSON.stringify(seen)}\n`);
  expect(Math.min(seen.requests, seen.refused, seen.unfinished)).toBeGreaterThan(0);
});

test('valid frames are read however the stream is split', () => {
  const stream = Buffer.concat(VALID);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const split = createFrameSplitter();
      const ends = [...cuts, stream.length].sort((left, right) => left - right);
      const frames = ends.flatMap((end, position) =>
        split(stream.subarray(position === 0 ? 0 : ends[position - 1], end)),
      );
      expect(frames.map((each) => each.toString('hex'))).toEqual(VALID.map((each) => each.toString('hex')));
    }),
  );
  expect(parseFrame(withChecksum()).sequences.get('documents')).toHaveLength(2);
});
