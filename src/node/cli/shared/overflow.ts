/**
 * Samples with values so large that the network overflows: every input is finite, but the output is infinite or NaN in
 * float32. They are reported and left out, so that they don't spoil the figures of the others.
 */

import { DataError, type SampleArray } from '../../../data/samples.ts';
import type { Shape } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { countOf, formatCount, say } from '../terminal/output.ts';

interface Rows {
  /** `[n, width]` */
  readonly shape: Shape;
  readonly data: SampleArray;
}

/** The numbers of the rows that hold NaN or infinity, in ascending order. */
export function overflownRows({ shape: [n, width], data }: Rows): number[] {
  const isOver = (i: number) => !data.subarray(i * width, (i + 1) * width).every(Number.isFinite);
  return Array.from({ length: n }, (_, i) => i).filter(isOver);
}

/** Says how many samples overflow, if any do. */
export function noteOverflow(count: number, noun: string): void {
  if (count === 0) return;
  say(
    `note: the network overflows on ${countOf(count, noun)}, whose values are too far from the training data`,
  );
}

/**
 * @param codes - `[n, code length]`
 * @param source - The name of the data.
 * @param what - The option that needs finite codes.
 * @throws {DataError} If a code is not finite.
 */
export function refuseOverflow(codes: Tensor, source: string, what: string): void {
  const over = overflownRows(codes);
  if (over.length === 0) return;
  const which = `${formatCount(over.length)} of ${countOf(codes.shape[0], 'sample')}`;
  throw new DataError(
    `${source}: the network overflows on ${which}, first on sample ${over[0]}, ${what} needs finite codes: remove these samples.`,
  );
}
