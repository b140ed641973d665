/** Which samples are trained on, and which only validated. Read data/batches.ts first. */

import { BatchReader, rowNumbers } from '../data/batches.ts';
import { requireScaling } from '../data/normalization.ts';
import type { Samples, StoredSamples } from '../data/samples.ts';
import { Random } from '../tensor/random.ts';
import type { Shape } from '../tensor/shape.ts';

/** Some rows of a data set. */
export interface Subset {
  readonly reader: BatchReader;
  readonly rows: Uint32Array;
}

export interface Subsets {
  readonly training: Subset;
  readonly validation: Subset | undefined;
}

export interface SplitOptions {
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** Decides which samples are kept for validation: the same seed keeps the same ones, in a later training too. */
  readonly seed: number;
  /** The share of the samples that is kept for validation, 0 <= split < 1. */
  readonly validationSplit: number;
  /** Other samples for validation, instead of a split. */
  readonly validationData: Samples | StoredSamples | undefined;
}

/**
 * @param samples - Shape `[n, ...inputShape]`.
 * @throws {ShapeError} If the samples don't fit the model.
 * @throws {DataError} If the validation data was scaled in another way than the samples.
 * @throws {RangeError} If a split leaves one side empty.
 */
export function splitSamples(samples: Samples | StoredSamples, options: SplitOptions): Subsets {
  const { inputShape, seed, validationSplit, validationData } = options;
  const reader = new BatchReader(samples, inputShape, 'fit');
  const rows = rowNumbers(reader.count);
  if (validationData) {
    if (samples.normalization) {
      const names = ['validationData', 'samples.normalization'] as const;
      requireScaling(validationData, samples.normalization, 'fit, validationData', names);
    }
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
