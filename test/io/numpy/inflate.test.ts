import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { crc32 } from '../../../src/io/crc32.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { gunzip, inflateRaw, isGzip } from '../../../src/io/numpy/inflate.ts';

const CONTENTS = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) >> 5);

function bytesOf(buffer: Buffer): Uint8Array {
  return Uint8Array.from(buffer);
}

describe('gunzip', () => {
  const zipped = bytesOf(gzipSync(CONTENTS));

  test('gives the contents, in a buffer of their own', async () => {
    const contents = await gunzip(zipped);
    expect(contents).toEqual(CONTENTS);
    expect(contents.buffer.byteLength).toBe(CONTENTS.length);
    expect(await gunzip(bytesOf(gzipSync(new Uint8Array())))).toEqual(new Uint8Array());
  });

  test('reads a part of a larger buffer', async () => {
    const larger = Uint8Array.from([1, 2, 3, ...zipped, 4, 5]);
    expect(await gunzip(larger.subarray(3, 3 + zipped.length))).toEqual(CONTENTS);
  });

  test('refuses every 7th truncation and the last ten', async () => {
    for (let length = 0; length < zipped.length; length += length < zipped.length - 10 ? 7 : 1) {
      await expect(gunzip(zipped.subarray(0, length))).rejects.toThrow(FormatError);
    }
  });

  test('refuses what follows the data', async () => {
    for (const extra of [[1, 2, 3, 4, 5], [0, 0, 0, 7], zipped.subarray(0, 100), zipped.subarray(0, -1)]) {
      await expect(gunzip(Uint8Array.from([...zipped, ...extra]))).rejects.toThrow(FormatError);
    }
  });

  test('refuses what follows the data, even if it ends as the data do', async () => {
    const length = zipped.subarray(zipped.length - 4);
    // Node 20's stream ends before what follows; newer ones refuse it themselves.
    await expect(gunzip(Uint8Array.from([...zipped, 0, 0, 0, 0, ...length]))).rejects.toThrow(
      /does not end with the CRC-32 of its contents|the compressed data is corrupt/,
    );
    await expect(gunzip(Uint8Array.from([...zipped, 1, ...length]))).rejects.toThrow(FormatError);
  });

  test('reads zeros behind the data as padding', async () => {
    for (const zeros of [1, 2, 7, 8, 9, 10, 512, 100_000]) {
      expect(await gunzip(Uint8Array.from([...zipped, ...new Uint8Array(zeros)]))).toEqual(CONTENTS);
    }
    const empty = bytesOf(gzipSync(new Uint8Array())); // ends with nine zeros of its own
    expect(await gunzip(Uint8Array.from([...empty, 0, 0, 0]))).toEqual(new Uint8Array());
  });

  test('shows the beginning before memory for all is taken', async () => {
    const seen: [head: Uint8Array, length: number][] = [];
    const see = (head: Uint8Array, length: number) => void seen.push([head.slice(), length]);
    expect(await gunzip(zipped, undefined, { check: see, headLength: 7 })).toEqual(CONTENTS);
    expect(seen).toEqual([[CONTENTS.subarray(0, 7), CONTENTS.length]]);
    const refuse = () => {
      throw new FormatError('no.');
    };
    await expect(gunzip(zipped, undefined, { check: refuse, headLength: 7 })).rejects.toThrow('no.');
    expect(await gunzip(zipped, undefined, { check: refuse, headLength: CONTENTS.length })).toEqual(CONTENTS);
  });

  test('inflates nothing beyond the limit', async () => {
    await expect(gunzip(zipped, CONTENTS.length - 1)).rejects.toThrow(
      'cut off, or longer than the 4999 bytes accepted',
    );
    expect(await gunzip(zipped, CONTENTS.length)).toEqual(CONTENTS);
    const bomb = bytesOf(gzipSync(new Uint8Array(1_000_000)));
    bomb.set([1, 0, 0, 0], bomb.length - 4); // says that it holds one byte
    await expect(gunzip(bomb)).rejects.toThrow(FormatError);
    bomb.fill(0xff, bomb.length - 4); // says that it holds 4 GB: refused before that much is allocated
    await expect(gunzip(bomb, 2 ** 33)).rejects.toThrow('cannot hold 4294967295');
  });

  test('says what is not gzip at all', async () => {
    await expect(gunzip(CONTENTS)).rejects.toThrow('not gzip data');
    expect(isGzip(zipped)).toBe(true);
    expect(isGzip(CONTENTS)).toBe(false);
    expect(isGzip(new Uint8Array())).toBe(false);
  });
});

/** A DecompressionStream as the standard has it: bytes after the first member are an error. */
class OneMember extends TransformStream<Uint8Array, Uint8Array> {
  constructor() {
    const pieces: Uint8Array[] = [];
    super({
      transform: (piece) => void pieces.push(piece),
      flush: (controller) => {
        const zipped = Buffer.concat(pieces);
        const { buffer, engine } = gunzipSync(zipped, { info: true }) as unknown as {
          buffer: Buffer;
          engine: { bytesWritten: number };
        };
        const rest = zipped.subarray(1).indexOf(Buffer.of(0x1f, 0x8b, 8));
        if (rest >= 0 || engine.bytesWritten < zipped.length) throw new TypeError('Junk after the data.');
        controller.enqueue(new Uint8Array(buffer));
      },
    });
  }
}

describe('gunzip of several members', () => {
  const PIECES = [
    CONTENTS.subarray(0, 2000),
    new Uint8Array(),
    CONTENTS.subarray(2000, 2001),
    CONTENTS.subarray(2001),
  ];
  const members = PIECES.map((piece) => bytesOf(gzipSync(piece)));
  const together = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  const zipped = together(...members);

  test('gives the contents of all, as cat a.gz b.gz makes them', async () => {
    expect(await gunzip(zipped)).toEqual(CONTENTS);
    expect(await gunzip(together(zipped, new Uint8Array(512)))).toEqual(CONTENTS);
    expect(await gunzip(zipped, CONTENTS.length)).toEqual(CONTENTS);
    await expect(gunzip(zipped, CONTENTS.length - 1)).rejects.toThrow(FormatError);
  });

  test('gives those of the blocks of bgzip, whose headers hold a field', async () => {
    const blocks = [...PIECES, new Uint8Array()].map((piece) => {
      const member = bytesOf(gzipSync(piece));
      const field = [6, 0, 0x42, 0x43, 2, 0, 0, 0]; // BC: the length of the block, less one
      const block = together(member.subarray(0, 10), Uint8Array.from(field), member.subarray(10));
      block[3] = 4; // there is a field
      block[9] = 0xff; // no system
      new DataView(block.buffer).setUint16(16, block.length - 1, true);
      return block;
    });
    expect(await gunzip(together(...blocks))).toEqual(CONTENTS);
  });

  test('checks every member, and refuses any truncation', async () => {
    for (const [i, member] of members.entries()) {
      for (const at of [member.length - 1, member.length - 5]) {
        const damaged = members.with(i, member.with(at, member[at] ^ 1));
        await expect(gunzip(together(...damaged))).rejects.toThrow(FormatError);
      }
    }
    const ends = members.map((_, i) => together(...members.slice(0, i + 1)).length);
    for (let length = 0; length < zipped.length; length += 3) {
      if (ends.includes(length)) continue; // a file of fewer members
      await expect(gunzip(zipped.subarray(0, length))).rejects.toThrow(FormatError);
    }
  });

  test('takes no header of a member within the data for one', async () => {
    // Stored, not compressed: the contents hold gzip files, headers and all.
    const nested = together(zipped, zipped);
    const one = bytesOf(gzipSync(nested, { level: 0 }));
    expect(await gunzip(one)).toEqual(nested);
  });

  test('shows the beginning with the length of all, before memory for that is taken', async () => {
    const seen: [head: Uint8Array, length: number][] = [];
    const see = (head: Uint8Array, length: number) => {
      if (length !== CONTENTS.length) throw new FormatError('another length.');
      seen.push([head.slice(), length]);
    };
    expect(await gunzip(zipped, undefined, { check: see, headLength: 2500 })).toEqual(CONTENTS);
    expect(seen).toEqual([[CONTENTS.subarray(0, 2500), CONTENTS.length]]);
  });

  test('does not need a stream that goes on after the first member: browsers refuse what follows', async () => {
    const own = globalThis.DecompressionStream;
    globalThis.DecompressionStream = OneMember as unknown as typeof own;
    try {
      expect(await gunzip(zipped)).toEqual(CONTENTS);
      expect(await gunzip(together(zipped, new Uint8Array(512)))).toEqual(CONTENTS);
      await expect(gunzip(together(zipped, Uint8Array.of(7)))).rejects.toThrow(FormatError);
    } finally {
      globalThis.DecompressionStream = own;
    }
  });

  test('refuses bombs before memory for them is taken', async () => {
    const bomb = members.map((member) => member.slice());
    bomb[2].fill(0xff, bomb[2].length - 4); // states 4 GB
    const before = process.memoryUsage().arrayBuffers;
    await expect(gunzip(together(...bomb), 2 ** 40)).rejects.toThrow(FormatError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    const many = together(...new Array<Uint8Array>(10_001).fill(members[2]));
    await expect(gunzip(many)).rejects.toThrow(FormatError);
  });
});

describe('inflateRaw', () => {
  const packed = bytesOf(deflateRawSync(CONTENTS));

  test('gives the contents, which must have the length stated', async () => {
    expect(await inflateRaw(packed, CONTENTS.length)).toEqual(CONTENTS);
    await expect(inflateRaw(packed, CONTENTS.length - 1)).rejects.toThrow('more than the 4999 bytes stated');
    await expect(inflateRaw(packed, CONTENTS.length + 1)).rejects.toThrow(
      'holds 5000 bytes, expected the 5001 stated',
    );
    await expect(inflateRaw(packed.subarray(0, 100), 5000)).rejects.toThrow('corrupt or cut off');
    await expect(inflateRaw(CONTENTS, 5000)).rejects.toThrow(FormatError);
  });

  test('accepts the densest data that deflate can make', async () => {
    const length = 3_000_000;
    const zeros = bytesOf(deflateRawSync(new Uint8Array(length), { level: 9 }));
    expect((await inflateRaw(zeros, length)).length).toBe(length);
  });
});

describe('crc32', () => {
  test('gives the check value of its definition', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});
