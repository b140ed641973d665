/**
 * What every reader of files must survive: thousands of damaged copies, each of which ends in a FormatError, a sentence,
 * or in the exact right answer, at once and without memory that the file's size doesn't justify.
 */

import { expect } from '@jest/globals';
import fc from 'fast-check';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../cases.ts';
import { mutated } from './mutations.ts';
import { processorMs } from './processorTime.ts';

const LONGEST_MS = 1_000;
const MOST_BYTES = 64 * 2 ** 20;

export interface Survival<Result> {
  /** Sound files of one format, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Damage that knows the format: lengths that lie, with checksums that fit. Beside bytes changed, cut and copied. */
  readonly lies?: (original: Uint8Array, name: string) => fc.Arbitrary<Uint8Array>;
  readonly read: (bytes: Uint8Array) => Result | Promise<Result>;
  /** Throws unless this is what the damaged bytes say, by the format's definition. */
  readonly requireRight: (result: Result, bytes: Uint8Array, name: string) => void;
  /** Another number of cases for all files together: for negative controls. */
  readonly cases?: number;
}

export interface Tally {
  refused: number;
  read: number;
}

/** Throws at the first case that is not survived. Returns how many ended which way. */
export async function surviveMutations<Result>(survival: Survival<Result>): Promise<Tally> {
  const names = Object.keys(survival.files);
  const perFile = MUTATIONS_OF_EACH_FILE || Math.ceil((survival.cases ?? MUTATIONS) / names.length);
  const tally: Tally = { refused: 0, read: 0 };
  for (const name of names) {
    const original = survival.files[name];
    const lies = survival.lies?.(original, name);
    const damaged = lies ? fc.oneof(mutated(original), lies) : mutated(original);
    const property = fc.asyncProperty(damaged, (bytes) => surviveOne(survival, bytes, name, tally));
    await fc.assert(property, {
      numRuns: perFile,
      ...(MUTATIONS_OF_EACH_FILE && { seed: Date.now() }),
    });
  }
  return tally;
}

async function surviveOne<Result>(
  { read, requireRight }: Survival<Result>,
  bytes: Uint8Array,
  name: string,
  tally: Tally,
): Promise<void> {
  // Memory is given back later, if at all: a rise is at least what was needed at once, at most all that was allocated.
  const before = process.memoryUsage();
  const start = processorMs();
  let result: { readonly value: Result } | undefined;
  try {
    result = { value: await read(bytes) };
  } catch (error) {
    requireSentence(error as Error);
  }
  let elapsed = processorMs() - start;
  const after = process.memoryUsage();
  const allocated =
    Math.max(0, after.arrayBuffers - before.arrayBuffers) + Math.max(0, after.heapUsed - before.heapUsed);
  if (elapsed > LONGEST_MS) elapsed = await timeOf(read, bytes); // or it was a collection of all that came before
  if (elapsed > LONGEST_MS) throw new Error(`${name}: took ${elapsed} ms`);
  if (allocated > MOST_BYTES + bytes.length) throw new Error(`${name}: allocated ${allocated} bytes`);
  if (result) requireRight(result.value, bytes, name);
  tally[result ? 'read' : 'refused']++;
}

async function timeOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<number> {
  const start = processorMs();
  try {
    await read(bytes);
  } catch {}
  return processorMs() - start;
}

/** A FormatError in words of ours, not those of a JavaScript engine or a library. */
function requireSentence(error: Error): void {
  if (error.name !== 'FormatError') throw error;
  expect(error.message).toMatch(/^\S.*\.$/s);
  // What is in quotes is the file's.
  expect(error.message.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '""')).not.toMatch(
    /undefined|\bnull\b|not a function|not iterable|call stack|typed array|allocation/,
  );
}

/** Throws unless every change of a single byte is noticed: for files with a checksum. */
export function noticesEveryByte(
  original: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
  masks: readonly number[],
): void {
  for (let at = 0; at < original.length; at++) {
    for (const mask of masks) {
      const bytes = original.with(at, original[at] ^ mask);
      // Not in an expect of its own: that takes longer than most reads.
      let name = 'nothing';
      try {
        read(bytes);
      } catch (error) {
        name = (error as Error).name;
      }
      if (name !== 'FormatError')
        throw new Error(`byte ${at} ^ ${mask}: got ${name}, expected a FormatError`);
    }
  }
}
