/**
 * From a data set as it is stored to a network's input: rows are gathered and normalized batch by batch, straight into
 * the network's own array. Read data/samples.ts first.
 */

import { NO_NORMALIZATION, type SampleArray, type Samples } from '../data/samples.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';

export class BatchReader {
  /** How many samples there are. */
  readonly count: number;
  readonly #who: string;
  readonly #features: number;
  readonly #data: SampleArray;
  readonly #shift: number;
  readonly #scale: number;

  /**
   * @param samples - Shape `[n, ...]`.
   * @param sampleShape - What the model takes. Flat vectors fit any shape of their size, and dimensions of 1 don't count.
   * @param who - Named in the error.
   * @throws {ShapeError} If the samples have another shape, there are none, the data isn't as long as the shape says, or
   *   it is whole numbers that nothing says how to scale.
   */
  constructor(samples: Samples, sampleShape: Shape, who: string) {
    const [count = 0, ...rest] = samples.shape;
    if (samples.shape.length < 2 || !fitsSampleShape(rest, sampleShape)) {
      throw new ShapeError(
        `${who}: the samples are ${formatShape(samples.shape)}, expected [n, ${sampleShape.join(', ')}].`,
      );
    }
    if (count === 0) throw new ShapeError(`${who}: got no samples, expected at least one.`);
    if (samples.data.length !== sizeOf(samples.shape)) {
      throw new ShapeError(
        `${who}: shape ${formatShape(samples.shape)} needs ${sizeOf(samples.shape)} numbers, the array holds ${samples.data.length}.`,
      );
    }
    if (!samples.normalization && !isFloats(samples.data)) {
      throw new ShapeError(
        `${who}: the samples are whole numbers without a normalization, expected normalize(samples), or for a trained model normalizationLike(model.normalization, samples).`,
      );
    }
    const { shift, scale } = samples.normalization ?? NO_NORMALIZATION;
    this.#who = who;
    this.count = count;
    this.#features = sizeOf(sampleShape);
    this.#data = samples.data;
    this.#shift = shift;
    this.#scale = scale;
  }

  /** @throws {RangeError} If an input is outside [0, 1], as the targets of binary cross-entropy may not be. */
  requireUnitRange(): void {
    const inputOf = (value: number) => (value - this.#shift) / this.#scale;
    const isInside = (input: number) => 0 <= input && Math.fround(input) <= 1;
    const bad = this.#data.findIndex((value: number) => !isInside(inputOf(value)));
    if (bad >= 0) {
      const input = inputOf(this.#data[bad]);
      throw new RangeError(
        `${this.#who}: input number ${bad} is ${input}, binary cross-entropy takes 0 to 1.`,
      );
    }
  }

  /** Writes the samples of these row numbers into `out` `[rows.length, features]`. */
  read(rows: ArrayLike<number>, out: Float32Array): void {
    kernels().gather(this.#features, rows, this.#data, this.#shift, this.#scale, out);
  }

  /** Writes samples `start` to `end` (exclusive) into `out` `[end - start, features]`. */
  readRange(start: number, end: number, out: Float32Array): void {
    // Samples in a row are one long row.
    const features = this.#features * (end - start);
    const data = this.#data.subarray(start * this.#features);
    kernels().gather(features, [0], data, this.#shift, this.#scale, out);
  }
}

/** Whether samples of the one shape can stand for the other: the same but for dimensions of 1, or one of them flat. */
export function fitsSampleShape(shape: Shape, expected: Shape): boolean {
  if (sizeOf(shape) !== sizeOf(expected)) return false;
  const significant = shape.filter((length) => length !== 1);
  const wanted = expected.filter((length) => length !== 1);
  if (significant.length <= 1 || wanted.length <= 1) return true;
  return formatShape(significant) === formatShape(wanted);
}

// By name: `instanceof` is false for an array that another realm made (a worker, a frame, a test runner's sandbox).
function isFloats(data: SampleArray): boolean {
  return /Float\d+Array/.test(Object.prototype.toString.call(data));
}
