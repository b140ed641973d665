import { describeNormalization } from '../../../data/normalization.ts';
import { DTYPE_NAMES, type Normalization } from '../../../data/samples.ts';
import type { ValueStatistics } from '../../../data/statistics.ts';
import type { Shape } from '../../../tensor/shape.ts';
import type { LoadedImages } from '../../files/load.ts';
import { pictureOf } from '../../pictures/sampleKind.ts';
import { countOf, say, timesShape } from '../terminal/output.ts';

/** Below this part of its type's range, the brightest pixel is so dark that reconstructions are hard to see and errors small. */
const DARK = 0.25;
const EIGHT_BITS = 255;

/** Pictures are hardly ever smaller, in pixels. */
const SMALLEST_SIDE = 8;

export interface SamplesToDescribe {
  readonly images: Pick<LoadedImages, 'shape' | 'dtype' | 'source' | 'isRounded'>;
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
  const { minimum, maximum } = statistics;
  const type = DTYPE_NAMES[images.dtype];
  const values = `${type} from ${short(minimum)} to ${short(maximum)}, ${describeNormalization(normalization)}`;
  say(`${countOf(count, noun)} of ${timesShape(shape)}, ${values} (${images.source})`);
  if (images.isRounded) say('note: PNGs of 16 bits are read with 8.');
  if (normalization.kind !== 'divide' || !noun.endsWith('image')) return;
  const { scale } = normalization;
  if (!mayBeEightBits(maximum, scale)) return;
  say(`note: the maximum is ${maximum} of ${scale}; if these are 8-bit pixels, save them as uint8.`);
}

/** Of pixels that are divided by what a wider type can hold. */
function mayBeEightBits(maximum: number, scale: number): boolean {
  return scale > EIGHT_BITS && maximum <= EIGHT_BITS;
}

/** What those who train on images should know of them. */
export function noteImages({ images, statistics, normalization }: SamplesToDescribe): void {
  const [, ...sample] = images.shape;
  noteChannelsFirst(sample);
  if (normalization.kind !== 'divide' || !pictureOf(sample, normalization)) return;
  const { scale } = normalization;
  const { minimum, maximum } = statistics;
  if (mayBeEightBits(maximum, scale)) return; // which is said
  if (minimum === maximum || maximum >= DARK * scale) return;
  say(`note: the maximum is ${maximum} of ${scale}; --normalize minmax makes full use of the range.`);
}

/** PyTorch's order, [n, 3, h, w], is no picture here. */
function noteChannelsFirst([channels, ...size]: Shape): void {
  const isLikely = channels === 3 && size.length === 2 && size.every((length) => length >= SMALLEST_SIDE);
  if (!isLikely) return;
  say('note: if these are colour images with channels first, arr.transpose(0, 2, 3, 1) makes them pictures.');
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
