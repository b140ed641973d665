/** What each number of a code does to the picture: a row of pictures for each. Read latent/paths.ts and strips.ts first. */

import type { AnyModel } from '../../io/model.ts';
import { traverseCode } from '../../latent/paths.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { toPictures } from './display.ts';
import { encodePng } from './png.ts';
import { stripSheet } from './strips.ts';

/** How far a number goes to either side, in standard deviations: 99.7 % of normally distributed numbers lie within. */
export const REACH = 3;

/**
 * A row is left out if its pictures have less than this part of the variance of the first row's: nobody would see a change.
 * A variational autoencoder often leaves numbers unused.
 */
const NEGLIGIBLE = 1e-2;

/** Where all rows begin, and how far they go. */
export interface TraversalStart {
  /** `[code length]` */
  readonly code: Tensor;
  /** The standard deviation of each number of the codes, `[code length]`. */
  readonly deviations: Tensor;
}

export interface TraversalOptions {
  /** Pictures in a row. */
  readonly steps: number;
  /** More rows are left out. */
  readonly maxRows: number;
}

/**
 * A PNG file with a row for each number of the code, those with the largest effect first.
 *
 * @param model - A model of pictures.
 * @returns The file, and which numbers it shows.
 */
export function traversalPicture(
  model: AnyModel,
  start: TraversalStart,
  { steps, maxRows }: TraversalOptions,
): { picture: Uint8Array; shown: readonly number[] } {
  const shown = byEffect(model, start, steps).slice(0, maxRows);
  const codes = shown.flatMap((index) => Array.from(rowCodes(start, index, steps).data));
  const decoded = model.decode(Tensor.from(codes, [shown.length * steps, model.encodingDim]));
  const [pictures] = toPictures([decoded], model.normalization);
  const places = Array.from({ length: steps }, (_, step) => REACH * ((2 * step) / (steps - 1) - 1));
  const rowHeadings = shown.map((index) => `number ${index}`);
  const sheet = stripSheet(pictures, { columnHeadings: places.map(signed), rowHeadings });
  return { picture: encodePng(sheet), shown };
}

/** Copies of the code in which this number goes. */
function rowCodes({ code, deviations }: TraversalStart, index: number, steps: number): Tensor {
  return traverseCode(code, index, REACH * deviations.data[index], steps);
}

/** The numbers of the code that have an effect, those with the largest one first. */
function byEffect(model: AnyModel, start: TraversalStart, steps: number): number[] {
  const effects = Array.from({ length: model.encodingDim }, (_, index) =>
    totalVariance(model.decode(rowCodes(start, index, steps))),
  );
  const order = effects.map((_, index) => index).sort((a, b) => effects[b] - effects[a]);
  return order.filter((index) => effects[index] >= NEGLIGIBLE * effects[order[0]]);
}

/** How much samples differ from one another: the sum of the variances of all features. */
function totalVariance({ shape: [n, ...sample], data }: Tensor): number {
  const features = sizeOf(sample);
  let total = 0;
  for (let j = 0; j < features; j++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      const change = data[i * features + j] - data[j];
      sum += change;
      squares += change * change;
    }
    total += squares / n - (sum / n) ** 2;
  }
  return total || 0; // NaN, where the network overflows, can't be sorted
}

/** `+0.6`, `0`, `-3` */
function signed(value: number): string {
  const rounded = Number(value.toFixed(2));
  return rounded > 0 ? `+${rounded}` : String(rounded);
}
