/**
 * All parameters of a network side by side: one array of values and one of gradients, of which each weight and bias is a
 * view. So an optimizer step, a gradient norm or a checkpoint is one pass over one array. Read parameter.ts first.
 */

import { kernels } from './kernels/active.ts';
import { Arena } from './kernels/memory.ts';
import { requireList } from './options.ts';
import type { Parameter } from './parameter.ts';
import { sizeOf } from './shape.ts';
import { Tensor } from './tensor.ts';
import { inWords } from './words.ts';

/**
 * All parameters of a network side by side: one array of values and one of gradients, of which each parameter sees its
 * part. Optimizers and files work on these two.
 *
 * @example
 * const { values, gradients } = new Autoencoder({ inputShape: [4], hidden: [3], encodingDim: 2 }).parameters;
 * values.length; // 48
 * gradients.length; // 48
 */
export class FlatParameters {
  /** In the order of their values. */
  readonly parameters: readonly Parameter[];
  /** The values of all parameters, one after the other. */
  readonly values: Float32Array;
  /** Their gradients, in the same order. */
  readonly gradients: Float32Array;
  /** Where values, gradients and the other arrays of the network come from. */
  readonly arena: Arena;

  /**
   * Moves the parameters into the two arrays; layers use their new tensors at once.
   *
   * @throws {Error} If one of them belongs to another FlatParameters, or occurs twice; then none is moved.
   */
  constructor(parameters: readonly Parameter[], arena = new Arena()) {
    requireList('FlatParameters', 'the parameters', parameters);
    const taken = parameters.find((one, i) => one.isFlat || parameters.indexOf(one) < i);
    if (taken) {
      throw new Error(
        `FlatParameters: '${taken.name}' belongs to another network or occurs twice, expected each parameter once.`,
      );
    }
    const size = parameters.reduce((sum, { value }) => sum + value.size, 0);
    this.parameters = parameters;
    this.arena = arena;
    this.values = arena.allocate(size);
    this.gradients = arena.allocate(size);
    let start = 0;
    for (const parameter of parameters) {
      const { shape } = parameter.value;
      const end = start + sizeOf(shape);
      parameter.moveTo(
        new Tensor(this.values.subarray(start, end), shape),
        new Tensor(this.gradients.subarray(start, end), shape),
      );
      start = end;
    }
  }

  /** How many numbers all parameters have. */
  get size(): number {
    return this.values.length;
  }

  /** Sets all gradients to zero: to be called before each step, since layers add to them. */
  zeroGradients(): void {
    kernels().zero(this.size, this.gradients);
  }
}

/**
 * For callers without types.
 *
 * @throws {TypeError} If these are no FlatParameters.
 */
export function requireFlatParameters(who: string, parameters: FlatParameters): void {
  if (parameters instanceof FlatParameters) return;
  throw new TypeError(
    `${who}: the parameters are ${inWords(parameters)}, expected FlatParameters such as autoencoder.parameters.`,
  );
}
