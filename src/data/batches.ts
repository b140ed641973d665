/**
 * From a data set as it is stored to a network's input: rows are gathered and normalized batch by batch, straight into
 * the network's own array. Read data/samples.ts first.
 */

import { kernels } from '../tensor/kernels/active.ts';
import { gatherByFeature } from '../tensor/kernels/naive.ts';
import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { chunksOf, ReadAhead, readThrough, rowsPerChunk } from './readAhead.ts';
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

export class BatchReader {
  /** How many samples there are. */
  readonly count: number;
  readonly #who: string;
  readonly #features: number;
  readonly #samples: Samples | StoredSamples;
  readonly #scaling: Scaling;

  /**
   * @param samples - Shape `[n, ...]`.
   * @param sampleShape - What the model takes. Flat vectors fit any shape of their size, and dimensions of 1 don't count.
   * @param who - Named in the error.
   * @throws {ShapeError} If the samples have another shape, there are none, the data isn't as long as the shape says, or
   *   it is integers that nothing says how to scale; or other features are scaled than the samples have.
   */
  constructor(samples: Samples | StoredSamples, sampleShape: Shape, who: string) {
    const [count = 0, ...rest] = samples.shape;
    if (samples.shape.length < 2 || !fitsSampleShape(rest, sampleShape)) {
      throw new ShapeError(
        `${who}: the samples are ${formatShape(samples.shape)}, expected [n, ${sampleShape.join(', ')}].`,
      );
    }
    if (count === 0) throw new ShapeError(`${who}: got no samples, expected at least one.`);
    if (!isStored(samples)) checkData(samples, who);
    this.#who = who;
    this.count = count;
    this.#features = sizeOf(sampleShape);
    this.#samples = samples;
    this.#scaling = checkedScaling(samples.normalization ?? NO_NORMALIZATION, this.#features, who);
  }

  /**
   * Stored samples are read through once.
   *
   * @throws {RangeError} If an input is outside [0, 1], as the targets of binary cross-entropy may not be.
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
    const inputOf = (value: number, i: number) =>
      (value - shifts[i % shifts.length]) / scales[i % scales.length];
    const isInside = (input: number) => 0 <= input && Math.fround(input) <= 1;
    const bad = values.findIndex((value: number, i: number) => !isInside(inputOf(value, i)));
    if (bad >= 0) {
      const input = inputOf(values[bad], bad);
      throw new RangeError(
        `${this.#who}: input number ${start + bad} is ${input}, binary cross-entropy takes 0 to 1.`,
      );
    }
  }

  /**
   * The samples of these row numbers, batch by batch; the same bits from memory and from a file.
   *
   * @param firstBatch - Where to begin: so many batches are left out.
   */
  stream(rows: Uint32Array, batchSize: number, firstBatch = 0): BatchStream {
    const first = firstBatch * batchSize;
    if (isStored(this.#samples)) {
      return streamStored(this.#samples, {
        rows: rows.subarray(first),
        batchSize,
        features: this.#features,
        scaling: this.#scaling,
      });
    }
    let start = first;
    return {
      next: (out) => {
        this.read(rows.subarray(start, start + batchSize), out);
        start += batchSize;
      },
      close: async () => {},
    };
  }

  /** Writes the samples of these row numbers into `out` `[rows.length, features]`. Not for stored samples. */
  read(rows: ArrayLike<number>, out: Float32Array): void {
    gatherInputs(this.#scaling, this.#features, rows, this.#data, out);
  }

  /** Writes samples `start` to `end` (exclusive) into `out` `[end - start, features]`. Not for stored samples. */
  readRange(start: number, end: number, out: Float32Array): void {
    const data = this.#data.subarray(start * this.#features, end * this.#features);
    gatherRun(this.#scaling, data, out);
  }

  get #data(): SampleArray {
    if (!isStored(this.#samples)) return this.#samples.data;
    throw new Error(`${this.#who}: the samples are stored, expected to be read by stream().`);
  }
}

function checkedScaling(normalization: Normalization, features: number, who: string): Scaling {
  const scaling = scalingOf(normalization);
  const [shifts, scales] = [scaling.shifts.length, scaling.scales.length];
  if (isByFeature(normalization) && (shifts !== features || scales !== features)) {
    throw new ShapeError(
      `${who}: the normalization has ${shifts} shifts and ${scales} scales, expected ${features} each, one a feature.`,
    );
  }
  return scaling;
}

/** The checks that values in memory need, and stored ones get where they are read. */
function checkData({ shape, data, normalization }: Samples, who: string): void {
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${who}: shape ${formatShape(shape)} needs ${sizeOf(shape)} numbers, the array holds ${data.length}.`,
    );
  }
  if (!normalization && !isFloats(data)) {
    throw new ShapeError(
      `${who}: the samples are integers without a normalization, expected normalize(samples), or for a trained model normalizationLike(model.normalization, samples).`,
    );
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

/**
 * One batch of inputs after another. Samples in memory are there at once; stored samples are read ahead of need.
 * Read data/readAhead.ts first.
 */

/** The rows of an epoch, batch by batch. Ask for one batch at a time. */
export interface BatchStream {
  /**
   * Writes the next batch's inputs into `out` `[rows in this batch, features]`. Returns a promise only where it has to
   * wait for them: `await` nothing else, a training step is shorter than many turns of the host.
   *
   * @throws Whatever reading failed with; where a promise is returned, it rejects.
   */
  readonly next: (out: Float32Array) => void | Promise<void>;
  /** Ends the stream, at its end or before: resolves when no read is under way. */
  readonly close: () => Promise<void>;
}

export interface StreamOptions {
  readonly rows: Uint32Array;
  /** The last batch may be smaller. */
  readonly batchSize: number;
  /** How many numbers a sample has. */
  readonly features: number;
  readonly scaling: Scaling;
}

/** Each batch is a run of a chunk: chunks hold whole batches. */
export function streamStored(
  samples: StoredSamples,
  { rows, batchSize, features, scaling }: StreamOptions,
): BatchStream {
  const ahead = new ReadAhead(samples, chunksOf(rows, rowsPerChunk(features, batchSize)));
  let chunk: SampleArray | undefined;
  let used = 0;
  const write = (out: Float32Array) => {
    if (!chunk) throw new RangeError('BatchStream.next: there are no more batches.');
    gatherRun(scaling, chunk.subarray(used, used + out.length), out);
    used += out.length;
  };
  const replace = (values: SampleArray | undefined) => {
    chunk = values;
    used = 0;
  };
  return {
    next(out) {
      if (chunk && used < chunk.length) return write(out);
      replace(undefined); // before the wait: the memory is for what is under way
      const values = ahead.next();
      if (values instanceof Promise) {
        return values.then((arrived) => {
          replace(arrived);
          write(out);
        });
      }
      replace(values);
      write(out);
    },
    close: () => ahead.close(),
  };
}

/** From stored numbers to a network's inputs, scaled by one shift and scale for all, or by one a feature. */

/** The samples of these row numbers of `data` `[n, features]`: `out` is `[rows.length, features]`. */
export function gatherInputs(
  { shifts, scales }: Scaling,
  features: number,
  rows: ArrayLike<number>,
  data: SampleArray,
  out: Float32Array,
): void {
  if (scales.length > 1) gatherByFeature(features, rows, data, shifts, scales, out);
  else kernels().gather(features, rows, data, shifts[0], scales[0], out);
}

/** Samples one after another: `data` and `out` are `[rows, features]`. */
export function gatherRun(scaling: Scaling, data: SampleArray, out: Float32Array): void {
  const features = scaling.scales.length;
  if (features === 1) {
    // One scale for all: samples in a row are one long row.
    gatherInputs(scaling, out.length, [0], data, out);
  } else {
    const rows = Array.from({ length: out.length / features }, (_, i) => i);
    gatherInputs(scaling, features, rows, data, out);
  }
}
