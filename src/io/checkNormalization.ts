/** Checks the normalization that a file holds as JSON, before anything is computed with it. */

import type { Normalization } from '../data/samples.ts';
import { FormatError } from './errors.ts';
import { isObject, shown } from './json.ts';

/**
 * @param value - As JSON.parse returned it.
 * @param features - The numbers in one sample: a normalization by feature has this many shifts and scales.
 * @returns The same value.
 * @throws {FormatError} If it is not a {@link Normalization} for such samples: finite shifts, finite scales above 0.
 */
export function checkNormalization(value: unknown, features: number): Normalization {
  const { kind, dtype, shift, scale, table } = isObject(value) ? value : {};
  const isDType = typeof dtype === 'string' && /^([iu][1248]|f[248]|b1)$/.test(dtype);
  const isTable = table === undefined || table === true;
  if (!isDType || !isTable || !isScaling(kind, shift, scale, features)) {
    throw new FormatError(
      `the model's normalization can't be used: its kind is ${shown(kind)}, its dtype ${shown(dtype)}, ` +
        `its shift ${shownScaling(shift)}, its scale ${shownScaling(scale)}.`,
    );
  }
  return value as Normalization;
}

function isScaling(kind: unknown, shift: unknown, scale: unknown, features: number): boolean {
  const isPositive = (value: unknown) => Number.isFinite(value) && (value as number) > 0;
  switch (kind) {
    case 'none':
      return shift === 0 && scale === 1;
    case 'divide':
      return Number.isFinite(shift) && isPositive(scale);
    case 'minmax':
    case 'standard':
      if (Array.isArray(shift) && Array.isArray(scale)) {
        const isComplete = shift.length === features && scale.length === features;
        return isComplete && shift.every(Number.isFinite) && scale.every(isPositive);
      }
      return Number.isFinite(shift) && isPositive(scale);
    default:
      return false;
  }
}

function shownScaling(value: unknown): string {
  return Array.isArray(value) ? `a list of ${value.length}` : shown(value);
}
