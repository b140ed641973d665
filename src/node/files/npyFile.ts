/**
 * A `.npy` file that stays on the disk: any of its rows are read when they are asked for. Read io/numpy/npyHeader.ts first
 * for where the rows lie in the file, and data/readAhead.ts, which asks for them.
 */

import { read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DType, Normalization, SampleArray, StoredSamples } from '../../data/samples.ts';
import {
  type StoredStatisticsOptions,
  statisticsOfStored,
  type ValueStatistics,
} from '../../data/statistics.ts';
import { FormatError } from '../../io/errors.ts';
import { npyMemory, readNpy } from '../../io/numpy/npy.ts';
import {
  itemSizeOf,
  NPY_HEAD_LENGTH,
  type NpyHeader,
  npyHeaderOfRows,
  parseNpyHeader,
} from '../../io/numpy/npyHeader.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { becameShorter, FileError, fileError, inFile, PIECE_BYTES, readAt } from './files.ts';
import type { SampleSource } from './sampleSource.ts';

/** Rows that lie next to each other, read with one call. */
interface Run {
  /** The first byte in the file; a float64 counts bytes exactly far beyond 4 GiB. */
  readonly position: number;
  /** Where the bytes go. */
  readonly target: Uint8Array;
}

export class NpyFile implements SampleSource<StoredSamples> {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly isRounded = false;
  readonly isStored = true;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #header: NpyHeader;
  readonly #valuesPerRow: number;
  readonly #bytesPerRow: number;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(path: string, file: FileHandle, header: NpyHeader) {
    this.#path = path;
    this.#file = file;
    this.#header = header;
    this.shape = header.shape;
    this.dtype = header.dtype;
    this.#valuesPerRow = sizeOf(header.shape.slice(1));
    this.#bytesPerRow = this.#valuesPerRow * itemSizeOf(header.dtype);
  }

  /**
   * Opens a file; {@link close} closes it.
   *
   * @throws {FileError} If it can't be read.
   * @throws {FormatError} If it is no `.npy` file, is damaged, or is in Fortran order, where the values of a row are scattered.
   */
  static async open(path: string): Promise<NpyFile> {
    const [file, header] = await openNpy(path);
    try {
      requireRowsInOnePiece(path, header);
      return new NpyFile(path, file, header);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The name without folders. */
  get source(): string {
    return basename(this.#path);
  }

  get memory(): number {
    return npyMemory(this.#header);
  }

  statistics(options?: StoredStatisticsOptions): Promise<ValueStatistics> {
    return statisticsOfStored(this, options);
  }

  samples(normalization: Normalization): StoredSamples {
    return { shape: this.shape, normalization, read: this.read };
  }

  /**
   * The values of these rows, in this order, as `readNpy` gives them: `[rows.length, ...]`.
   *
   * @throws {FileError} If the file can't be read any more, became shorter, or is closed.
   * @throws {FormatError} If an `u8` or `i8` value is beyond ±2^53.
   */
  readonly read = async (rows: Uint32Array): Promise<SampleArray> => {
    // Once it is closed, the system may give the number of this open file to another one.
    if (this.#isClosed) throw new FileError(`can't read ${this.#path}: it is closed already.`);
    const reading = this.#read(rows);
    this.#underWay.add(reading);
    try {
      return await reading;
    } finally {
      this.#underWay.delete(reading);
    }
  };

  /** Resolves when no read is under way and the file is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    await this.#file.close();
  }

  async #read(rows: Uint32Array): Promise<SampleArray> {
    // What is read becomes a small .npy file, so that the values are made by the same code as those of a whole one.
    const [width, rowBytes] = [this.#valuesPerRow, this.#bytesPerRow];
    const head = npyHeaderOfRows(this.#header, rows.length);
    const file = new Uint8Array(head.length + rows.length * rowBytes);
    file.set(head);
    const numberOf = (i: number) => rows[Math.floor(i / width)] * width + (i % width);
    await this.#readRuns(runsOf(rows, this.#header.dataOffset, rowBytes, file.subarray(head.length)));
    try {
      return readNpy(file, { numberOf }).data;
    } catch (error) {
      throw inFile(this.#path, error as Error);
    }
  }

  /**
   * Asks for all runs at once, so that the four threads of Node's pool read them: twice as fast from a disk as one read
   * after the other, while the calling thread goes on computing. A callback costs that thread about 1.2 µs a row.
   */
  #readRuns(runs: readonly Run[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = runs.length;
      let failure: Error | undefined;
      // After an error the other reads are waited for, too: they use this memory, and the file, which may be closed next.
      const onDone = (error?: Error) => {
        failure ??= error;
        if (--left > 0) return;
        if (failure) reject(failure);
        else resolve();
      };
      if (left === 0) resolve();
      for (const run of runs) this.#readRun(run, onDone);
    });
  }

  #readRun({ position, target }: Run, onDone: (error?: Error) => void): void {
    const length = Math.min(PIECE_BYTES, target.length);
    read(this.#file.fd, target, 0, length, position, (cause, bytesRead) => {
      if (cause) return onDone(fileError('read', this.#path, cause));
      if (bytesRead === 0) return onDone(becameShorter(this.#path));
      if (bytesRead === target.length) return onDone();
      this.#readRun({ position: position + bytesRead, target: target.subarray(bytesRead) }, onDone);
    });
  }
}

/**
 * How many bytes a `.npy` file takes in memory while it is read as a whole.
 *
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it is no `.npy` file, or is damaged.
 */
export async function memoryOfNpy(path: string): Promise<number> {
  const [file, header] = await openNpy(path);
  await file.close();
  return npyMemory(header);
}

async function openNpy(path: string): Promise<[FileHandle, NpyHeader]> {
  const file = await open(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  try {
    const { size } = await file.stat();
    const head = await readAt(path, file, new Uint8Array(Math.min(NPY_HEAD_LENGTH, size)), 0);
    return [file, parseNpyHeader(head, size)];
  } catch (error) {
    await file.close();
    throw inFile(path, error as Error);
  }
}

function requireRowsInOnePiece(path: string, { fortranOrder }: NpyHeader): void {
  if (!fortranOrder) return;
  throw new FormatError(
    `${path}: the array is in Fortran order, which can't be read batch by batch: save np.ascontiguousarray(arr).`,
  );
}

/** Rows that follow each other both in the list and in the file become one run. */
function runsOf(rows: Uint32Array, dataOffset: number, rowBytes: number, target: Uint8Array): Run[] {
  const runs: Run[] = [];
  for (let start = 0, end = 0; start < rows.length; start = end) {
    end = start + 1;
    while (end < rows.length && rows[end] === rows[end - 1] + 1) end++;
    const position = dataOffset + rows[start] * rowBytes;
    runs.push({ position, target: target.subarray(start * rowBytes, end * rowBytes) });
  }
  return runs;
}
