/**
 * A `.npy` file that stays on the disk: any of its rows are read when they are asked for. Read io/numpy/npyHeader.ts first
 * for where the rows lie in the file, and data/readAhead.ts, which asks for them.
 */

import { basename } from 'node:path';
import type { DType, Normalization, SampleArray, StoredSamples } from '../../data/samples.ts';
import {
  type StoredStatisticsOptions,
  statisticsOfStored,
  type ValueStatistics,
} from '../../data/statistics.ts';
import { npyMemory, readNpy } from '../../io/numpy/npy.ts';
import { itemSizeOf, NPY_HEAD_LENGTH, npyHeaderOfRows, parseNpyHeader } from '../../io/numpy/npyHeader.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { FileError, inFile, openToRead, readAt } from '../files/files.ts';
import type { SampleSource } from './sampleSource.ts';
import { copyInCOrder, isScattered } from './stored/fortranNpy.ts';
import { type Run, readRuns } from './stored/readRuns.ts';
import type { OpenNpy } from './stored/temporaryNpy.ts';

export class NpyFile implements SampleSource<StoredSamples> {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The name without folders. */
  readonly source: string;
  readonly memory: number;
  readonly isStored = true;
  readonly #path: string;
  readonly #npy: OpenNpy;
  readonly #valuesPerRow: number;
  readonly #bytesPerRow: number;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(path: string, npy: OpenNpy) {
    const { shape, dtype } = npy.header;
    this.#path = path;
    this.#npy = npy;
    this.shape = shape;
    this.dtype = dtype;
    this.source = basename(path);
    this.memory = npyMemory(npy.header);
    this.#valuesPerRow = sizeOf(shape.slice(1));
    this.#bytesPerRow = this.#valuesPerRow * itemSizeOf(dtype);
  }

  /**
   * Opens a file; {@link close} closes it. In Fortran order the values of a row are scattered: such a file is copied into a
   * temporary one in C order first, which is gone after it is closed.
   *
   * @throws {FileError} If it can't be read, or not be copied.
   * @throws {FormatError} If it is no `.npy` file, or is damaged.
   */
  static async open(path: string): Promise<NpyFile> {
    const npy = await openNpy(path);
    if (!isScattered(npy.header)) return new NpyFile(path, npy);
    try {
      return new NpyFile(path, await copyInCOrder(path, npy));
    } finally {
      await npy.close();
    }
  }

  /**
   * What was copied into a temporary file.
   *
   * @param path - That of the original, for messages.
   */
  static ofCopy(path: string, copy: OpenNpy): NpyFile {
    return new NpyFile(path, copy);
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
    await this.#npy.close();
  }

  async #read(rows: Uint32Array): Promise<SampleArray> {
    // What is read becomes a small .npy file, so that the values are made by the same code as those of a whole one.
    const [width, rowBytes] = [this.#valuesPerRow, this.#bytesPerRow];
    const { file, header } = this.#npy;
    const head = npyHeaderOfRows(header, rows.length);
    const bytes = new Uint8Array(head.length + rows.length * rowBytes);
    bytes.set(head);
    const numberOf = (i: number) => rows[Math.floor(i / width)] * width + (i % width);
    await readRuns(this.#path, file, runsOf(rows, header.dataOffset, rowBytes, bytes.subarray(head.length)));
    try {
      return readNpy(bytes, { numberOf }).data;
    } catch (error) {
      throw inFile(this.#path, error as Error);
    }
  }
}

/**
 * How many bytes a `.npy` file takes in memory while it is read as a whole.
 *
 * @throws {FileError} If it can't be read.
 * @throws {FormatError} If it is no `.npy` file, or is damaged.
 */
export async function memoryOfNpy(path: string): Promise<number> {
  const { header, close } = await openNpy(path);
  await close();
  return npyMemory(header);
}

async function openNpy(path: string): Promise<OpenNpy> {
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    const head = await readAt(path, file, new Uint8Array(Math.min(NPY_HEAD_LENGTH, size)), 0);
    return { file, header: parseNpyHeader(head, size), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw inFile(path, error as Error);
  }
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
