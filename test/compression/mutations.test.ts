/** No damaged `.isth` file may give images that it doesn't hold. */

import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { compressImages } from '../../src/compression/compress.ts';
import { CompressedFile, decompressImages } from '../../src/compression/decompress.ts';
import { denormalize } from '../../src/data/denormalize.ts';
import type { Normalization, NumericArray, Samples } from '../../src/data/samples.ts';
import { type PixelSize, TileGrid } from '../../src/data/tiles.ts';
import { FormatError } from '../../src/io/errors.ts';
import { writeModel } from '../../src/io/model.ts';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import type { KernelsName } from '../../src/tensor/kernels/kernels.ts';
import { Random } from '../../src/tensor/random.ts';
import { isthLies, partsOf, withChecks, withLengths } from '../helpers/bytes/isthParts.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../helpers/cases.ts';
import { because } from '../helpers/mutations/lies.ts';
import { surviveMutations } from '../helpers/mutations/survival.ts';
import { naiveIsth, requireStoredValues } from '../helpers/naive/naiveIsth.ts';

const small = new Autoencoder({ inputShape: [3, 2], encodingDim: 2, hidden: [], seed: 3 });

function images(count: number, dtype: 'u1' | 'u2'): Samples {
  const random = new Random(count);
  const length = 6 * count;
  const scale = dtype === 'u1' ? 255 : 65535;
  const data = (dtype === 'u1' ? new Uint8Array(length) : new Uint16Array(length)).map(() =>
    Math.floor(random.uniform(0, scale + 1)),
  );
  return { shape: [count, 3, 2], data, normalization: { kind: 'divide', dtype, shift: 0, scale } };
}

/** Its images are so small that a chunk holds 2^17 of them. */
const tiny = new Autoencoder({
  spec: {
    type: 'autoencoder',
    inputShape: [2],
    encoder: [{ type: 'dense', inFeatures: 2, outFeatures: 1, bias: true }],
    decoder: [{ type: 'dense', inFeatures: 1, outFeatures: 2, bias: true }],
  },
});
const MANY = 2 ** 17 + 5;

const model = writeModel(small);
const TABLE = { kind: 'csv', head: Buffer.from(',\x01\x01a,b,c,d,e,f\n') } as const;
const FILES = {
  lossy: (await compressImages(small, images(9, 'u1'), { levels: 16, model })).bytes,
  bare: (await compressImages(small, images(11, 'u2'), { levels: 7 })).bytes,
  lossless: (await compressImages(small, images(5, 'u1'), { lossless: true, model })).bytes,
  // A table with a header, of format version 2.
  table: (
    await compressImages(
      small,
      { ...images(6, 'u1'), shape: [6, 6] },
      { lossless: true, model, original: TABLE },
    )
  ).bytes,
  // A picture in tiles, of format version 3.
  tiles: (await compressImages(small, images(12, 'u1'), { model, grid: new TileGrid([7, 5], [3, 2], 1) }))
    .bytes,
  wide: (await compressImages(small, images(4, 'u2'), { lossless: true, levels: 5, model })).bytes,
};

/** Reads with the model inside, or if there is none (any more), with the right one. */
async function read(bytes: Uint8Array): Promise<NumericArray> {
  const { model: inside } = await CompressedFile.open(bytes);
  return decompressImages(bytes, inside?.autoencoder ?? small).catch((error: Error) => {
    // These errors blame the model or the machine, not the file, so they are DataErrors.
    const isOther = /^another model compressed the images|^the file was made with .* kernels/.test(
      error.message,
    );
    throw isOther ? new FormatError(error.message) : error;
  });
}

let reads = 0;

/** Pauses now and then, as networks' memory is freed only in a pause. */
async function paused(bytes: Uint8Array): Promise<NumericArray> {
  if (++reads % 100 === 0) await setImmediate();
  return read(bytes);
}

function requireRight({ shape, data, dtype }: NumericArray, bytes: Uint8Array): void {
  const right = naiveIsth(bytes);
  const { picture, overlap } = (right.facts.tiles ?? {}) as { picture?: PixelSize; overlap?: number };
  expect(shape).toEqual(picture ? [1, ...picture, ...right.shape.slice(3)] : right.shape);
  const values = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  requireStoredValues(right, values);
  if (!right.codes) return;
  const before = kernels().name;
  setKernels(right.facts.kernels as KernelsName);
  const outputs = small.decode({ shape: [right.shape[0], 2], data: right.codes }).data;
  setKernels(before);
  const expected = denormalize(outputs, right.facts.normalization as Normalization);
  expect(dtype).toBe(expected.dtype);
  const images = new Uint8Array(expected.data.buffer);
  const whole = picture ? new TileGrid(picture, [3, 2], overlap as number).blend(images) : images;
  if (!Buffer.from(values).equals(whole)) throw new Error('wrong values');
}

describe('damaged .isth files', () => {
  test('are refused, or give what they hold', async () => {
    for (const bytes of Object.values(FILES)) requireRight(await read(bytes), bytes);
    const tally = await surviveMutations({ files: FILES, lies: isthLies, read: paused, requireRight });
    if (MUTATIONS_OF_EACH_FILE) console.log('isth', tally);
    expect(tally.read).toBeGreaterThan(MUTATIONS / 50);
    expect(tally.refused).toBeGreaterThan(MUTATIONS / 2);
  }, 600_000);

  test('are noticed whichever byte is changed', async () => {
    for (const original of [FILES.lossy, FILES.lossless]) {
      for (let at = 0; at < original.length; at++) {
        const bytes = original.with(at, original[at] ^ (1 << (at % 8)));
        const outcome = await read(bytes).catch((error: Error) => error);
        if (!(outcome instanceof FormatError)) throw new Error(`byte ${at}: ${outcome}`);
      }
    }
  });

  test('are noticed wherever they are cut off, or go on', async () => {
    for (const original of Object.values(FILES)) {
      for (let length = 0; length < original.length; length += 7) {
        await expect(read(original.subarray(0, length))).rejects.toBeInstanceOf(FormatError);
      }
      await expect(read(new Uint8Array([...original, 0]))).rejects.toThrow('bytes follow the last chunk');
    }
  });

  test('are noticed if chunks are missing, doubled or in another order', async () => {
    const samples = {
      ...images(1, 'u1'),
      shape: [MANY, 2],
      data: new Uint8Array(2 * MANY).map((_, i) => (i * i) >> 7),
    };
    const { bytes } = await compressImages(tiny, samples);
    expect((await decompressImages(bytes, tiny)).shape).toEqual([MANY, 2]);
    const parts = partsOf(bytes);
    expect(parts.chunks.length).toBe(2);
    // The chunks' bytes in the file, with their check values.
    const second = bytes.slice(-parts.chunks[1].length - 8);
    const first = bytes.slice(-parts.chunks[0].length - 8 - second.length, -second.length);
    const head = bytes.slice(0, -first.length - second.length);
    for (const order of [[first], [second, first], [first, first], [second], [first, second, second]]) {
      const file = new Uint8Array(Buffer.concat([head, ...order]));
      await expect(decompressImages(file, tiny)).rejects.toBeInstanceOf(FormatError);
    }
    expect(
      (await decompressImages(new Uint8Array(Buffer.concat([head, first, second])), tiny)).shape,
    ).toEqual([MANY, 2]);
  });

  test('are read as sound by a reader that doubts nothing', async () => {
    const believing = (bytes: Uint8Array) => {
      try {
        const { shape, data } = { shape: partsOf(bytes), data: new Uint8Array(54) };
        return { shape: JSON.parse(shape.description).shape, data, dtype: 'u1' } as const;
      } catch {
        throw new FormatError('refused.');
      }
    };
    const careless = surviveMutations({
      files: FILES,
      lies: isthLies,
      read: believing,
      requireRight,
      cases: 1000,
    });
    await expect(careless).rejects.toThrow('Property failed');
  });
});

describe('bombs', () => {
  const claiming = (changes: object, file = FILES.lossy) => {
    const parts = partsOf(file);
    const description = JSON.stringify({ ...JSON.parse(parts.description), ...changes });
    return withChecks(withLengths({ ...parts, description }));
  };

  test.each([
    [
      { shape: [2 ** 40, 3, 2] },
      /^the file is cut off: 1099511627776 images take at least \d+ bytes, \d+ are left\.$/,
    ],
    [
      { shape: [2 ** 50, 3, 2] },
      /^the header is damaged, or isthmus did not write it: the images' shape is not a list of 2 to 64/,
    ],
    [
      { shape: [9, 2 ** 23] },
      /^the header is damaged, or isthmus did not write it: an image has 8388608 numbers, expected at most 4194304\.$/,
    ],
    [{ shape: [9, 2 ** 22] }, /^the file is cut off/],
    [{ codeLength: 2 ** 14 }, /^the file is cut off/],
    [
      { codeLength: 2 ** 14 + 1 },
      /^the header is damaged, or isthmus did not write it: the length of the codes is 16385, expected an integer from 1 to 16384\.$/,
    ],
    [
      { levels: 257 },
      /^the header is damaged, or isthmus did not write it: the number of levels is 257, expected an integer from 4 to 256\.$/,
    ],
  ])('that claim %j are refused before anything is made for them', async (changes, says) => {
    const before = process.memoryUsage().arrayBuffers;
    await expect(decompressImages(claiming(changes))).rejects.toThrow(says);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test('of an unknown length are refused when what they claim does not come', async () => {
    const file = await CompressedFile.open([claiming({ shape: [2 ** 40, 3, 2] })]);
    const last = file.images().next();
    await expect(last).rejects.toThrow(FormatError);
  });

  test('that claim a chunk of gigabytes are refused by what its images can take', async () => {
    const parts = partsOf(FILES.lossy);
    const bytes = Buffer.from(withChecks(parts));
    const at = bytes.indexOf(parts.chunks[0]) - 4;
    bytes.writeUInt32LE(2 ** 32 - 1, at);
    await expect(decompressImages(new Uint8Array(bytes))).rejects.toThrow(
      /^a chunk of 9 images claims 4294967295 bytes, expected at most \d+\.$/,
    );
  });

  test('the controls are read', async () => {
    expect((await decompressImages(claiming({}))).shape).toEqual([9, 3, 2]);
    const broken = surviveMutations({
      files: { one: FILES.lossy },
      read,
      requireRight: () => {
        throw new Error('never');
      },
      lies: isthLies,
      cases: 300,
    });
    await expect(broken).rejects.toMatchObject(because(/never/));
  });
});
