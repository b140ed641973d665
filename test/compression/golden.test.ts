/**
 * The format doesn't change: old files are read, and are written today with the same bytes. And it is what docs/isth.md
 * says: decode.py, a reader that was written from it, found the same images in them.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compressImages } from '../../src/compression/compress.ts';
import { CompressedFile, decompressImages } from '../../src/compression/decompress.ts';
import { modelFingerprint } from '../../src/compression/modelFingerprint.ts';
import type { DType, Normalization, SampleArray } from '../../src/data/samples.ts';
import { readModel } from '../../src/io/model.ts';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { partsOf, withChecks } from '../helpers/bytes/isthParts.ts';

interface Expected {
  readonly fingerprint: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly levels: number;
  readonly lossless: boolean;
  readonly originals: readonly number[];
  /** Without it, the originals. */
  readonly restored?: readonly number[];
}

/** What decode.py makes of a file. */
interface Decoded {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly values: readonly number[];
  /** SHA-256 of the whole file that a lossless one was made from. */
  readonly original_sha256?: string;
}

const ARRAYS: Partial<Record<DType, { from(values: readonly number[]): SampleArray }>> = {
  u1: Uint8Array,
  u2: Uint16Array,
  i2: Int16Array,
  f4: Float32Array,
};

const folder = new URL('../golden/isth/', import.meta.url);
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));
const decoded: Record<string, Decoded> = JSON.parse(readFileSync(new URL('decoded.json', folder), 'utf8'));

describe.each(Object.entries(expected))('the golden file %s', (name, facts) => {
  // A Buffer within a larger one, as files come in Node: its slice() copies nothing.
  const bytes = Buffer.concat([Buffer.of(1), readFileSync(new URL(`${name}.isth`, folder))]).subarray(1);
  const { originals, restored = originals, fingerprint, levels, lossless, shape, dtype } = facts;
  const before = kernels().name;
  beforeAll(() => {
    setKernels('naive');
  });
  afterAll(() => {
    setKernels(before);
  });

  test('is read as it was when it was made', async () => {
    const array = await decompressImages(bytes);
    expect({ shape: array.shape, dtype: array.dtype }).toEqual({ shape, dtype });
    expect(Array.from(array.data)).toEqual(restored);
    const { header, model, missingKernels } = await CompressedFile.open(bytes);
    expect(missingKernels).toBeUndefined();
    expect(header).toMatchObject({ model: fingerprint, levels, kernels: 'naive' });
    expect(model && modelFingerprint(model.autoencoder)).toBe(fingerprint);
  });

  // To the last bit, in lossy files too: they name the naive kernels, whose sums decode.py computes in the same order,
  // and between these and the values is no function but ReLU.
  test('gives what an independent reader gives', async () => {
    const { shape, dtype, data } = await decompressImages(bytes);
    expect({ shape, dtype, values: Array.from(data) }).toEqual({
      shape: decoded[name].shape,
      dtype: decoded[name].dtype,
      values: decoded[name].values,
    });
    if (!lossless) return;
    const hash = createHash('sha256');
    for await (const piece of (await CompressedFile.open(bytes)).originalBytes()) hash.update(piece);
    expect(hash.digest('hex')).toBe(decoded[name].original_sha256);
  });

  // The control: a range that is a little wider is another image, or other residuals.
  test('gives something else if one bit is changed', async () => {
    const parts = partsOf(bytes);
    const ranges = parts.ranges.slice();
    ranges[ranges.length - 2] ^= 0x10; // of the last dimension's maximum value
    const other = decompressImages(withChecks({ ...parts, ranges }));
    if (lossless) await expect(other).rejects.toMatchObject({ name: 'FormatError' });
    else expect(Array.from((await other).data)).not.toEqual(decoded[name].values);
  });

  test('is written as it was when it was made', async () => {
    const { model, description } = partsOf(bytes);
    const normalization: Normalization = JSON.parse(description).normalization;
    const data = ARRAYS[dtype]?.from(originals) as SampleArray;
    const { autoencoder } = readModel(model ?? new Uint8Array());
    const { original } = (await CompressedFile.open(bytes)).header;
    const written = await compressImages(
      autoencoder,
      { shape, data, normalization },
      { levels, lossless, model, original },
    );
    expect(Buffer.from(written.bytes).equals(bytes)).toBe(true);
    // The control: another number of levels gives another file.
    const other = await compressImages(
      autoencoder,
      { shape, data, normalization },
      { levels: levels + 1, lossless, model, original },
    );
    expect(Buffer.from(other.bytes).equals(bytes)).toBe(false);
  });
});
