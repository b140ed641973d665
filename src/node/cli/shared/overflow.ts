/**
 * Samples so far out that a network's float32 overflows: each of their numbers is finite, and what comes out is infinite or NaN.
 * They are to be seen, not to spoil what is said of the others.
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

/** The numbers of the rows that hold NaN or infinity. */
export function overflownRows({ shape: [n, width], data }: Rows): number[] {
  const isOver = (i: number) => !data.subarray(i * width, (i + 1) * width).every(Number.isFinite);
  return Array.from({ length: n }, (_, i) => i).filter(isOver);
}

/** Says how many samples overflow, if any do. */
export function noteOverflow(count: number, noun: string): void {
  if (count === 0) return;
  const which = `${countOf(count, noun)} ${count === 1 ? 'is' : 'are'}`;
  say(`note: ${which} so far out that the network overflows`);
}

/**
 * @param codes - `[n, code length]`
 * @param source - Where the samples are from.
 * @param what - What needs finite codes.
 * @throws {DataError} If a code is not finite.
 */
export function refuseOverflow(codes: Tensor, source: string, what: string): void {
  const over = overflownRows(codes);
  if (over.length === 0) return;
  throw new DataError(
    `${source}: the codes of ${formatCount(over.length)} of ${countOf(codes.shape[0], 'sample')} are not finite, first that of sample ${over[0]}, ${what} needs finite ones: remove what is so far out that the network overflows.`,
  );
}
