/**
 * L-BFGS: minimises a smooth function of many variables. Each step goes in a direction computed from the gradients at the
 * last few points (Nocedal & Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 7.5). It is shortened until the
 * function falls enough: Armijo's rule, section 3.1, and where rounding hides the fall, the rule of Hager & Zhang, SIAM
 * Journal on Optimization 16(1), 2005, section 2. For a convex function this finds the minimum.
 */

import { addMultiple, dot } from '../tensor/linearAlgebra.ts';

const { abs, max } = Math;

/** The number of steps that are remembered. */
const MEMORY = 10;
/** Armijo's rule: the function must fall by this share of what the slope promises. */
const SUFFICIENT = 1e-4;
const MAX_HALVINGS = 30;
/** The relative rounding error of the function's value, which comes from float32 products. */
const ROUNDING = 1e-6;

export interface MinimizeOptions {
  /** Converged when no component of the gradient is larger than this. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the gradient is within the tolerance. */
  readonly converged: boolean;
}

/** Returns the function's value at x, and writes its gradient at x into the second argument. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** A step, and the change of the gradient along it. */
interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step · change) */
  readonly rho: number;
}

/** @param start - The first point. Not modified. */
export function minimize(
  objective: Objective,
  start: Float64Array,
  { tolerance, maxIterations }: MinimizeOptions,
): Minimum {
  let x: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: Pair[] = [];
  for (let iterations = 0; ; iterations++) {
    const converged = gradient.every((component) => abs(component) <= tolerance);
    if (converged || iterations >= maxIterations) return { x, value, iterations, converged };
    const direction = descentDirection(gradient, pairs);
    const next = searchAlong(objective, { x, value, gradient }, direction);
    if (!next) return { x, value, iterations, converged };
    remember(pairs, difference(next.x, x), difference(next.gradient, gradient));
    ({ x, value, gradient } = next);
  }
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** The first of the points at 1, 1/2, 1/4, ... of the direction where the function is low enough; none if rounding hides it. */
function searchAlong(objective: Objective, from: Point, direction: Float64Array): Point | undefined {
  const slope = dot(from.gradient, direction);
  for (let halving = 0, length = 1; halving <= MAX_HALVINGS; halving++, length /= 2) {
    const x = from.x.slice();
    addMultiple(x, length, direction);
    const gradient = new Float64Array(x.length);
    const value = objective(x, gradient);
    const next = { x, value, gradient };
    if (value <= from.value + SUFFICIENT * length * slope) return next;
    // Near the minimum the function falls by less than its rounding error. There the slope at the end of the step decides.
    const isAsLow = value <= from.value + ROUNDING * abs(from.value);
    if (isAsLow && dot(gradient, direction) <= (2 * SUFFICIENT - 1) * slope) return next;
  }
  return undefined;
}

/** -H · gradient, where H approximates the inverse Hessian by the pairs (the two-loop recursion, algorithm 7.4). */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((component) => -component);
  const last = pairs.at(-1);
  if (!last) {
    // The scale is unknown: a step of length 1 at most.
    const length = max(1, Math.sqrt(dot(gradient, gradient)));
    return direction.map((component) => component / length);
  }
  const factors: number[] = [];
  for (const { step, change, rho } of pairs.toReversed()) {
    const factor = rho * dot(step, direction);
    addMultiple(direction, -factor, change);
    factors.push(factor);
  }
  const scale = 1 / (last.rho * dot(last.change, last.change));
  for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  for (const { step, change, rho } of pairs) {
    const factor = factors.pop() as number;
    addMultiple(direction, factor - rho * dot(change, direction), step);
  }
  return direction;
}

/** Keeps the last few pairs, without those along which the function does not curve upward: they don't point to a minimum. */
function remember(pairs: Pair[], step: Float64Array, change: Float64Array): void {
  const curvature = dot(step, change);
  if (!(curvature > Number.EPSILON * dot(change, change))) return;
  pairs.push({ step, change, rho: 1 / curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]);
}
