/** The format stands still: files made once are read as ever, and are what is written today. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compressImages } from '../../src/compression/compress.ts';
import { CompressedFile, decompressImages } from '../../src/compression/decompress.ts';
import { fingerprintOf } from '../../src/compression/fingerprint.ts';
import type { DType, Normalization } from '../../src/data/samples.ts';
import { readModel } from '../../src/io/model.ts';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { partsOf } from '../helpers/isthParts.ts';

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

const folder = new URL('../golden/isth/', import.meta.url);
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));

describe.each(Object.entries(expected))('the golden file %s', (name, facts) => {
  const bytes = new Uint8Array(readFileSync(new URL(`${name}.isth`, folder)));
  const { originals, restored = originals, fingerprint, levels, lossless, shape, dtype } = facts;
  const before = kernels().name;
  beforeAll(() => {
    setKernels('naive');
  });
  afterAll(() => {
    setKernels(before);
  });

  test('is read as ever', async () => {
    const array = await decompressImages(bytes);
    expect({ shape: array.shape, dtype: array.dtype }).toEqual({ shape, dtype });
    expect(Array.from(array.data)).toEqual(restored);
    const { header, model, missingKernels } = await CompressedFile.open(bytes);
    expect(missingKernels).toBeUndefined();
    expect(header).toMatchObject({ model: fingerprint, levels, kernels: 'naive' });
    expect(model && fingerprintOf(model.autoencoder)).toBe(fingerprint);
  });

  test('is written as ever', async () => {
    const { model, description } = partsOf(bytes);
    const normalization: Normalization = JSON.parse(description).normalization;
    const data = dtype === 'u2' ? Uint16Array.from(originals) : Uint8Array.from(originals);
    const { autoencoder } = readModel(model ?? new Uint8Array());
    const written = await compressImages(
      autoencoder,
      { shape, data, normalization },
      { levels, lossless, model },
    );
    expect(Buffer.from(written.bytes).equals(bytes)).toBe(true);
    // The control: another number of levels is another file.
    const other = await compressImages(
      autoencoder,
      { shape, data, normalization },
      { levels: levels + 1, lossless, model },
    );
    expect(Buffer.from(other.bytes).equals(bytes)).toBe(false);
  });
});
