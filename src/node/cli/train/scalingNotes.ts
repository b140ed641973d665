/** What those who train with `--normalize` should know of how their features are scaled, and could be. */

import { constantFeatures } from '../../../data/featureNormalization.ts';
import { isByFeature } from '../../../data/samples.ts';
import type { FeatureStatistics } from '../../../data/statistics.ts';
import { isFlat, pictureOf } from '../../pictures/sampleKind.ts';
import type { SamplesToDescribe } from '../shared/describeSamples.ts';
import { formatCount, say } from '../terminal/output.ts';
import { formatAmount } from '../terminal/textTable.ts';

/** More numbers of features are no help. */
const MOST_NAMED = 10;
/** Ranges that differ by this factor have units of their own: the columns of dark-edged images differ by less. */
const FAR_APART = 100;
/** Features so alike, and so many, are positions of one signal rather than the columns of a table. */
const ALIKE = 2;
const FEWEST_POSITIONS = 64;

/**
 * @param found - `statistics.features` are those of each of a sample's numbers, whatever it is scaled by.
 * @param isAskedFor - Whether the user said what to scale by.
 */
export function noteScaling(found: SamplesToDescribe, isAskedFor: boolean): void {
  const { images, statistics, normalization } = found;
  const [, ...shape] = images.shape;
  const { features } = statistics;
  const isImage = pictureOf(shape, normalization) !== undefined;
  if (normalization.kind === 'divide' && isFlat(shape) && !isImage) {
    say(
      `note: all values are divided by ${normalization.scale}; --normalize standard would give each feature a scale of its own.`,
    );
  }
  if (!features) return;
  const constant = constantFeatures(features, images);
  if (!isAskedFor) noteOtherScale(found, features, constant);
  if (isByFeature(normalization)) noteConstant(constant);
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
      `note: all values get one scale, though the ranges of the features differ by a factor of ${formatAmount(factor)}; --scale-by feature gives each its own.`,
    );
  } else if (pictureOf(sample)) {
    say('note: if these are flattened images, --scale-by all gives their pixels one scale.');
  } else if (varyAlike(features, constant)) {
    say(
      'note: the features vary alike; if they are positions of one signal, such as sound, --scale-by all gives them one scale.',
    );
  }
}

/**
 * By what factor ranges differ along that axis of the samples where it is most, such as the channels of [time, channel].
 * What is constant doesn't count.
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

/** Whether all features have about one range, at about one place. */
function varyAlike({ minimum, maximum }: FeatureStatistics, constant: readonly number[]): boolean {
  if (constant.length > 0 || minimum.length < FEWEST_POSITIONS) return false;
  const ranges = maximum.map((value, j) => value - minimum[j]).sort();
  const lows = minimum.toSorted();
  const [narrowest, widest] = [ranges[0], ranges[ranges.length - 1]];
  return widest <= ALIKE * narrowest && lows[lows.length - 1] - lows[0] <= narrowest;
}

function noteConstant(constant: readonly number[]): void {
  if (constant.length === 0) return;
  const which = `${constant.slice(0, MOST_NAMED).join(', ')}${constant.length > MOST_NAMED ? ', …' : ''}`;
  say(
    constant.length === 1
      ? `note: feature ${which} is the same in all samples, but for rounding: its input is 0, its scale 1.`
      : `note: ${formatCount(constant.length)} features are the same in all samples, but for rounding (${which}): their input is 0, their scale 1.`,
  );
}
