/** What callers without types may bring in place of samples: lists of numbers, and arrays of other packages. */

import { formatShape, type Shape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { inWords, plural } from '../tensor/words.ts';
import {
  ARRAY_NAMES,
  DTYPE_NAMES,
  type DType,
  type Normalization,
  type Samples,
  type StoredSamples,
} from './samples.ts';

const NUMBERS = new Set(Object.values(ARRAY_NAMES));
const EXAMPLES = 'a Tensor such as Tensor.from(rows), or normalize({ shape, data })';

/**
 * @param who - Named in errors.
 * @param sampleShape - What the model takes, if it is known.
 * @throws {TypeError} If these are no samples. The message says what to write instead.
 */
export function requireSamples(
  samples: unknown,
  who: string,
  sampleShape?: Shape,
): asserts samples is Samples | StoredSamples {
  const [what, expected] = problemOf(samples, sampleShape) ?? [];
  if (what !== undefined) throw new TypeError(`${who}: the samples are ${what}, expected ${expected}.`);
}

/** What came and what is expected; undefined if all is well. */
function problemOf(samples: unknown, sampleShape: Shape | undefined): readonly [string, string] | undefined {
  if (samples instanceof Tensor) return undefined; // its constructor has checked it
  const what = inWords(samples);
  if (Array.isArray(samples)) return [what, 'a Tensor: Tensor.from(samples)'];
  if (ArrayBuffer.isView(samples)) {
    if (!sampleShape || !('length' in samples)) return [what, 'a Tensor: Tensor.from(samples, shape)'];
    const count = Math.floor((samples as Float32Array).length / sizeOf(sampleShape));
    return [what, `a Tensor: Tensor.from(samples, ${formatShape([count, ...sampleShape])})`];
  }
  if (typeof samples !== 'object' || samples === null) return [what, EXAMPLES];
  const { shape, data, read } = samples as Partial<Samples & StoredSamples>;
  if (!Array.isArray(shape)) return [`${what} without a shape`, EXAMPLES];
  if (typeof read === 'function') return undefined;
  if (Array.isArray(data)) {
    return [`${what} whose data is an array`, 'a Tensor: Tensor.from(samples.data, samples.shape)'];
  }
  // By name: an array may come from another realm.
  if (!NUMBERS.has(Object.prototype.toString.call(data).slice('[object '.length, -1))) {
    return [`${what} whose data is ${inWords(data)}`, 'a typed array such as Float32Array or Uint8Array'];
  }
  if (isStridedView(samples as Samples)) {
    return ['an ndarray whose numbers do not lie in order in its data', 'rows: Tensor.from(rows)'];
  }
  return undefined;
}

/** @throws {ShapeError} If an array in memory holds more or fewer numbers than its shape says. */
export function requireSize({ shape, data }: Pick<Samples, 'shape' | 'data'>, who: string): void {
  if (data.length === sizeOf(shape)) return;
  throw new ShapeError(
    `${who}: shape ${formatShape(shape)} needs ${plural(sizeOf(shape), 'number')}, the array holds ${data.length}.`,
  );
}

/** @throws {RangeError} If it is no short name of a type: that of uint8 is `u1`. */
export function requireDType(dtype: DType, who: string): void {
  if (Object.hasOwn(DTYPE_NAMES, dtype)) return;
  const [short] = Object.entries(DTYPE_NAMES).find(([, name]) => name === dtype) ?? [];
  const expected = short ? `'${short}'` : `one of: ${Object.keys(DTYPE_NAMES).join(', ')}`;
  throw new RangeError(`${who}: the dtype is ${inWords(dtype)}, expected ${expected}.`);
}

/** Whether this is an array of the package ndarray that shows its data in another order: a transpose, every second row. */
function isStridedView(samples: Samples & { readonly stride?: unknown; readonly offset?: unknown }): boolean {
  const { shape, stride, offset } = samples;
  if (!Array.isArray(stride)) return false;
  const inOrder = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return offset !== 0 || stride.join() !== inOrder.join();
}

/** @throws {TypeError} If it is no normalization. */
export function requireNormalization(trained: unknown, who: string): asserts trained is Normalization {
  const parts = ['kind', 'dtype', 'shift', 'scale'];
  if (typeof trained === 'object' && trained !== null && parts.every((part) => part in trained)) return;
  throw new TypeError(
    `${who}: the normalization is ${inWords(trained)}, expected that of a model: model.normalization.`,
  );
}
