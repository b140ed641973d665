/**
 * A data set as it came from its file: uint8 stays uint8, which takes a quarter of the memory of float32. The values
 * come with their normalization, which says how they become a network's inputs; batches.ts applies it batch by batch.
 */

import type { StoredNumbers } from '../tensor/kernels/kernels.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';

/** The typed arrays that samples may lie in. */
export type SampleArray = StoredNumbers;

/**
 * The type of a file's values by NumPy's short names: kind and bytes. In memory `u8` and `i8` are float64, `f2` is
 * float32, and `b1` is uint8, 0 or 1.
 */
export type DType = 'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4' | 'u8' | 'i8' | 'f2' | 'f4' | 'f8' | 'b1';

/** The long names of the types. */
export const DTYPE_NAMES: Readonly<Record<DType, string>> = {
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  u8: 'uint64',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  b1: 'bool',
};

/** The typed array that holds a file's values unchanged. `u8`, `i8` and `f2` have none: they become wider floats. */
export const ARRAY_NAMES: Readonly<Partial<Record<DType, string>>> = {
  b1: 'Uint8Array',
  u1: 'Uint8Array',
  i1: 'Int8Array',
  u2: 'Uint16Array',
  i2: 'Int16Array',
  u4: 'Uint32Array',
  i4: 'Int32Array',
  f4: 'Float32Array',
  f8: 'Float64Array',
};

/** An array as it was read: its shape, its values in row-major order, and the type they had in the file. */
export interface NumericArray {
  readonly shape: Shape;
  /** As many values as the shape says. */
  readonly data: SampleArray;
  /** That of the file, of which `data` may be a wider one. */
  readonly dtype: DType;
}

/** An array, of the type that its data has unless `dtype` says another, such as `b1` for a Uint8Array. */
export type ArrayInput = Omit<NumericArray, 'dtype'> & Partial<Pick<NumericArray, 'dtype'>>;

/** The type that was said, or that of the typed array. */
export function dtypeOf({ data, dtype }: ArrayInput): DType {
  // By name, as an array may come from another realm. `b1` has the same array as `u1`.
  const name = Object.prototype.toString.call(data).slice('[object '.length, -1);
  const [found] = Object.entries(ARRAY_NAMES).find(([type, array]) => array === name && type !== 'b1') ?? [];
  return dtype ?? (found as DType);
}

/**
 * How a stored value becomes an input: `input = (value - shift) / scale`. The model keeps it, to read new data in the
 * same way and to turn its outputs back into the units of the data.
 *
 * - `none`: the values are inputs already (floats in [0, 1]; shift 0, scale 1)
 * - `divide`: integers divided by 255, 65535 or the maximum of their type (normalization.ts)
 * - `minmax`: the minimum of the training data becomes 0, the maximum 1
 * - `standard`: the training data gets mean 0 and standard deviation 1
 *
 * The last two have one shift and scale for all values, or one for each feature (each of a sample's numbers).
 */
export type Normalization = UniformNormalization | FeatureNormalization;

/** All values alike: `(value - shift) / scale`. */
export interface UniformNormalization {
  readonly kind: 'none' | 'divide' | 'minmax' | 'standard';
  /** The type of the values before. */
  readonly dtype: DType;
  readonly shift: number;
  readonly scale: number;
  /**
   * Whether samples that are vectors, `[n, d]`, are rows of a table. Without this, as in files of earlier versions, those of
   * a square size d of at least 64 are flattened images.
   */
  readonly table?: true;
}

/** One shift and one scale for each number of a sample, in row-major order: plain arrays, as JSON holds them. */
export interface FeatureNormalization {
  readonly kind: 'minmax' | 'standard';
  /** The type of the values before. */
  readonly dtype: DType;
  /** As many as a sample has numbers; so has `scale`. */
  readonly shift: readonly number[];
  readonly scale: readonly number[];
}

export function isByFeature(normalization: Normalization): normalization is FeatureNormalization {
  return typeof normalization.scale !== 'number';
}

/** Whether all inputs share one unit and lie in [0, 1], as pixels do. (With `minmax` new data may go beyond.) */
export function isUnitRange(normalization: Normalization): boolean {
  return normalization.kind !== 'standard' && !isByFeature(normalization);
}

/** A normalization as loops need it: shift and scale `j` are those of feature `j`, or there is one for all features. */
export interface Scaling {
  readonly shifts: Float64Array;
  readonly scales: Float64Array;
}

export function scalingOf(normalization: Normalization): Scaling {
  const { shift, scale } = isByFeature(normalization)
    ? normalization
    : { shift: [normalization.shift], scale: [normalization.scale] };
  return { shifts: Float64Array.from(shift), scales: Float64Array.from(scale) };
}

export const NO_NORMALIZATION: UniformNormalization = { kind: 'none', dtype: 'f4', shift: 0, scale: 1 };

/**
 * Samples in memory: shape `[n, ...]`, row-major. A Tensor will do. Without a normalization the values are the network's
 * inputs themselves, and must be floats.
 */
export interface Samples {
  readonly shape: Shape;
  /** As many values as the shape says. */
  readonly data: SampleArray;
  /** How they become inputs. @default none: they are inputs */
  readonly normalization?: Normalization;
}

/** Samples that are read piece by piece, such as those of a file that is larger than memory. Shape `[n, ...]`. */
export interface StoredSamples {
  readonly shape: Shape;
  /** How what is read becomes inputs. */
  readonly normalization: Normalization;
  /**
   * The samples of these row numbers, in this order: `[rows.length, ...]`, the values that {@link Samples} would hold.
   * The engine starts a read before the one before has ended.
   */
  readonly read: (rows: Uint32Array) => Promise<SampleArray>;
}

export function isStored(samples: Samples | StoredSamples): samples is StoredSamples {
  return 'read' in samples;
}

/** Samples `start` to `end` (exclusive), as a view. It ends with the last sample if there are fewer. */
export function sliceSamples(samples: Samples, start: number, end: number): Samples {
  const [n, ...shape] = samples.shape;
  const last = Math.min(n, end);
  const size = sizeOf(shape);
  return {
    ...samples,
    shape: [last - start, ...shape],
    data: samples.data.subarray(start * size, last * size),
  };
}

/** The samples of these row numbers, in this order, as a copy. */
export function pickSamples(samples: Samples, rows: readonly number[]): Samples {
  const [, ...shape] = samples.shape;
  const size = sizeOf(shape);
  const data = new ARRAYS[samples.data[Symbol.toStringTag]](rows.length * size);
  rows.forEach((row, i) => {
    data.set(samples.data.subarray(row * size, (row + 1) * size), i * size);
  });
  return { ...samples, shape: [rows.length, ...shape], data };
}

/** By name: the constructor of an array from another realm, or over shared memory, is not the one to copy with. */
const ARRAYS = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
} as const;

/**
 * Data that is well-formed but cannot be used for training, or by a model. The message says what to do about it.
 *
 * @example
 * try {
 *   normalize({ shape: [1], data: Float32Array.of(NaN) });
 * } catch (error) {
 *   error instanceof DataError; // true
 * }
 */
export class DataError extends Error {
  override name = 'DataError';
}
