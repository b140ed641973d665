/** The filters that suit some noisy images best: a denoising autoencoder is compared with them. */

import { gaussianFilter, type ImageFilter, medianFilter } from '../../../evaluation/filters.ts';
import type { Shape } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';

/** A filter, and its name with its setting. */
export interface NamedFilter {
  readonly name: string;
  readonly filter: ImageFilter;
}

const FIRST_SIGMA = 0.3; // pixels
const SIGMA_STEP = 1.1;
const CLEARLY_MORE = 1.1;

/**
 * The Gaussian filter and the median filter with the smallest error. Each kind is tried with larger and larger settings,
 * until the error rises clearly.
 *
 * @param shape - `[height, width]`, with or without channels.
 * @param clean - `[n, ...]`, what the filters should restore.
 * @param noisy - The same images with noise.
 */
export function bestFilters(
  shape: Shape,
  clean: Tensor,
  noisy: Tensor,
): { gaussian: NamedFilter; median: NamedFilter } {
  const longest = Math.max(shape[0], shape[1]);
  const errorOf = ({ filter }: NamedFilter) => squaredError(clean, noisy, filter);
  return {
    gaussian: lowest(gaussianFilters(shape, longest), errorOf),
    median: lowest(medianFilters(shape, longest), errorOf),
  };
}

// Made one by one: a filter takes memory, and only a few are tried.
function* gaussianFilters(shape: Shape, longest: number): Generator<NamedFilter, void> {
  for (let exact = FIRST_SIGMA; exact <= longest; exact *= SIGMA_STEP) {
    const sigma = Number(exact.toPrecision(2));
    yield { name: `Gaussian filter, σ ${sigma}`, filter: gaussianFilter(shape, sigma) };
  }
}

function* medianFilters(shape: Shape, longest: number): Generator<NamedFilter, void> {
  for (let side = 3; side <= Math.max(3, longest); side += 2) {
    yield { name: `median filter, ${side}×${side}`, filter: medianFilter(shape, side) };
  }
}

/** With strong noise the error goes up and down a little around its minimum: only a clear rise ends the search. */
function lowest(candidates: Iterable<NamedFilter>, errorOf: (one: NamedFilter) => number): NamedFilter {
  let best: NamedFilter | undefined;
  let minimum = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const error = errorOf(candidate);
    if (error > CLEARLY_MORE * minimum) break;
    if (best && !(error < minimum)) continue;
    minimum = error;
    best = candidate;
  }
  if (!best) throw new Error('bestFilters: expected an image of at least one pixel.');
  return best;
}

function squaredError(clean: Tensor, noisy: Tensor, filter: ImageFilter): number {
  let squares = 0;
  for (let i = 0; i < clean.shape[0]; i++) {
    const original = clean.rows(i, i + 1).data;
    const filtered = filter(noisy.rows(i, i + 1).data);
    for (let j = 0; j < original.length; j++) squares += (filtered[j] - original[j]) ** 2;
  }
  return squares;
}
