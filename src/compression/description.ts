/** What a `.isth` file says of itself, as JSON, checked: docs/isth.md, section 2. */

import { DataError, DTYPE_NAMES, type DType, type Normalization } from '../data/samples.ts';
import { TileGrid } from '../data/tiles.ts';
import { checkNormalization } from '../io/checkNormalization.ts';
import { FormatError } from '../io/errors.ts';
import { isObject, shown } from '../io/json.ts';
import type { KernelsName } from '../tensor/kernels/kernels.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../tensor/shape.ts';
import { FILE_KERNELS, isProbe } from './kernelsProbe.ts';
import { isModelFingerprint } from './modelFingerprint.ts';
import { ORIGINAL_KINDS, type OriginalFile } from './originalFile.ts';
import { MAX_LEVELS, MIN_LEVELS } from './quantizer.ts';

const MAX_RANK = 64;
/** The numbers in one image: 2048×2048, or 1182×1182 in colour. */
const MAX_FEATURES = 2 ** 22;
const MAX_CODE_LENGTH = 2 ** 14;
/** Of a picture in tiles, in pixels: as of a JPEG. */
const MAX_SIDE = 2 ** 16 - 1;

export interface Description {
  /** Of all images together, `[n, ...]`. */
  readonly shape: Shape;
  /** Of the values that were compressed. */
  readonly dtype: DType;
  /** How the values became the network's inputs. */
  readonly normalization: Normalization;
  /** The model's fingerprint: modelFingerprint.ts. */
  readonly model: string;
  /** The set that made the file: only the same kernels compute the same bits. */
  readonly kernels: KernelsName;
  /** Which bits this set computed: kernelsProbe.ts. */
  readonly kernelsProbe: string;
  /** How many numbers a code has. */
  readonly codeLength: number;
  /** The number of levels that the range of a code dimension is divided into. */
  readonly levels: number;
  /** If the images are the tiles of one picture: where they lie. */
  readonly grid: TileGrid | undefined;
}

/**
 * Parses and checks the description of a file.
 *
 * @returns With the kind of the original file; null for a lossy file.
 * @throws {FormatError} If the text is not JSON, or not a description.
 */
export function readDescription(text: Uint8Array): {
  description: Description;
  kind: OriginalFile['kind'] | null;
} {
  const value = parseDescription(text);
  const { shape, dtype, normalization, model, codeLength, levels, original, tiles, ...made } = isObject(value)
    ? value
    : {};
  const checkedShape = checkShape(shape);
  const isKnown = typeof dtype === 'string' && Object.hasOwn(DTYPE_NAMES, dtype);
  const checked = checkNormalization(normalization, sizeOf(checkedShape.slice(1)));
  if (!isKnown || checked.dtype !== dtype) {
    throw new FormatError(
      `the values' type is ${shown(dtype)}, expected ${shown(checked.dtype)}, as in their normalization.`,
    );
  }
  if (!isModelFingerprint(model)) {
    throw new FormatError(
      `the model's fingerprint is ${shown(model)}, expected sha256: and 32 hexadecimal digits.`,
    );
  }
  const kind = original === null ? null : ORIGINAL_KINDS.find((one) => one === original);
  if (kind === undefined) {
    throw new FormatError(
      `the kind of the original file is ${shown(original)}, expected "npy", "idx" or "csv".`,
    );
  }
  const description = {
    shape: checkedShape,
    dtype: dtype as DType,
    normalization: checked,
    model,
    ...checkKernels(made),
    codeLength: checkInteger('length of the codes', codeLength, 1, MAX_CODE_LENGTH),
    levels: checkInteger('number of levels', levels, MIN_LEVELS, MAX_LEVELS),
    grid: tiles === undefined ? undefined : checkTiles(tiles, checkedShape, dtype as DType),
  };
  return { description, kind };
}

function checkKernels({ kernels, kernelsProbe }: Readonly<Record<string, unknown>>) {
  const name = FILE_KERNELS.find((one) => one === kernels);
  if (!name) {
    throw new FormatError(`the kernels are ${shown(kernels)}, expected one of: ${FILE_KERNELS.join(', ')}.`);
  }
  if (!isProbe(kernelsProbe)) {
    throw new FormatError(
      `the probe of the kernels is ${shown(kernelsProbe)}, expected 8 hexadecimal digits.`,
    );
  }
  return { kernels: name, kernelsProbe };
}

function checkInteger(what: string, value: unknown, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum)
    return value as number;
  throw new FormatError(`the ${what} is ${shown(value)}, expected an integer from ${minimum} to ${maximum}.`);
}

function checkTiles(value: unknown, shape: Shape, dtype: DType): TileGrid {
  const { picture, overlap } = isObject(value) ? value : {};
  const [, height = 0, width = 0] = shape;
  const isPicture =
    Array.isArray(picture) &&
    picture.length === 2 &&
    picture.every((side) => Number.isInteger(side) && side <= MAX_SIDE);
  try {
    if (!isPicture) throw new RangeError(`a picture has two sides of at most ${MAX_SIDE} pixels.`);
    const grid = new TileGrid([picture[0], picture[1]], [height, width], overlap as number);
    requireTiles(grid, shape, dtype);
    return grid;
  } catch (error) {
    throw new FormatError(
      `the tiles are ${shown(value)} of ${formatShape(shape)}: ${(error as Error).message}`,
    );
  }
}

/** @throws {DataError} If images of this shape and type are not the tiles of the grid. */
export function requireTiles(grid: TileGrid, shape: Shape, dtype: DType): void {
  const expected = [grid.count, ...grid.tile];
  const isTiles = [expected, [...expected, 3]].some((each) => sameShape(each, shape)) && dtype === 'u1';
  if (isTiles) return;
  throw new DataError(
    `the tiles of the picture are ${DTYPE_NAMES[dtype]} ${formatShape(shape)}, expected uint8 ${formatShape(expected)}, or with 3 channels.`,
  );
}

function checkShape(value: unknown): Shape {
  const isShape =
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length <= MAX_RANK &&
    value.every((length) => Number.isSafeInteger(length) && length >= 1) &&
    Number.isSafeInteger(8 * sizeOf(value));
  if (!isShape) {
    throw new FormatError(
      `the images' shape is not a list of 2 to ${MAX_RANK} integers >= 1 whose product is below 2^50.`,
    );
  }
  const features = sizeOf(value.slice(1));
  if (features > MAX_FEATURES) {
    throw new FormatError(`an image has ${features} numbers, expected at most ${MAX_FEATURES}.`);
  }
  return value;
}

function parseDescription(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new FormatError('the description in the header is not JSON.');
  }
}

/**
 * For the writer: readers refuse larger ones.
 *
 * @throws {DataError} If images or codes have more numbers than a file may hold.
 */
export function requireSizes(features: number, codeLength: number): void {
  if (features <= MAX_FEATURES && codeLength <= MAX_CODE_LENGTH) return;
  throw new DataError(
    `got images of ${features} numbers and codes of ${codeLength}, expected at most ${MAX_FEATURES} and ${MAX_CODE_LENGTH}.`,
  );
}
