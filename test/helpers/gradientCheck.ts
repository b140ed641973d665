/**
 * Gradients checked against central differences of a float64 reference. docs/math.md, section 8, says why differences of
 * float32 numbers would not do, and why each check needs a wrong gradient that it must reject.
 */

import type { Layer } from '../../src/layers/layer.ts';
import { kernels } from '../../src/tensor/kernels/active.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, scaleOf, UNIT_ROUNDOFF } from './bounds.ts';
import { uniformArray } from './randomArrays.ts';

/** The step of the differences. Error for functions with derivatives of about 1: h²/6 = 1.7e-9 and 1e-16/h = 1e-12. */
export const STEP = 1e-4;

/**
 * How far a float32 gradient may be from the differences, relative to its largest element: 16 u = 9.5e-7.
 * Inputs are float32 numbers, the same for both, so what differs is the engine's own rounding: sums of at most 7 products
 * (γ(8) = 8 u) and a few roundings of y, dX and dY in each layer. The differences themselves are off by 1.7e-9 = 0.03 u. Seen: 1.5 u for single layers and losses, 4.3 u for
 * five dense layers with activations between them.
 *
 * That is with sums in float64. The SIMD kernels round every product and every sum, 8 u in each of five layers, one after
 * the other: 40 u. Seen: 18 u, where a sum of larger numbers cancels.
 */
export const tolerance = () => (kernels().name.startsWith('simd') ? 40 : 16) * UNIT_ROUNDOFF;

/** (f(x + h) - f(x - h)) / 2h for each element of x. */
export function numericGradient(
  f: (x: readonly number[]) => number,
  x: ArrayLike<number>,
  step = STEP,
): number[] {
  const at = Array.from(x);
  return at.map((value, i) => {
    at[i] = value + step;
    const above = f(at);
    at[i] = value - step;
    const below = f(at);
    at[i] = value;
    return (above - below) / (2 * step);
  });
}

/** The first element of a gradient that is wrong, as a sentence; `undefined` if there is none. */
export function gradientMismatch(got: ArrayLike<number>, numeric: readonly number[]): string | undefined {
  return firstOutside(got, numeric, tolerance() * scaleOf(numeric));
}

/** A layer's forward pass in float64. `parameters` come in the layer's order. */
export type ReferenceForward = (
  x: readonly number[],
  parameters: readonly (readonly number[])[],
) => readonly number[];

/** What a layer adds to the loss by itself, in float64. */
export type ReferencePenalty = (x: readonly number[], parameters: readonly (readonly number[])[]) => number;

/**
 * Compares a layer's forward, dX and every dParameter with the reference, for L = Σ r y with fixed random r, and the
 * penalty if there is one.
 *
 * @returns One sentence for each array that is wrong.
 */
export function layerMismatches(
  layer: Layer,
  x: Tensor,
  reference: ReferenceForward,
  penalty: ReferencePenalty = () => 0,
): string[] {
  const input = Array.from(x.data);
  const named = layer.namedParameters();
  const values = named.map(([, { value }]) => Array.from(value.data));
  for (const [, { gradient }] of named) gradient.data.fill(0);

  const y = layer.forward(x);
  const r = uniformArray(y.size, new Random(99));
  const loss: ReferencePenalty = (at, parameters) =>
    reference(at, parameters).reduce((sum, value, i) => sum + r[i] * value, penalty(at, parameters));
  const forward = gradientMismatch(y.data, [...reference(input, values)]);
  const dX = layer.backward(new Tensor(r, y.shape));

  const mismatches: (readonly [string, string | undefined])[] = [['forward', forward]];
  const numericDX = numericGradient((moved) => loss(moved, values), input);
  mismatches.push(['dX', gradientMismatch(dX.data, numericDX)]);
  for (const [index, [name, { gradient }]] of named.entries()) {
    const numeric = numericGradient((moved) => loss(input, values.with(index, [...moved])), values[index]);
    mismatches.push([name, gradientMismatch(gradient.data, numeric)]);
  }
  return mismatches.filter(([, mismatch]) => mismatch).map(([name, mismatch]) => `${name}: ${mismatch}`);
}
