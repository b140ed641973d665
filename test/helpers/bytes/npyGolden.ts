/** The files that NumPy made (test/golden/npy), and what they hold according to NumPy. */

import { readFileSync } from 'node:fs';

export interface ExpectedArray {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Row-major, as text with spaces between. */
  readonly values: string;
}

export interface ExpectedFiles {
  readonly arrays: Readonly<Record<string, ExpectedArray>>;
  readonly archives: Readonly<Record<string, Readonly<Record<string, ExpectedArray>>>>;
  readonly refused: readonly string[];
}

const FOLDER = new URL('../../golden/npy/', import.meta.url);

export const expectedFiles: ExpectedFiles = JSON.parse(
  readFileSync(new URL('expected.json', FOLDER), 'utf8'),
);

/** A file's bytes, alone in their buffer. */
export function goldenBytes(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(name, FOLDER)));
}

export function valuesOf({ values }: ExpectedArray): number[] {
  return values === '' ? [] : values.split(' ').map(Number);
}
