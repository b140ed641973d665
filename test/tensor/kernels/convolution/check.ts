/** How the tests of the kernels for images run a case of the table, and what they find. Read table.ts first. */

import type { ConvolutionKernels } from '../../../../src/tensor/kernels/convolution/kernels.ts';
import type { Kernels } from '../../../../src/tensor/kernels/kernels.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';
import { firstOutside } from '../../../helpers/bounds.ts';
import { type Allocate, guarded, ordinary } from '../../../helpers/randomArrays.ts';
import { type Case, describeSizes, type KernelName, makeCase, SIZES, TABLE } from './table.ts';

/** What stands around outputs, where nothing is read: NaN there would hide a NaN that was written. */
const BESIDE_OUTPUTS = 7;

export interface Outcome {
  readonly output: Float32Array;
  /** What else is wrong, as a sentence. */
  readonly damage: string | undefined;
}

/** Runs a kernel on copies of a case's arrays. */
export function run(set: ConvolutionKernels, name: KernelName, one: Case, allocate: Allocate): Outcome {
  // NaN around what is read: a number from outside shows, since it spreads into the result.
  const inputs = one.inputs.map((values) => guarded(values, Number.NaN, allocate));
  const output = guarded(one.start, BESIDE_OUTPUTS, allocate);
  const arrays = inputs.map(({ array }) => array);
  TABLE[name].run(set, one.sizes, arrays, output.array);
  const isIntact = output.intact() && inputs.every(({ intact }) => intact());
  const changed = arrays.map((array, i) => firstOtherBits(array, one.inputs[i])).find((found) => found);
  const damage = isIntact ? changed && `wrote to an input: ${changed}` : 'wrote outside of an array';
  return { output: output.array.slice(), damage };
}

/** What is wrong with one call, as a sentence that begins with its sizes. */
export function mismatch(set: ConvolutionKernels, name: KernelName, one: Case, allocate = ordinary) {
  const { output, damage } = run(set, name, one, allocate);
  const found = firstOutside(output, one.expected, one.bounds) ?? damage;
  return found && `${describeSizes(one.sizes)}: ${found}`;
}

/** The cases of a kernel are the same for all sets. */
const cases = new Map<KernelName, readonly Case[]>();
export function casesOf(name: KernelName): readonly Case[] {
  const known = cases.get(name) ?? SIZES.map((sizes) => makeCase(name, sizes));
  cases.set(name, known);
  return known;
}

export function firstMismatch(set: ConvolutionKernels, name: KernelName, allocate?: () => Allocate) {
  for (const one of casesOf(name)) {
    const found = mismatch(set, name, one, allocate?.());
    if (found) return found;
  }
  return undefined;
}

/** Numbers enough for all arrays of the largest case. */
const ROOM = 500_000;

/**
 * Arrays in the memory in which the set computes, where nothing is copied and whatever is written stays; packed, so that
 * they begin anywhere. Undefined for a set that computes in JavaScript's memory.
 */
export function memoryOf(set: Kernels): (() => Allocate) | undefined {
  const room = set.memory?.createPart()?.allocate(ROOM);
  if (!room) return undefined;
  return () => {
    let next = 0;
    return (length) => {
      const start = next;
      next += length;
      if (next > room.length) throw new RangeError('The room is too small for this case.');
      return room.subarray(start, next);
    };
  };
}
