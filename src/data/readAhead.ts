/**
 * Reads stored samples before they are needed: while one chunk of rows is in use, the next two are being read.
 * Read samples.ts first.
 */

import { formatShape, ShapeError, sizeOf } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';
import type { SampleArray, StoredSamples } from './samples.ts';

/** What is read from: {@link StoredSamples}, also before their normalization is known. */
export type RowSource = Pick<StoredSamples, 'shape' | 'read'>;

/** Reads in progress at a time. With a single one, nothing would be read while its values are handed over. */
const UNDER_WAY = 2;

/** A read is of about this many values: 1 MB of bytes, 8 MB of float64. Starting it costs little compared with that. */
const CHUNK_VALUES = 2 ** 20;

/** What a read ended with. An error is kept here until its chunk is asked for. */
type Outcome = { readonly values: SampleArray } | { readonly error: unknown };

/**
 * Chunks of rows, one after the other. No read is in progress any more when the iteration has ended, however it ended.
 *
 * @param chunks - The row numbers of each chunk.
 * @returns The values of each chunk, `[rows.length, ...]`.
 * @throws What `source.read` rejected with, when its chunk is asked for.
 * @throws {ShapeError} If a read gives another number of values than its rows have.
 */
export async function* readAhead(
  source: RowSource,
  chunks: Iterable<Uint32Array>,
): AsyncGenerator<SampleArray, void> {
  const left = chunks[Symbol.iterator]();
  const reads: Promise<Outcome>[] = [];
  const startNext = (): void => {
    const { done, value: rows } = left.next();
    if (!done) reads.push(outcomeOf(source, rows));
  };
  for (let i = 0; i < UNDER_WAY; i++) startNext();
  try {
    while (reads.length > 0) {
      const outcome = await reads[0];
      reads.shift();
      if ('error' in outcome) throw outcome.error;
      startNext();
      yield outcome.values;
    }
  } finally {
    await Promise.all(reads);
  }
}

/** Never rejects. */
async function outcomeOf({ shape, read }: RowSource, rows: Uint32Array): Promise<Outcome> {
  try {
    return { values: checked(await read(rows), [rows.length, ...shape.slice(1)]) };
  } catch (error) {
    return { error };
  }
}

function checked(values: SampleArray, shape: readonly number[]): SampleArray {
  if (values.length === sizeOf(shape)) return values;
  throw new ShapeError(
    `StoredSamples.read: got ${plural(values.length, 'number')}, expected ${sizeOf(shape)} for rows of shape ${formatShape(shape)}.`,
  );
}

/** How many rows to read at a time: a multiple of the batch size, of {@link CHUNK_VALUES} values or more. */
export function rowsPerChunk(features: number, batchSize = 1): number {
  return Math.max(1, Math.ceil(CHUNK_VALUES / (features * batchSize))) * batchSize;
}

/** Consecutive pieces of these rows, as views. The last one may be shorter. */
export function* chunksOf(rows: Uint32Array, length: number): Generator<Uint32Array, void> {
  for (let start = 0; start < rows.length; start += length) yield rows.subarray(start, start + length);
}

/** The rows 0 to `count` (exclusive), `length` at a time. */
function* chunksOfAll(count: number, length: number): Generator<Uint32Array, void> {
  for (let start = 0; start < count; start += length) {
    yield Uint32Array.from({ length: Math.min(length, count - start) }, (_, i) => start + i);
  }
}

/**
 * All values in their order.
 *
 * @param rows - How many rows to read at a time. Default: those of 2^20 values.
 */
export function readThrough(source: RowSource, rows?: number): AsyncGenerator<SampleArray, void> {
  const [count, ...sample] = source.shape;
  return readAhead(source, chunksOfAll(count, rows ?? rowsPerChunk(sizeOf(sample))));
}
