/**
 * From a data set as it is stored to a network's inputs: rows are gathered and normalized batch by batch, straight into
 * the array that the network reads. There are two ways to go through samples: `batches` for those in memory, `stream`
 * for those in a file as well. Read samples.ts and readAhead.ts first.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { gatherByFeature } from '../tensor/kernels/naive.ts';
import { formatShape, type Shape, ShapeError, sameShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import { chunksOf, readAhead, readThrough, rowsPerChunk } from './readAhead.ts';
import { requireSamples, requireSize } from './requireSamples.ts';
import {
  isByFeature,
  isStored,
  NO_NORMALIZATION,
  type Normalization,
  type SampleArray,
  type Samples,
  type Scaling,
  type StoredSamples,
  scalingOf,
} from './samples.ts';

/** At most so many samples, and so many values, run through a network at a time where nothing is learned. */
const INFERENCE_BATCH = 256;
const INFERENCE_VALUES = 2 ** 20;

/**
 * How many samples run through a network at a time where nothing is learned: fewer of large ones, since a convolution makes
 * several times as many numbers of an image as it has, and each layer keeps its own.
 *
 * @param features - Of a sample, or of what the network makes of it if that is more.
 */
export function inferenceBatch(features: number): number {
  return Math.max(1, Math.min(INFERENCE_BATCH, Math.floor(INFERENCE_VALUES / features)));
}

export interface BatchOptions {
  /** The numbers of the samples to read, in this order. @default all of them, in their order */
  readonly rows?: Uint32Array | undefined;
  /** Samples in a batch; the last batch may be smaller. @default 256, of samples with more than 4096 values fewer */
  readonly batchSize?: number;
  /** How many batches to leave out at the beginning. @default 0 */
  readonly firstBatch?: number;
  /** Makes the tensor that all batches are written into, once: of the first batch's shape. @default Tensor.zeros */
  readonly allocate?: (shape: Shape) => Tensor;
}

export class BatchReader {
  /** The number of samples. */
  readonly count: number;
  /** Named in errors. */
  readonly who: string;
  /** The length of a row. */
  readonly features: number;
  readonly #samples: Samples | StoredSamples;
  readonly #scaling: Scaling;

  /**
   * @param samples - Shape `[n, ...]`, or that of one sample.
   * @param sampleShape - What the model takes. Flat vectors fit any shape of their size, and dimensions of 1 don't count.
   * @param who - Named in errors.
   * @throws {TypeError} If these are no samples: {@link requireSamples}.
   * @throws {ShapeError} If the samples have another shape, there are none, the array's length is not what the shape says,
   *   integers come without a normalization, or the normalization has another number of features than the samples.
   */
  constructor(samples: Samples | StoredSamples, sampleShape: Shape, who: string) {
    requireSamples(samples, who, sampleShape);
    const count = countSamples(samples.shape, sampleShape);
    if (count === undefined) {
      throw new ShapeError(
        `${who}: the samples are ${formatShape(samples.shape)}, expected [n, ${sampleShape.join(', ')}].`,
      );
    }
    if (count === 0) throw new ShapeError(`${who}: got no samples, expected at least one.`);
    if (!isStored(samples)) checkData(samples, who);
    this.who = who;
    this.count = count;
    this.features = sizeOf(sampleShape);
    this.#samples = samples;
    this.#scaling = checkedScaling(samples.normalization ?? NO_NORMALIZATION, this.features, who);
  }

  /**
   * The inputs of samples in memory, batch by batch.
   *
   * @returns Tensors `[batch, features]` over one array: each batch overwrites the one before.
   * @throws {TypeError} If the samples are stored.
   */
  *batches(options: BatchOptions = {}): Generator<Tensor, void> {
    const { rows, batchSize = inferenceBatch(this.features), firstBatch = 0 } = options;
    const { allocate = Tensor.zeros } = options;
    const count = rows?.length ?? this.count;
    let whole: Tensor | undefined;
    for (let start = firstBatch * batchSize; start < count; start += batchSize) {
      const end = Math.min(start + batchSize, count);
      whole ??= allocate([end - start, this.features]);
      const x = firstRows(whole, end - start);
      if (rows) this.read(rows.subarray(start, end), x.data);
      else this.readRange(start, end, x.data);
      yield x;
    }
  }

  /**
   * As {@link batches}, the same bits, of samples that may be stored: these are read before they are needed. Samples in
   * memory make nobody wait for the host. No read is in progress any more when the iteration has ended.
   *
   * @throws What reading failed with, when the batch is asked for.
   */
  async *stream(options: BatchOptions = {}): AsyncGenerator<Tensor, void> {
    if (!isStored(this.#samples)) {
      yield* this.batches(options);
      return;
    }
    const features = this.features;
    const { rows = rowNumbers(this.count), batchSize = inferenceBatch(features), firstBatch = 0 } = options;
    const { allocate = Tensor.zeros } = options;
    const left = rows.subarray(firstBatch * batchSize);
    // Chunks hold whole batches, so that each batch is a piece of one chunk.
    const chunks = chunksOf(left, rowsPerChunk(features, batchSize));
    let whole: Tensor | undefined;
    for await (const chunk of readAhead(this.#samples, chunks)) {
      for (let start = 0; start < chunk.length; start += batchSize * features) {
        const values = chunk.subarray(start, start + batchSize * features);
        const size = values.length / features;
        whole ??= allocate([size, features]);
        const x = firstRows(whole, size);
        gatherRun(this.#scaling, values, x.data);
        yield x;
      }
    }
  }

  /** Writes the samples of these row numbers into `out` `[rows.length, features]`. Not for stored samples. */
  read(rows: ArrayLike<number>, out: Float32Array): void {
    gather(this.#scaling, this.features, rows, this.#data, out);
  }

  /** Writes samples `start` to `end` (exclusive) into `out` `[end - start, features]`. Not for stored samples. */
  readRange(start: number, end: number, out: Float32Array): void {
    const data = this.#data.subarray(start * this.features, end * this.features);
    gatherRun(this.#scaling, data, out);
  }

  /** Whether writing into this array would change the samples. */
  sharesMemory(array: Float32Array): boolean {
    if (isStored(this.#samples)) return false;
    const { buffer, byteOffset, byteLength } = this.#samples.data;
    const [end, itsEnd] = [byteOffset + byteLength, array.byteOffset + array.byteLength];
    return buffer === array.buffer && byteOffset < itsEnd && array.byteOffset < end;
  }

  get #data(): SampleArray {
    if (!isStored(this.#samples)) return this.#samples.data;
    throw new TypeError(`${this.who}: the samples are stored, expected an array in memory.`);
  }

  /**
   * Stored samples are read through once.
   *
   * @throws {RangeError} If an input is outside [0, 1], which the targets of binary cross-entropy may not be.
   */
  async requireUnitRange(): Promise<void> {
    if (!isStored(this.#samples)) return this.#requireUnitRange(this.#samples.data, 0);
    let start = 0;
    for await (const values of readThrough(this.#samples)) {
      this.#requireUnitRange(values, start);
      start += values.length;
    }
  }

  /** @param start - The number of the first value among all of them. */
  #requireUnitRange(values: SampleArray, start: number): void {
    const { shifts, scales } = this.#scaling;
    const bad = firstOutsideUnitRange(values, shifts, scales);
    if (bad >= 0) {
      const j = bad % scales.length;
      const input = (values[bad] - shifts[j]) / scales[j];
      throw new RangeError(
        `${this.who}: input number ${start + bad} is ${input}, binary cross-entropy takes 0 to 1.`,
      );
    }
  }
}

/** The position of the first value whose input is below 0 or, rounded to float32, above 1; -1 if there is none. */
function firstOutsideUnitRange(values: SampleArray, shifts: Float64Array, scales: Float64Array): number {
  for (let i = 0, j = 0; i < values.length; i++) {
    const input = (values[i] - shifts[j]) / scales[j];
    if (!(input >= 0 && Math.fround(input) <= 1)) return i;
    if (++j === scales.length) j = 0;
  }
  return -1;
}

/** 0 to `count` (exclusive). */
export function rowNumbers(count: number): Uint32Array {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

function firstRows(x: Tensor, count: number): Tensor {
  return count === x.shape[0] ? x : x.rows(0, count);
}

function checkedScaling(normalization: Normalization, features: number, who: string): Scaling {
  const scaling = scalingOf(normalization);
  const [shifts, scales] = [scaling.shifts.length, scaling.scales.length];
  if (isByFeature(normalization) && (shifts !== features || scales !== features)) {
    throw new ShapeError(
      `${who}: the normalization has ${plural(shifts, 'shift')} and ${plural(scales, 'scale')}, expected ${features} each, one a feature.`,
    );
  }
  return scaling;
}

/** The checks of values in memory. Stored values are checked where they are read. */
function checkData(samples: Samples, who: string): void {
  requireSize(samples, who);
  if (!samples.normalization && !isFloats(samples.data)) {
    throw new ShapeError(
      `${who}: the samples are integers without a normalization, expected normalize(samples), or for a trained model transform(samples, model.normalization).`,
    );
  }
}

/** How many samples an array of this shape holds: `[n, ...]`, or one sample by itself. Undefined if it doesn't fit. */
function countSamples(shape: Shape, sampleShape: Shape): number | undefined {
  const [count, ...rest] = shape;
  if (rest.length > 0 && fitsSampleShape(rest, sampleShape)) return count;
  return isOneSample(shape, sampleShape) ? 1 : undefined;
}

/** Whether an array is one sample by itself: `[13]` for a model that takes 13 numbers. A column `[13, 1]` is 13 samples. */
export function isOneSample(shape: Shape, sampleShape: Shape): boolean {
  const isColumn = shape.length > 1 && shape[0] !== 1 && sizeOf(shape.slice(1)) === 1;
  if (isColumn && formatShape(shape) !== formatShape(sampleShape)) return false;
  return shape.length > 0 && fitsSampleShape(shape, sampleShape);
}

/** Whether samples of one shape can stand for the other: the same but for dimensions of 1, or one of them flat. */
export function fitsSampleShape(shape: Shape, expected: Shape): boolean {
  if (sameShape(shape, expected)) return true;
  if (sizeOf(shape) !== sizeOf(expected)) return false;
  const significant = shape.filter((length) => length !== 1);
  const wanted = expected.filter((length) => length !== 1);
  if (significant.length <= 1 || wanted.length <= 1) return true;
  return formatShape(significant) === formatShape(wanted);
}

// By name: `instanceof` is false for an array that another realm made (a worker, a frame, a test runner's sandbox).
function isFloats(data: SampleArray): boolean {
  return data instanceof Float32Array || /Float\d+Array/.test(Object.prototype.toString.call(data));
}

/** Rows of `data` `[n, features]` as inputs: `out` is `[rows.length, features]`. */
function gather(
  { shifts, scales }: Scaling,
  features: number,
  rows: ArrayLike<number>,
  data: SampleArray,
  out: Float32Array,
): void {
  if (scales.length > 1) gatherByFeature(features, rows, data, shifts, scales, out);
  else kernels().gather(features, rows, data, shifts[0], scales[0], out);
}

/** Consecutive samples as inputs: `data` and `out` are `[rows, features]`. */
function gatherRun(scaling: Scaling, data: SampleArray, out: Float32Array): void {
  const features = scaling.scales.length;
  // With one scale for all values, consecutive samples are one long row.
  if (features === 1) gather(scaling, out.length, [0], data, out);
  else gather(scaling, features, rowNumbers(out.length / features), data, out);
}
