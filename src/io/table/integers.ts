/** The smallest type that holds the values of a table. */

import type { DType, SampleArray } from '../../data/samples.ts';

export interface ValueType {
  readonly dtype: DType;
  readonly Array: new (length: number) => SampleArray;
}

const INTEGERS: readonly (ValueType & { readonly minimum: number; readonly maximum: number })[] = [
  { dtype: 'u1', Array: Uint8Array, minimum: 0, maximum: 2 ** 8 - 1 },
  { dtype: 'i1', Array: Int8Array, minimum: -(2 ** 7), maximum: 2 ** 7 - 1 },
  { dtype: 'u2', Array: Uint16Array, minimum: 0, maximum: 2 ** 16 - 1 },
  { dtype: 'i2', Array: Int16Array, minimum: -(2 ** 15), maximum: 2 ** 15 - 1 },
  { dtype: 'u4', Array: Uint32Array, minimum: 0, maximum: 2 ** 32 - 1 },
  { dtype: 'i4', Array: Int32Array, minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
];

export const FLOATS: ValueType = { dtype: 'f8', Array: Float64Array };

/** For integers from `minimum` to `maximum`: float64 if they are beyond 32 bits. */
export function smallestIntegers(minimum: number, maximum: number): ValueType {
  return INTEGERS.find((type) => minimum >= type.minimum && maximum <= type.maximum) ?? FLOATS;
}

/** Follows values as they come, to say at the end which type holds them all. */
export class ValueRange {
  #areIntegers = true;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  /** NaN stands for values that come later. */
  add(values: Float64Array): void {
    if (!this.#areIntegers) return;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value % 1 !== 0 && !Number.isNaN(value)) {
        this.#areIntegers = false;
        return;
      }
      if (value < this.#minimum) this.#minimum = value;
      if (value > this.#maximum) this.#maximum = value;
    }
  }

  get type(): ValueType {
    return this.#areIntegers ? smallestIntegers(this.#minimum, this.#maximum) : FLOATS;
  }
}
