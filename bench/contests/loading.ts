/**
 * Loading 10,000 images of 28x28 bytes: the .npy file from memory and from disk, then all of them gathered and scaled
 * in batches as training reads them. Each is measured against the simplest code that moves the same bytes.
 * Read harness/contest.ts and src/data/batches.ts first.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchReader } from '../../src/data/batches.ts';
import { normalize } from '../../src/data/normalization.ts';
import { NO_NORMALIZATION, type NumericArray, type Samples, scalingOf } from '../../src/data/samples.ts';
import { readNpy, writeNpy } from '../../src/io/numpy/npy.ts';
import { loadImages } from '../../src/node/samples/load.ts';
import { setKernels } from '../../src/tensor/kernels/active.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Random } from '../../src/tensor/random.ts';
import { formatShape, sizeOf } from '../../src/tensor/shape.ts';
import type { Contest } from '../harness/contest.ts';
import { use } from '../harness/setting.ts';
import { requireEqual, VerificationError } from './verify.ts';

const BATCH = 32;

/** @param folder - Where a file as large as the images may be written. */
export async function loadingContests(folder: string, images: NumericArray): Promise<Contest[]> {
  const bytes = writeNpy(images);
  const path = join(folder, 'images.npy');
  await writeFile(path, bytes);
  return [
    memoryContest(bytes, images),
    fileContest(path, bytes.length, images),
    gatherContest(normalize(images)),
  ];
}

/** Against copying the file's bytes once: the reader makes a view of them, not a copy. */
export function memoryContest(bytes: Uint8Array, images: NumericArray, read = readNpy): Contest {
  const copy = new Uint8Array(bytes.length);
  return {
    what: 'read .npy bytes',
    shape: shapeName(images),
    work: { amount: 1, unit: 'files' }, // no bytes are moved, so MB/s would mean nothing
    baseline: { name: 'copy', run: () => copy.set(bytes) },
    contestants: [{ name: 'readNpy', run: () => read(bytes) }],
    verify: () => requireSame('read .npy bytes, readNpy', read(bytes), images),
  };
}

/** Against reading the file's bytes and doing nothing with them. The file comes from the system's cache, for both. */
export function fileContest(
  path: string,
  byteLength: number,
  images: NumericArray,
  load: (path: string) => Promise<NumericArray> = loadImages,
): Contest {
  return {
    what: 'read .npy file',
    shape: shapeName(images),
    work: { amount: byteLength / 1e6, unit: 'MB' },
    baseline: { name: 'readFile', run: () => readFile(path), isAsync: true },
    contestants: [{ name: 'loadImages', run: () => load(path), isAsync: true }],
    verify: async () => requireSame('read .npy file, loadImages', await load(path), images),
  };
}

/** Writes the samples of these rows into `out`, scaled. */
type Gather = (rows: Uint32Array, out: Float32Array) => void;

/** All samples in random order, a batch at a time, with the fastest kernels, against a loop that divides each pixel. */
export function gatherContest(images: Samples, gather: Gather = batchReader(images)): Contest {
  const [count, ...sampleShape] = images.shape;
  const features = sizeOf(sampleShape);
  const { data } = images;
  const { scales } = scalingOf(images.normalization ?? NO_NORMALIZATION);
  const [scale] = scales; // one for all: the built-in digits
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  new Random(1).shuffle(rows);
  const name = setKernels('simd'); // or blocked, on a host without
  const batch = new Arena().allocate(BATCH * features);
  const divide: Gather = (some, out) => {
    for (let i = 0; i < some.length; i++) {
      const from = some[i] * features;
      const to = i * features;
      for (let j = 0; j < features; j++) out[to + j] = data[from + j] / scale;
    }
  };
  const prepare = () => use({ kernels: name });
  const pass = (gatherBatch: Gather, use?: (some: Uint32Array) => void): void => {
    for (let start = 0; start < count; start += BATCH) {
      const some = rows.subarray(start, start + BATCH);
      gatherBatch(some, batch);
      use?.(some);
    }
  };
  return {
    what: 'gather and scale',
    shape: shapeName(images),
    work: { amount: count, unit: 'samples' },
    baseline: { name: 'divide', run: () => pass(divide) },
    contestants: [{ name: 'BatchReader', prepare, run: () => pass(gather) }],
    verify: async () => {
      await prepare();
      const expected = new Float32Array(batch.length);
      pass(gather, (some) => {
        divide(some, expected);
        const length = some.length * features;
        requireEqual(
          'gather and scale, BatchReader',
          batch.subarray(0, length),
          expected.subarray(0, length),
        );
      });
    },
  };
}

function batchReader(images: Samples): Gather {
  const reader = new BatchReader(images, images.shape.slice(1), 'bench');
  return (rows, out) => reader.read(rows, out);
}

function shapeName({ shape }: Samples): string {
  return shape.join('x');
}

function requireSame(who: string, got: NumericArray, expected: NumericArray): void {
  const found = `${formatShape(got.shape)} ${got.dtype}`;
  const wanted = `${formatShape(expected.shape)} ${expected.dtype}`;
  if (found !== wanted) throw new VerificationError(`${who}: got ${found}, expected ${wanted}.`);
  requireEqual(who, got.data, expected.data);
}
