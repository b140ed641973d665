/** Samples as pictures that a command writes or shows. Read pictures/display.ts first. */

import { pictureOf } from '../../../data/pictureShape.ts';
import { DataError, type Normalization } from '../../../data/samples.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { type ComparedPictures, toPictures } from '../../pictures/display.ts';
import { imageGrid } from '../../pictures/grid.ts';
import { encodePng } from '../../pictures/png.ts';
import { terminalComparison } from '../../pictures/terminalPicture.ts';
import { UsageError } from '../terminal/options.ts';
import { formatCount, say, timesShape } from '../terminal/output.ts';

/** More pictures can't be looked at. */
export const MAX_PICTURES = 1024;

/** More numbers take long to write and to open: 16 images of 1024×1024. */
const MAX_NUMBERS = 2 ** 24;

/** How many samples of this shape fit into one picture, at least one. */
export function picturesThatFit(sample: Shape): number {
  return Math.min(MAX_PICTURES, Math.max(1, Math.floor(MAX_NUMBERS / sizeOf(sample))));
}

/** How many of these samples are shown: the first ones, as many as fit. Says so if it is not all of them. */
export function countShown([count, ...sample]: Shape): number {
  const shown = Math.min(count, picturesThatFit(sample));
  if (shown < count) {
    say(
      `note: the picture shows the first${shown === 1 ? '' : ` ${formatCount(shown)}`} of ${formatCount(count)}.`,
    );
  }
  return shown;
}

/**
 * @param instead - What to write without pictures.
 * @throws {DataError} If samples of this shape are no pictures.
 */
export function requirePictures(sample: Shape, normalization: Normalization, instead: string): void {
  if (pictureOf(sample, normalization)) return;
  throw new DataError(`samples of ${timesShape(sample)} are no pictures, expected ${instead}.`);
}

export interface Room {
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** How many samples the picture has with this value of the option. */
  readonly countOf: (value: number) => number;
}

/** The smallest value of every such option: so many pictures are drawn however large they are. */
const FEW = 2;

/**
 * @param option - The name of the option by which the number of samples in a picture grows.
 * @throws {UsageError} If so many samples don't fit into one picture.
 */
export function requireRoom(option: string, value: number, { inputShape, countOf }: Room): void {
  let most = value;
  while (most > FEW && countOf(most) > picturesThatFit(inputShape)) most--;
  if (most === value) return;
  throw new UsageError(
    `--${option} is ${value}, expected at most ${most}: samples of ${timesShape(inputShape)} are large.`,
  );
}

/**
 * A PNG file with samples as a grid.
 *
 * @param inputs - `[n, ...sample]` in the units of the network's input. They may be overwritten.
 */
export function gridPng(inputs: Tensor, normalization: Normalization): Uint8Array {
  return encodePng(imageGrid(toPictures([inputs], normalization)[0]));
}

/** A few originals and their reconstructions on stderr: in colour on a terminal that has colours, else as characters. */
export function showComparison({ originals, reconstructions, ...more }: ComparedPictures): void {
  const { isTTY } = process.stderr;
  const columns = process.stderr.columns || 80; // some terminals say 0
  const colorDepth = isTTY ? process.stderr.getColorDepth() : 1;
  say(`${terminalComparison(originals, reconstructions, { columns, colorDepth, ...more })}\n`);
}
