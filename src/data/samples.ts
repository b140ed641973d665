/**
 * A data set as it came from its file: uint8 stays uint8, a quarter of the memory of float32.
 * How a stored value becomes a network's input is said beside it and done batch by batch (autoencoder/batches.ts).
 */

import type { Shape } from '../tensor/shape.ts';

export type SampleArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/**
 * `input = (value - shift) / scale`. A field of a model: what was done to its training data, so that it can be
 * undone on the way out.
 *
 * - `none`: floats that lie in [0, 1] already (shift 0, scale 1)
 * - `divide`: whole numbers divided by their type's maximum (uint8: by 255)
 * - `minmax`: the least value becomes 0, the greatest 1
 * - `standard`: mean 0 and standard deviation 1
 */
export interface Normalization {
  readonly kind: 'none' | 'divide' | 'minmax' | 'standard';
  readonly shift: number;
  readonly scale: number;
}

export const NO_NORMALIZATION: Normalization = { kind: 'none', shift: 0, scale: 1 };

/**
 * Samples, outermost dimension first: shape `[n, ...]`, row-major. A {@link Tensor} is one, too.
 * Without `normalization` the values are the network's inputs as they are.
 */
export interface Samples {
  readonly shape: Shape;
  readonly data: SampleArray;
  readonly normalization?: Normalization;
}
