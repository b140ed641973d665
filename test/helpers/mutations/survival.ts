/**
 * What every reader of files must survive: thousands of damaged copies. Each ends in a FormatError with a sentence or in
 * exactly the right answer, within a second and without more memory than the file's size justifies.
 */

import { expect } from '@jest/globals';
import fc from 'fast-check';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../cases.ts';
import { mutated } from './mutations.ts';
import { processorMs } from './processorTime.ts';

const MAX_MS = 1_000;
const MAX_BYTES = 64 * 2 ** 20;

export interface Survival<Result> {
  /** Sound files of one format, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Damage that knows the format, such as wrong lengths with right checksums; in addition to changed bytes. */
  readonly lies?: (original: Uint8Array, name: string) => fc.Arbitrary<Uint8Array>;
  readonly read: (bytes: Uint8Array) => Result | Promise<Result>;
  /** Throws unless the result is what the damaged bytes say, by the format's definition. */
  readonly requireRight: (result: Result, bytes: Uint8Array, name: string) => void;
  /** The number of cases for all files together, whatever is asked for of the others: for negative controls. */
  readonly cases?: number;
}

export interface Tally {
  refused: number;
  read: number;
}

/** Throws at the first case that is not survived. Returns how many files were refused, and how many read. */
export async function surviveMutations<Result>(survival: Survival<Result>): Promise<Tally> {
  const names = Object.keys(survival.files);
  const perFile = survival.cases
    ? Math.ceil(survival.cases / names.length)
    : MUTATIONS_OF_EACH_FILE || Math.ceil(MUTATIONS / names.length);
  const tally: Tally = { refused: 0, read: 0 };
  for (const name of names) {
    const original = survival.files[name];
    const lies = survival.lies?.(original, name);
    const damaged = lies ? fc.oneof(mutated(original), lies) : mutated(original);
    const property = fc.asyncProperty(damaged, (bytes) => surviveOne(survival, bytes, name, tally));
    await fc.assert(property, {
      numRuns: perFile,
      // With ISTHMUS_CASES, every run tests other cases.
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
  // Memory is freed later, if at all, so a rise is between what was needed at once and all that was allocated.
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
  if (elapsed > MAX_MS) elapsed = await timeOf(read, bytes); // the first time may include collecting the garbage of earlier cases
  if (elapsed > MAX_MS) throw new Error(`${name}: took ${elapsed} ms`);
  if (allocated > MAX_BYTES + bytes.length) throw new Error(`${name}: allocated ${allocated} bytes`);
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

/** Throws unless it is a FormatError with a sentence of isthmus, not one of a JavaScript engine or a library. */
function requireSentence(error: Error): void {
  if (error.name !== 'FormatError') throw error;
  expect(error.message).toMatch(/^\S.*\.$/s);
  // Text in quotes comes from the file.
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
      // Without `expect`, which takes longer than most reads.
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
