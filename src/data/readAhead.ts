/**
 * Reads stored samples ahead of need: while one chunk of rows is used, the next two are on their way.
 * Read samples.ts first.
 */

import { formatShape, ShapeError, sizeOf } from '../tensor/shape.ts';
import type { SampleArray, StoredSamples } from './samples.ts';

/** What is read from: {@link StoredSamples}, also before their normalization is known. */
export type RowSource = Pick<StoredSamples, 'shape' | 'read'>;

/** With only one, nothing would be on its way while that one is handed over. */
const UNDER_WAY = 2;

/** How many numbers are read at a time, at least: 1 MB of bytes, 8 MB of float64. Asking costs little beside reading them. */
const CHUNK_VALUES = 2 ** 20;

interface Read {
  /** Never rejects: an error waits for whoever takes the values. */
  readonly arrival: Promise<void>;
  readonly take: () => SampleArray;
  readonly hasArrived: boolean;
}

export class ReadAhead {
  readonly #source: RowSource;
  readonly #chunks: Iterator<Uint32Array>;
  readonly #reads: Read[] = [];

  /** @param chunks - The row numbers of each chunk, in the order in which they are wanted. */
  constructor(source: RowSource, chunks: Iterable<Uint32Array>) {
    this.#source = source;
    this.#chunks = chunks[Symbol.iterator]();
    for (let i = 0; i < UNDER_WAY; i++) this.#start();
  }

  /**
   * The next chunk, `[rows.length, ...]`: as a promise only where it has not arrived, undefined after the last one.
   *
   * @throws Whatever its read failed with.
   */
  next(): SampleArray | undefined | Promise<SampleArray> {
    const [read] = this.#reads;
    if (!read) return undefined;
    return read.hasArrived ? this.#take(read) : read.arrival.then(() => this.#take(read));
  }

  /** Starts no more reads; resolves when none is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#reads.splice(0).map(({ arrival }) => arrival));
  }

  #take(read: Read): SampleArray {
    this.#reads.shift();
    this.#start();
    return read.take();
  }

  #start(): void {
    const { done, value: rows } = this.#chunks.next();
    if (!done) this.#reads.push(startRead(this.#source, rows));
  }
}

function startRead({ shape, read }: RowSource, rows: Uint32Array): Read {
  const outcome: { values?: SampleArray; error?: unknown } = {};
  const run = async () => {
    try {
      outcome.values = checked(await read(rows), [rows.length, ...shape.slice(1)]);
    } catch (error) {
      outcome.error = error;
    }
  };
  return {
    arrival: run(),
    take: () => {
      if (outcome.values === undefined) throw outcome.error;
      return outcome.values;
    },
    get hasArrived() {
      return outcome.values !== undefined || 'error' in outcome;
    },
  };
}

function checked(values: SampleArray, shape: readonly number[]): SampleArray {
  if (values.length === sizeOf(shape)) return values;
  throw new ShapeError(
    `StoredSamples.read: got ${values.length} numbers, expected ${sizeOf(shape)} for rows of shape ${formatShape(shape)}.`,
  );
}

/** How many rows to read at a time: whole batches, together at least a megabyte. */
export function rowsPerChunk(features: number, batchSize = 1): number {
  return Math.max(1, Math.ceil(CHUNK_VALUES / (features * batchSize))) * batchSize;
}

/** Consecutive pieces of some rows: views. */
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
 * All values in their order, a stretch of rows at a time.
 *
 * @param rows - How many. Default: those of a megabyte or so.
 */
export async function* readThrough(source: RowSource, rows?: number): AsyncGenerator<SampleArray, void> {
  const [count, ...sample] = source.shape;
  const ahead = new ReadAhead(source, chunksOfAll(count, rows ?? rowsPerChunk(sizeOf(sample))));
  try {
    for (let values = await ahead.next(); values; values = await ahead.next()) yield values;
  } finally {
    await ahead.close();
  }
}
