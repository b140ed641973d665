import { deflateRawSync, gzipSync } from 'node:zlib';
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

  test('refuses what follows the data, also a second member', async () => {
    for (const extra of [[0], [0, 0, 0, 0], [1, 2, 3, 4, 5], zipped]) {
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
