/**
 * How stored values become a network's inputs: `normalize` chooses it from the training data, the model keeps it, and
 * `transform` applies it to all other data. Read samples.ts first, which defines the kinds of normalization;
 * featureNormalization.ts has the rules for features that are scaled one by one.
 */

import { type OptionNames, requireOneOf, requireOptions } from '../tensor/options.ts';
import { formatShape, type Shape, sizeOf } from '../tensor/shape.ts';
import { scaleFeatures } from './featureNormalization.ts';
import { isFlatPicture, isVector } from './pictureShape.ts';
import { requireDType, requireNormalization, requireSamples, requireSize } from './requireSamples.ts';
import {
  type ArrayInput,
  DataError,
  type DType,
  dtypeOf,
  isByFeature,
  isStored,
  type Normalization,
  type NumericArray,
  type Samples,
  type UniformNormalization,
} from './samples.ts';
import { type StatisticsOptions, statisticsOf, type ValueStatistics } from './statistics.ts';

/** What the rules need to know of an array besides its statistics. */
export type ArrayType = Pick<NumericArray, 'shape' | 'dtype'>;

const MODES = ['auto', 'minmax', 'standard'] as const;
/** By which rule {@link chooseNormalization} scales. */
export type NormalizationMode = (typeof MODES)[number];

/** Whether `minmax` and `standard` scale each number of a sample on its own, or all values alike. */
export type ScaleBy = 'feature' | 'all';

/** Options of {@link normalize}. */
export interface NormalizationOptions {
  /**
   * What one shift and one scale belong to, in `minmax` and `standard`.
   *
   * @default 'feature' for samples that are vectors (`[n, d]`), else 'all'
   */
  readonly scaleBy?: ScaleBy | undefined;
}

const OPTIONS: OptionNames<NormalizationOptions> = { scaleBy: true };

/** What the rules are told besides the mode. */
export interface RuleOptions {
  /** Whether samples `[n, d]` are rows of a table. @default unless they are uint8 and d is a square of at least 64 */
  readonly isTable?: boolean | undefined;
  /** How the caller asks for a mode, for advice in errors. @default normalize(samples, 'minmax') */
  readonly nameOf?: (mode: NormalizationMode) => string;
}

/** What integer pixels are divided by: the first of these that none is greater than, or the maximum of their type. */
const MASK = 1;
export const BYTE = 255;
const WORD = 65535;
/** Floats from 0 to at least this are likely to be pixels that were saved as floats. */
const LIKELY_BYTE = 16;
/** The maximum value of the integer types that hold no WORD. */
const TYPE_MAXIMUM: Partial<Record<DType, number>> = { u1: 255, u2: 65535, i1: 127, i2: 32767 };

const inCode = (mode: NormalizationMode) => `normalize(samples, '${mode}')`;

/**
 * Samples to train on: the array as it is, together with the normalization that {@link chooseNormalization} finds for it.
 *
 * @param array - Shape `[n, ...]`. Not copied. Without a `dtype`, that of the typed array counts: `u1` for a Uint8Array.
 * @param mode - Default 'auto', which divides pixels.
 * @throws As {@link chooseNormalization}.
 * @example
 * const images = normalize(generateDigits({ count: 200, seed: 1 }));
 * images.shape; // [200, 28, 28]
 * images.normalization.scale; // 255
 */
export function normalize(
  array: ArrayInput,
  mode: NormalizationMode = 'auto',
  options: NormalizationOptions = {},
): Required<Samples> {
  requireArray(array, 'normalize');
  const { shape, data } = array;
  return { shape, data, normalization: chooseNormalization(array, mode, options) };
}

/**
 * Chooses how training data is scaled.
 *
 * - `auto`: integers, whatever their type, stay as they are if all are 0 or 1 (a mask); else they are divided by 255 if
 *   none is greater, else by 65535, or by the maximum of their type if that is less (int8: 127, int16: 32767). Booleans and
 *   floats in [0, 1] stay as they are.
 * - `minmax`: the minimum becomes 0, the maximum 1.
 * - `standard`: mean 0 and (population) standard deviation 1, computed in float64 in two passes.
 *
 * The last two scale each feature on its own where samples are vectors: the columns of a table have different units, while
 * the pixels of an image share one. A feature that is constant, but for rounding, gets the scale 1.
 *
 * Samples `[n, d]` are rows of a table (`Normalization.table`) unless they are uint8 and d is a square of at least 64.
 *
 * @param array - Shape `[n, ...]`. Without a `dtype`, that of the typed array counts.
 * @throws {TypeError} If it is no array with a shape, or an option is unknown.
 * @throws {ShapeError} If the array holds another number of values than its shape says.
 * @throws {RangeError} If the mode, `scaleBy` or the dtype is unknown.
 * @throws {DataError} If there are no values; if there is NaN or infinity; in `auto`, if a float is outside [0, 1] or an
 *   integer is negative or greater than 65535; in the other modes, if all values are the same.
 * @example
 * const { shift, scale } = chooseNormalization({ shape: [2], data: Uint8Array.of(0, 200) }, 'auto');
 * shift; // 0
 * scale; // 255
 */
export function chooseNormalization(
  array: ArrayInput,
  mode: NormalizationMode,
  options: NormalizationOptions = {},
): Normalization {
  requireArray(array, 'normalize');
  requireOneOf('normalize', 'the mode', mode, MODES);
  requireOptions('normalize', options, OPTIONS);
  if (options.scaleBy !== undefined) {
    requireOneOf('normalize', 'scaleBy', options.scaleBy, ['feature', 'all']);
  }
  const { shape, data } = array;
  const dtype = dtypeOf(array);
  const statistics = statisticsOf(data, statisticsFor(shape, mode, options));
  return normalizationFrom({ shape, dtype }, statistics, mode);
}

/**
 * For callers without types.
 *
 * @throws {TypeError} If it is no array in memory.
 * @throws {ShapeError} If it holds another number of values than its shape says.
 * @throws {RangeError} If its dtype is unknown.
 */
export function requireArray(array: unknown, who: string): asserts array is ArrayInput {
  requireSamples(array, who);
  if (isStored(array)) {
    throw new TypeError(
      `${who}: the samples are stored, expected an array in memory; stored ones take { ...samples, normalization }.`,
    );
  }
  requireSize(array, who);
  requireDType(dtypeOf(array), who);
}

/**
 * What is done to the data, in words: `divided by 255`, `(x - 12.3) / 45.6, mean 0 and standard deviation 1`,
 * `each of the 13 features to mean 0 and standard deviation 1`.
 *
 * @example
 * describeNormalization(images.normalization); // 'divided by 255'
 */
export function describeNormalization(normalization: Normalization): string {
  requireNormalization(normalization, 'describeNormalization');
  const { kind, dtype } = normalization;
  if (kind === 'none') {
    return isFloat(dtype) ? 'used as they are (already in [0, 1])' : 'used as they are (0 and 1)';
  }
  const result = kind === 'minmax' ? 'from 0 to 1' : 'mean 0 and standard deviation 1';
  if (isByFeature(normalization)) {
    const { length } = normalization.scale;
    const which =
      length === 1 ? 'the only feature' : `each of the ${length.toLocaleString('en-US')} features`;
    return `${which} ${kind === 'minmax' ? result : `to ${result}`}`;
  }
  const { shift, scale } = normalization;
  if (kind === 'divide') return `divided by ${scale}`;
  const shifted = shift < 0 ? `x + ${short(-shift)}` : `x - ${short(shift)}`;
  return `(${shifted}) / ${short(scale)}, ${result}`;
}

/** Six digits are enough for people. */
export function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The statistics that {@link normalizationFrom} needs of data of this shape. */
export function statisticsFor(
  shape: Shape,
  mode: NormalizationMode,
  { scaleBy = isVector(shape.slice(1)) ? 'feature' : 'all' }: NormalizationOptions = {},
): StatisticsOptions {
  const isByFeature = mode !== 'auto' && scaleBy === 'feature';
  return { moments: mode === 'standard', ...(isByFeature && { features: sizeOf(shape.slice(1)) }) };
}

/**
 * {@link chooseNormalization} from statistics, wherever the values are.
 *
 * @param statistics - As {@link statisticsFor} says. If they hold those of each feature, each is scaled on its own.
 */
export function normalizationFrom(
  array: ArrayType,
  statistics: ValueStatistics,
  mode: NormalizationMode,
  { isTable = !isFlatPicture(array), nameOf = inCode }: RuleOptions = {},
): Normalization {
  const { shape, dtype } = array;
  if (sizeOf(shape) === 0) {
    throw new DataError(`the data is ${formatShape(shape)}, expected at least one value.`);
  }
  const range = finiteRange(array, statistics);
  const marker = isTable && isVector(shape.slice(1)) ? ({ table: true } as const) : {};
  if (mode === 'auto') {
    const wayOut = `${nameOf('minmax')} or ${nameOf('standard')} scales it`;
    return { ...byType(array, range, wayOut), ...marker };
  }
  const { minimum, maximum } = range;
  if (minimum === maximum) {
    throw new DataError(`all values of the data are ${minimum}, ${nameOf(mode)} needs different ones.`);
  }
  if (statistics.features) return scaleFeatures(mode, array, statistics.features);
  const shift = mode === 'minmax' ? minimum : statistics.mean;
  const scale = mode === 'minmax' ? maximum - minimum : statistics.standardDeviation;
  if (!(scale > 0 && Number.isFinite(scale) && Number.isFinite(shift))) {
    throw new DataError(`the data goes ${range.text}, beyond what ${nameOf(mode)} can compute in float64.`);
  }
  return { kind: mode, dtype, shift, scale, ...marker };
}

/**
 * The `auto` rule: values are scaled by what they are and by what their type can hold.
 *
 * @param wayOut - Advice in the message if that gives no inputs in [0, 1].
 * @param trained - What a model divides integers by, 1 if it was trained on zeros and ones: zeros and ones of any type stay
 *   what they are for such a model. Integers of more than a byte are divided by the same if they fit.
 */
export function byType(
  { dtype }: ArrayType,
  range: Range,
  wayOut: string,
  trained?: number,
): UniformNormalization {
  const { minimum, maximum, text } = range;
  if (dtype === 'b1') return { kind: 'none', dtype, shift: 0, scale: 1 };
  if (isFloat(dtype)) {
    if (minimum < 0 || maximum > 1) {
      const areBytes = minimum >= 0 && LIKELY_BYTE <= maximum && maximum <= BYTE;
      const asBytes = areBytes ? '; pixels from 0 to 255 can also be saved as uint8' : '';
      throw new DataError(`the data is floats ${text}, expected [0, 1]: ${wayOut}${asBytes}.`);
    }
    return { kind: 'none', dtype, shift: 0, scale: 1 };
  }
  if (minimum < 0) {
    throw new DataError(`the data is integers ${text}, expected none below 0: ${wayOut}.`);
  }
  const isOfByte = isByte(dtype) && trained !== MASK;
  const bounds = trained === undefined ? [MASK, BYTE, WORD] : isOfByte ? [BYTE] : [trained, BYTE, WORD];
  const fitting = bounds.find((bound) => maximum <= bound);
  if (fitting === undefined) {
    throw new DataError(`the data is integers ${text}, expected at most ${WORD}: ${wayOut}.`);
  }
  const scale = Math.min(fitting, TYPE_MAXIMUM[dtype] ?? WORD);
  return { kind: scale === 1 ? 'none' : 'divide', dtype, shift: 0, scale };
}

export function isByte(dtype: DType): boolean {
  return dtype === 'u1' || dtype === 'i1';
}

export function isFloat(dtype: DType): boolean {
  return dtype.startsWith('f');
}

interface Range {
  readonly minimum: number;
  readonly maximum: number;
  /** `from 0 to 255` */
  readonly text: string;
}

/** @throws {DataError} If there is NaN or infinity. */
export function finiteRange({ shape, dtype }: ArrayType, statistics: ValueStatistics): Range {
  const { minimum, maximum, notFinite, firstNotFinite } = statistics;
  if (notFinite > 0) {
    throw new DataError(
      `the data holds NaN or infinity ${notFinite === 1 ? 'once' : `${notFinite} times`}, first at ${formatShape(indexOf(firstNotFinite, shape))}: remove or replace them.`,
    );
  }
  const text = (value: number) => (dtype === 'f4' || dtype === 'f2' ? shortestFloat32(value) : value);
  return { minimum, maximum, text: `from ${text(minimum)} to ${text(maximum)}` };
}

/** With the fewest digits that are the same float32 number: 0.1 instead of 0.10000000149011612. */
function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** The index in each dimension of an element of a row-major array. */
function indexOf(element: number, shape: readonly number[]): number[] {
  let rest = element;
  return shape
    .map((_, axis) => shape[shape.length - 1 - axis])
    .map((length) => {
      const index = rest % length;
      rest = (rest - index) / length;
      return index;
    })
    .reverse();
}
