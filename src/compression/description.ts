/** What a `.isth` file says of itself, as JSON: docs/isth.md, section 2. */

import { DataError, DTYPE_NAMES, type DType, type Normalization } from '../data/samples.ts';
import { FormatError, shown } from '../io/errors.ts';
import { checkNormalization } from '../io/normalization.ts';
import { isObject } from '../io/safetensors.ts';
import { KERNEL_NAMES, type KernelsName } from '../tensor/kernels/kernels.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { isFingerprint } from './fingerprint.ts';
import { isProbe } from './kernelsProbe.ts';
import type { OriginalFile } from './originalFile.ts';
import { MAX_LEVELS, MIN_LEVELS } from './quantizer.ts';

const MOST_RANK = 64;
/** More than that in one image is not compressed: 2048×2048, or 1182×1182 in colour. */
const MOST_FEATURES = 2 ** 22;
const MOST_CODE_LENGTH = 2 ** 14;

export interface Description {
  /** Of all images together, `[n, ...]`. */
  readonly shape: Shape;
  /** Of the values that were compressed. */
  readonly dtype: DType;
  /** How they became inputs. */
  readonly normalization: Normalization;
  /** See fingerprint.ts. */
  readonly model: string;
  /** Reconstructions have the same bits with the same kernels. */
  readonly kernels: KernelsName;
  /** Which bits they computed: see kernelsProbe.ts. */
  readonly kernelsProbe: string;
  readonly codeLength: number;
  /** How many levels the range of a code dimension is divided into. */
  readonly levels: number;
}

/**
 * Checks what stands in a file.
 *
 * @throws {FormatError} If it is no JSON, or not such a description.
 */
export function readDescription(text: Uint8Array): {
  description: Description;
  kind: OriginalFile['kind'] | null;
} {
  const value = parseDescription(text);
  const { shape, dtype, normalization, model, codeLength, levels, original, ...made } = isObject(value)
    ? value
    : {};
  const checkedShape = checkShape(shape);
  const isKnown = typeof dtype === 'string' && Object.hasOwn(DTYPE_NAMES, dtype);
  const checked = checkNormalization(normalization, sizeOf(checkedShape.slice(1)));
  if (!isKnown || checked.dtype !== dtype) {
    throw new FormatError(
      `the values' type is ${shown(dtype)}, that of their scaling ${shown(checked.dtype)}.`,
    );
  }
  if (!isFingerprint(model)) throw new FormatError(`the model's fingerprint is ${shown(model)}.`);
  const kind = original === null || original === 'npy' || original === 'idx' ? original : undefined;
  if (kind === undefined) {
    throw new FormatError(`the kind of original file is ${shown(original)}, expected "npy" or "idx".`);
  }
  const description = {
    shape: checkedShape,
    dtype: dtype as DType,
    normalization: checked,
    model,
    ...checkKernels(made),
    codeLength: checkInteger('length of the codes', codeLength, 1, MOST_CODE_LENGTH),
    levels: checkInteger('number of levels', levels, MIN_LEVELS, MAX_LEVELS),
  };
  return { description, kind };
}

function checkKernels({ kernels, kernelsProbe }: Readonly<Record<string, unknown>>) {
  const name = KERNEL_NAMES.find((one) => one === kernels);
  if (!name) throw new FormatError(`the kernels are ${shown(kernels)}, expected ${KERNEL_NAMES.join(', ')}.`);
  if (!isProbe(kernelsProbe)) throw new FormatError(`the probe of the kernels is ${shown(kernelsProbe)}.`);
  return { kernels: name, kernelsProbe };
}

function checkInteger(what: string, value: unknown, minimum: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= minimum && (value as number) <= most)
    return value as number;
  throw new FormatError(`the ${what} is ${shown(value)}, expected ${minimum} to ${most}.`);
}

function checkShape(value: unknown): Shape {
  const isShape =
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length <= MOST_RANK &&
    value.every((length) => Number.isSafeInteger(length) && length >= 1) &&
    Number.isSafeInteger(8 * sizeOf(value));
  if (!isShape) throw new FormatError("the images' shape is not one of 2 to 64 integers >= 1.");
  const features = sizeOf(value.slice(1));
  if (features > MOST_FEATURES) {
    throw new FormatError(`an image has ${features} numbers, at most ${MOST_FEATURES} are read.`);
  }
  return value;
}

function parseDescription(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new FormatError('the description in the header is no JSON.');
  }
}

/**
 * What the writer must keep to, as the reader does.
 *
 * @throws {DataError} If images or codes are longer than a file may hold.
 */
export function requireSizes(features: number, codeLength: number): void {
  if (features <= MOST_FEATURES && codeLength <= MOST_CODE_LENGTH) return;
  throw new DataError(
    `images of ${features} numbers and codes of ${codeLength}, at most ${MOST_FEATURES} and ${MOST_CODE_LENGTH} are compressed.`,
  );
}
