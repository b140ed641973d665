/** Notes on training data whose scaling may not suit it: dark images, features with different units. */

import { constantFeatures } from '../../../../data/featureNormalization.ts';
import { flatPicture, isFlat, pictureOf } from '../../../../data/pictureShape.ts';
import { isByFeature, type Normalization } from '../../../../data/samples.ts';
import type { FeatureStatistics } from '../../../../data/statistics.ts';
import { type Shape, sizeOf } from '../../../../tensor/shape.ts';
import type { SamplesToDescribe } from '../../shared/samples.ts';
import { formatCount, formatList, say, timesShape } from '../../terminal/output.ts';
import { formatAmount } from '../../terminal/textTable.ts';

/** If the brightest pixel uses less of the range, reconstructions are hard to see and errors small. */
const DARK = 0.25;

/** Pictures are hardly ever smaller, in pixels. */
const SMALLEST_SIDE = 8;

/** Features whose ranges differ by this factor have different units: the pixels of dark-edged images differ by less. */
const FAR_APART = 100;
/** At least this many features, whose ranges differ by no more than this factor, are positions of one signal, not columns. */
const ALIKE = 2;
const MIN_POSITIONS = 64;

type SampleType = Pick<SamplesToDescribe['images'], 'shape' | 'dtype'>;

/** Whether the values may be pixels: integers from 0 to 255, and not only 0 and 1. */
export function mayBeBytes({ images, statistics: { minimum, maximum } }: SamplesToDescribe): boolean {
  return !images.dtype.startsWith('f') && minimum >= 0 && maximum > 1 && maximum <= 255;
}

/** @param isKnown - Whether the user said what the samples are. */
export function noteImages({ images, statistics, normalization }: SamplesToDescribe, isKnown: boolean): void {
  const [, ...sample] = images.shape;
  if (!isKnown) noteFlatSamples(images, normalization);
  noteChannelsFirst(sample);
  if (normalization.kind !== 'divide' || !pictureOf(sample, normalization)) return;
  const { scale } = normalization;
  const { minimum, maximum } = statistics;
  if (minimum === maximum || maximum >= DARK * scale) return;
  say(`note: the maximum is ${maximum} of ${scale}; --normalize minmax makes full use of the range.`);
}

/** [n, d] says little: whether these are images or rows of a table is a guess. */
function noteFlatSamples({ shape: [, ...sample], dtype }: SampleType, normalization: Normalization): void {
  const square = flatPicture(sample) ?? (dtype === 'u1' ? flatColourPicture(sample) : undefined);
  if (!square) return;
  const isPicture = pictureOf(sample, normalization) !== undefined;
  say(
    isPicture
      ? `note: [n, ${sizeOf(sample)}] of uint8 is taken for images of ${timesShape(square)}; --image-shape none takes it for a table.`
      : `note: [n, ${sizeOf(sample)}] is taken for a table; --image-shape ${square.join('x')} takes it for images.`,
  );
}

/** Pixels of three colours each. */
function flatColourPicture(sample: Shape): Shape | undefined {
  const square = isFlat(sample) ? flatPicture([sizeOf(sample) / 3]) : undefined;
  return square && [...square, 3];
}

/** [n, 3, h, w], the order of PyTorch, is not taken for pictures. */
function noteChannelsFirst([channels, ...size]: Shape): void {
  const isLikely = channels === 3 && size.length === 2 && size.every((length) => length >= SMALLEST_SIDE);
  if (!isLikely) return;
  say('note: if these are colour images with channels first, arr.transpose(0, 2, 3, 1) makes them pictures.');
}

/**
 * @param found - `statistics.features` has those of each feature, even if all values are scaled together.
 * @param isAskedFor - Whether the user chose between `--scale-by feature` and `all`.
 */
export function noteScaling(found: SamplesToDescribe, isAskedFor: boolean): void {
  const { images, statistics, normalization } = found;
  const [, ...shape] = images.shape;
  const { features } = statistics;
  const isImage = pictureOf(shape, normalization) !== undefined;
  if (normalization.kind === 'divide' && isFlat(shape) && !isImage) {
    say(
      `note: all values are divided by ${normalization.scale}; --normalize standard scales each feature on its own.`,
    );
  }
  if (!features) return;
  const constant = constantFeatures(features, images);
  if (!isAskedFor) noteOtherScale(found, features, constant);
  if (isByFeature(normalization)) noteConstant(constant, images.featureNames);
}

function noteOtherScale(
  { images: { shape }, normalization }: SamplesToDescribe,
  features: FeatureStatistics,
  constant: readonly number[],
): void {
  const [, ...sample] = shape;
  if (!isByFeature(normalization)) {
    const factor = rangeFactor(sample, features);
    if (factor < FAR_APART) return;
    say(
      `note: all values get one scale, but the ranges of the features differ by a factor of ${formatAmount(factor)}; --scale-by feature scales each on its own.`,
    );
  } else if (!flatPicture(sample) && varyAlike(features, constant)) {
    say(
      'note: all features have similar ranges; if they are positions of one signal, such as sound, --scale-by all gives them one scale.',
    );
  }
}

/**
 * By what factor ranges differ along an axis of the samples, such as the channels of [time, channel]: the largest of all
 * axes. Constant features don't count.
 */
function rangeFactor(sample: readonly number[], { minimum, maximum }: FeatureStatistics): number {
  let factor = 1;
  let stride = minimum.length;
  for (const length of sample) {
    stride /= length;
    const lows = new Float64Array(length).fill(Infinity);
    const highs = new Float64Array(length).fill(-Infinity);
    for (let j = 0; j < minimum.length; j++) {
      const at = Math.floor(j / stride) % length;
      lows[at] = Math.min(lows[at], minimum[j]);
      highs[at] = Math.max(highs[at], maximum[j]);
    }
    const ranges = highs.map((high, i) => high - lows[i]).filter((range) => range > 0);
    factor = Math.max(
      factor,
      ranges.reduce((a, b) => Math.max(a, b), 0) / ranges.reduce((a, b) => Math.min(a, b), Infinity),
    );
  }
  return factor;
}

/** Whether all features have about the same minimum and maximum. */
function varyAlike({ minimum, maximum }: FeatureStatistics, constant: readonly number[]): boolean {
  if (constant.length > 0 || minimum.length < MIN_POSITIONS) return false;
  const ranges = maximum.map((value, j) => value - minimum[j]).sort();
  const lows = minimum.toSorted();
  const [narrowest, widest] = [ranges[0], ranges[ranges.length - 1]];
  return widest <= ALIKE * narrowest && lows[lows.length - 1] - lows[0] <= narrowest;
}

function noteConstant(constant: readonly number[], names: readonly string[] | undefined): void {
  if (constant.length === 0) return;
  const which = formatList(names ? constant.map((feature) => names[feature]) : constant);
  say(
    constant.length === 1
      ? `note: feature ${which} is the same in all samples, up to rounding: its input is 0, its scale 1.`
      : `note: ${formatCount(constant.length)} features are the same in all samples, up to rounding (${which}): their input is 0, their scale 1.`,
  );
}
