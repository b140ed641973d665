/** Damage that knows a format: numbers of a header are overwritten by others that careless readers fail on. */

import { expect } from '@jest/globals';
import fc from 'fast-check';

export interface Field {
  readonly at: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly bigEndian?: boolean;
}

/** 0, 1, one more or less than now, half and double, and the largest numbers with and without a sign. */
function liesFor(now: bigint, bits: bigint): bigint[] {
  const most = (1n << bits) - 1n;
  const lies = [
    0n,
    1n,
    now - 1n,
    now + 1n,
    now / 2n,
    now * 2n,
    most,
    most - 1n,
    most >> 1n,
    (most >> 1n) + 1n,
  ];
  return [...lies, 1n << (bits - 2n)].filter((lie) => lie >= 0n && lie <= most);
}

/** Overwrites one to three of the fields. */
export function lyingFields(original: Uint8Array, fields: readonly Field[]): fc.Arbitrary<Uint8Array> {
  const lie = fc.constantFrom(...fields).chain((field) => {
    const now = numberAt(original, field);
    return fc.constantFrom(...liesFor(now, BigInt(8 * field.bytes))).map((value) => ({ field, value }));
  });
  return fc.array(lie, { minLength: 1, maxLength: 3 }).map((lies) => {
    const bytes = original.slice();
    for (const { field, value } of lies) setNumberAt(bytes, field, value);
    return bytes;
  });
}

function numberAt(bytes: Uint8Array, field: Field): bigint {
  let number = 0n;
  for (const at of mostSignificantFirst(field)) number = number * 256n + BigInt(bytes[at]);
  return number;
}

function setNumberAt(bytes: Uint8Array, field: Field, value: bigint): void {
  let rest = value;
  for (const at of mostSignificantFirst(field).reverse()) {
    bytes[at] = Number(rest & 255n);
    rest >>= 8n;
  }
}

function mostSignificantFirst({ at, bytes, bigEndian = false }: Field): number[] {
  return Array.from({ length: bytes }, (_, i) => (bigEndian ? at + i : at + bytes - 1 - i));
}

/** The file with its end cut off or zeros added, so that a wrong length may fit after all. */
export function resized(bytes: Uint8Array, lengths: readonly number[]): fc.Arbitrary<Uint8Array> {
  return fc.constantFrom(...lengths).map((length) => {
    const other = new Uint8Array(Math.max(0, length));
    other.set(bytes.subarray(0, other.length));
    return other;
  });
}

/** What a failed property rejects with, for this reason. */
export function because(reason: RegExp) {
  return { cause: { message: expect.stringMatching(reason) as unknown } };
}
