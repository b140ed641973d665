/**
 * Walks through the space of codes, whose pictures show what a decoder has learned: from one code to another, over the plane
 * of two numbers, along a single number. Read gaussian.ts first.
 */

import { dot } from '../tensor/linearAlgebra.ts';
import { requireInteger, requireMethods, requireOneOf } from '../tensor/options.ts';
import { formatShape, ShapeError } from '../tensor/shape.ts';
import { requireTensor, Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import type { GaussianDistribution } from './gaussian.ts';
import { normalQuantile } from './normalQuantile.ts';

const { acos, max, min, sin, sqrt } = Math;

/**
 * - `linear`: on the straight line between the two codes.
 * - `spherical`: on an arc around zero. Long codes of a standard normal distribution all lie at about the same distance from
 *   zero; a straight line between two of them leads through a region where there are none.
 */
export type Interpolation = 'linear' | 'spherical';

/** Below this sine of the angle between two codes, no arc leads from one to the other, or it is a straight line. */
const PARALLEL = 1e-6;

/**
 * Codes from one to another, both included. The steps of `spherical` are equal angles (Shoemake, "Animating rotation with
 * quaternion curves", SIGGRAPH 1985; for codes: White, "Sampling generative networks", 2016). Codes in the same or in
 * opposite directions, and zero, are interpolated linearly.
 *
 * @param from - `[d]`
 * @param to - `[d]`
 * @param steps - How many codes, an integer >= 2.
 * @param kind - `'linear'` or `'spherical'`.
 * @returns `[steps, d]`
 * @throws {ShapeError} If the two are not vectors of one length.
 * @throws {RangeError} If the number of steps is not an integer >= 2, or the kind is unknown.
 * @example
 * interpolateCodes(Tensor.from([0, 2]), Tensor.from([1, 0]), 3, 'linear').data; // [0, 2, 0.5, 1, 1, 0]
 */
export function interpolateCodes(from: Tensor, to: Tensor, steps: number, kind: Interpolation): Tensor {
  for (const code of [from, to]) requireTensor('interpolateCodes', 'a code is', code);
  const [d] = from.shape;
  if (from.shape.length !== 1 || to.shape.length !== 1 || to.shape[0] !== d) {
    throw new ShapeError(
      `interpolateCodes: the codes are ${formatShape(from.shape)} and ${formatShape(to.shape)}, expected [d] and [d].`,
    );
  }
  requireOneOf('interpolateCodes', 'the kind', kind, ['linear', 'spherical']);
  const weightsAt = kind === 'spherical' ? sphericalWeights(from, to) : linearWeights;
  const codes = Tensor.zeros([requireSteps('interpolateCodes', steps), d]);
  for (let step = 0; step < steps; step++) {
    const [a, b] = weightsAt(step / (steps - 1));
    const code = codes.rows(step, step + 1).data;
    for (let i = 0; i < d; i++) code[i] = a * from.data[i] + b * to.data[i];
  }
  return codes;
}

/** The weights of the two ends at a place between them: 0 is the first, 1 the second. */
type Weights = (place: number) => readonly [from: number, to: number];

const linearWeights: Weights = (place) => [1 - place, place];

function sphericalWeights({ data: a }: Tensor, { data: b }: Tensor): Weights {
  const cosine = dot(a, b) / sqrt(dot(a, a) * dot(b, b));
  const angle = acos(max(-1, min(1, cosine)));
  const sine = sin(angle);
  if (!(sine > PARALLEL)) return linearWeights; // also NaN: the angle to zero
  return (place) => [sin((1 - place) * angle) / sine, sin(place * angle) / sine];
}

/**
 * A grid over the plane of codes of two numbers, with one code for each part of the distribution of the same probability:
 * the quantiles of the standard normal distribution (Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014,
 * appendix A), turned into the distribution of these codes.
 *
 * @param distribution - Of codes of two numbers.
 * @param size - Codes in a row and in a column, an integer >= 1.
 * @returns `[size², 2]`, row by row as on a chart: the first number grows to the right, the second one upwards.
 * @throws {ShapeError} If codes have another length.
 * @throws {RangeError} If the size is not an integer >= 1.
 * @example
 * const grid = manifoldCodes(GaussianDistribution.standard(2), 3); // [9, 2]
 */
export function manifoldCodes(distribution: GaussianDistribution, size: number): Tensor {
  const example = 'one such as GaussianDistribution.standard(2)';
  requireMethods('manifoldCodes', 'the distribution', distribution, ['fromStandard'], example);
  if (distribution.mean.size !== 2) {
    throw new ShapeError(
      `manifoldCodes: the codes have ${plural(distribution.mean.size, 'number')}, expected 2: a plane.`,
    );
  }
  requireInteger('manifoldCodes', 'the size', size, 1);
  const quantiles = Array.from({ length: size }, (_, i) => normalQuantile((i + 0.5) / size));
  const places = quantiles.toReversed().flatMap((y) => quantiles.map((x) => [x, y]));
  return distribution.fromStandard(Tensor.from(places.flat(), [size * size, 2]));
}

/**
 * Copies of a code in which one number goes from -reach to reach around its value, in equal steps, and all others stay.
 *
 * @param code - `[d]`
 * @param index - Which number goes, an integer from 0 to d - 1.
 * @param reach - In the units of the code; 3 standard deviations show nearly all that a number does.
 * @param steps - How many codes, an integer >= 2. The code itself is in the middle of an odd number of them.
 * @returns `[steps, d]`
 * @throws {ShapeError} If the code is not a vector.
 * @throws {RangeError} If there is no such number, the reach is not finite, or the number of steps is not an integer >= 2.
 * @example
 * traverseCode(Tensor.from([5, 0]), 1, 3, 3).data; // [5, -3, 5, 0, 5, 3]
 */
export function traverseCode(code: Tensor, index: number, reach: number, steps: number): Tensor {
  requireTensor('traverseCode', 'the code is', code);
  const [d] = code.shape;
  if (code.shape.length !== 1) {
    throw new ShapeError(`traverseCode: the code is ${formatShape(code.shape)}, expected [d].`);
  }
  if (!Number.isSafeInteger(index) || index < 0 || index >= d) {
    throw new RangeError(`traverseCode: the index is ${index}, expected an integer from 0 to ${d - 1}.`);
  }
  if (!Number.isFinite(reach)) {
    throw new RangeError(`traverseCode: the reach is ${reach}, expected a finite number.`);
  }
  const codes = Tensor.zeros([requireSteps('traverseCode', steps), d]);
  for (let step = 0; step < steps; step++) {
    const copy = codes.rows(step, step + 1).data;
    copy.set(code.data);
    copy[index] += reach * ((2 * step) / (steps - 1) - 1);
  }
  return codes;
}

function requireSteps(who: string, steps: number): number {
  requireInteger(who, 'the number of steps', steps, 2);
  return steps;
}
