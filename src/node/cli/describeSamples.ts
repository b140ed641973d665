import { constantFeatures } from '../../data/featureNormalization.ts';
import { describeNormalization } from '../../data/normalization.ts';
import { DTYPE_NAMES, isByFeature, type Normalization } from '../../data/samples.ts';
import type { ValueStatistics } from '../../data/statistics.ts';
import type { LoadedImages } from '../load.ts';
import { isFlat, pictureOf } from '../sampleKind.ts';
import { countOf, formatCount, say, timesShape } from './output.ts';

/** Below this, the brightest input is so dark that the scaling may be wrong. */
const DARK = 0.02;
/** More numbers of features are no help. */
const MOST_NAMED = 10;

export interface SamplesToDescribe {
  readonly images: Pick<LoadedImages, 'shape' | 'dtype' | 'source'>;
  readonly statistics: ValueStatistics;
  readonly normalization: Normalization;
}

/**
 * Says what was read: "6,000 images of 28×28, uint8 from 0 to 255, divided by 255 (built-in digits)".
 *
 * @param noun - What one of them is: image, sample, test image.
 */
export function describeSamples(
  noun: string,
  { images, statistics, normalization }: SamplesToDescribe,
): void {
  const [count, ...shape] = images.shape;
  const { least, greatest } = statistics;
  const type = DTYPE_NAMES[images.dtype];
  const values = `${type} from ${short(least)} to ${short(greatest)}, ${describeNormalization(normalization)}`;
  say(`${countOf(count, noun)} of ${timesShape(shape)}, ${values} (${images.source})`);
  if (normalization.kind !== 'divide' || !noun.endsWith('image')) return;
  const { scale } = normalization;
  if (greatest / scale < DARK) {
    say(
      `note: the greatest value is ${greatest} of ${scale}; if these are 8-bit pixels, save them as uint8.`,
    );
  }
}

/**
 * What those who train on vectors should know of how they were scaled.
 *
 * @param isAskedFor - Whether the user said what to scale by.
 */
export function noteScaling(
  { images, statistics, normalization }: SamplesToDescribe,
  isAskedFor: boolean,
): void {
  const [, ...shape] = images.shape;
  const isImage = pictureOf(shape, normalization) !== undefined;
  if (normalization.kind === 'divide' && isFlat(shape) && !isImage) {
    say(
      `note: all values are divided by ${normalization.scale}; --normalize standard would give each feature a scale of its own.`,
    );
  }
  if (isByFeature(normalization) && !isAskedFor && pictureOf(shape)) {
    say('note: if these are flattened images, --scale-by all gives their pixels one scale.');
  }
  const constant = statistics.features ? constantFeatures(statistics.features, images) : [];
  if (constant.length === 0) return;
  const which = `${constant.slice(0, MOST_NAMED).join(', ')}${constant.length > MOST_NAMED ? ', …' : ''}`;
  say(
    constant.length === 1
      ? `note: feature ${which} is the same in all samples: its input is 0, its scale 1.`
      : `note: ${formatCount(constant.length)} features are the same in all samples (${which}): their input is 0, their scale 1.`,
  );
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
