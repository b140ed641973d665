/** Which samples are trained on, and which only validated. Read pairs.ts first. */

import { BatchReader, rowNumbers } from '../data/batches.ts';
import { requireSamples } from '../data/requireSamples.ts';
import { NO_NORMALIZATION, type Samples, type StoredSamples } from '../data/samples.ts';
import { requireScaling } from '../data/transform.ts';
import { Random } from '../tensor/random.ts';
import type { Shape } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';
import { PairReader } from './pairs.ts';

/** Some rows of a data set. */
export interface Subset {
  readonly reader: PairReader;
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
  readonly validationData?: Samples | StoredSamples | undefined;
  /** What the network should answer to the samples, row by row. @default the samples themselves */
  readonly target?: Samples | StoredSamples | undefined;
  /** The same for `validationData`. */
  readonly validationTarget?: Samples | StoredSamples | undefined;
}

/**
 * @param samples - Shape `[n, ...inputShape]`.
 * @throws {ShapeError} If the samples or targets don't fit the model or each other.
 * @throws {DataError} If they were scaled in different ways.
 * @throws {RangeError} If a split leaves one side empty.
 */
export function splitSamples(samples: Samples | StoredSamples, options: SplitOptions): Subsets {
  const { inputShape, seed, validationSplit, validationData, target, validationTarget } = options;
  const answers = target ?? samples;
  const hasTarget = target !== undefined;
  requireSamples(answers, hasTarget ? 'fit, target' : 'fit', inputShape);
  // Of a target without one, the values are outputs themselves. (Samples without one may go with any validation data.)
  const trained = answers.normalization ?? (hasTarget ? { ...NO_NORMALIZATION } : undefined);
  const readerOf = (some: Samples | StoredSamples, name?: string) => {
    const who = name === undefined ? 'fit' : `fit, ${name}`;
    const expected = answers.normalization
      ? ([name ?? 'samples', `${hasTarget ? 'target' : 'samples'}.normalization`] as const)
      : 'none, as the target has none';
    const reader = new BatchReader(some, inputShape, who);
    if (trained) requireScaling(some, trained, who, expected);
    return reader;
  };
  const targetReader = (some: typeof target, name: string) =>
    some === undefined ? some : readerOf(some, name);
  const reader = new PairReader(readerOf(samples), targetReader(target, 'target'), 'fit');
  const rows = rowNumbers(reader.count);
  if (validationData !== undefined) {
    const other = new PairReader(
      readerOf(validationData, 'validationData'),
      targetReader(validationTarget, 'validationTarget'),
      'fit, validationData',
    );
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
      `fit: a validation split of ${validationSplit} keeps ${kept} of ${plural(count, 'sample')}, expected at least one on each side.`,
    );
  }
  return kept;
}
