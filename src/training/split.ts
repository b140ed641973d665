/** Which samples are trained on, and which only measured. Read batches.ts first. */

import { BatchReader } from '../data/batches.ts';
import type { Samples, StoredSamples } from '../data/samples.ts';
import { Random } from '../tensor/random.ts';
import type { Shape } from '../tensor/shape.ts';

/** Some of a data set's rows. */
export interface Part {
  readonly reader: BatchReader;
  readonly rows: Uint32Array;
}

export interface Parts {
  readonly training: Part;
  readonly validation: Part | undefined;
}

export interface SplitOptions {
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** Decides which samples are kept: the same seed keeps the same ones, in a second training too. */
  readonly seed: number;
  readonly validationSplit: number;
  readonly validationData: Samples | StoredSamples | undefined;
}

/**
 * @throws {ShapeError} If the samples don't fit the model.
 * @throws {RangeError} If a split leaves one side empty.
 */
export function openSamples(samples: Samples | StoredSamples, options: SplitOptions): Parts {
  const { inputShape, seed, validationSplit, validationData } = options;
  const reader = new BatchReader(samples, inputShape, 'fit');
  const rows = rowNumbers(reader.count);
  if (validationData) {
    const other = new BatchReader(validationData, inputShape, 'fit, validationData');
    return { training: { reader, rows }, validation: { reader: other, rows: rowNumbers(other.count) } };
  }
  if (validationSplit === 0) return { training: { reader, rows }, validation: undefined };
  const kept = validationCount(reader.count, validationSplit);
  // At random, not the last ones as in Keras: files are often sorted by class.
  new Random(seed).shuffle(rows);
  return {
    training: { reader, rows: rows.subarray(kept) },
    validation: { reader, rows: rows.subarray(0, kept) },
  };
}

/**
 * How many of `count` samples a split keeps for validation.
 *
 * @throws {RangeError} If that leaves one side empty.
 */
export function validationCount(count: number, validationSplit: number): number {
  const kept = Math.round(count * validationSplit);
  if (kept === 0 || kept === count) {
    throw new RangeError(
      `fit: a validation split of ${validationSplit} keeps ${kept} of ${count} samples, expected at least one on each side.`,
    );
  }
  return kept;
}

/** 0 to `count` (exclusive). */
export function rowNumbers(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}
