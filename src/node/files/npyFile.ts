/**
 * A `.npy` file that is not read as a whole: some of its rows at a time, from wherever they lie.
 * Read io/numpy/npyHeader.ts and data/readAhead.ts first, which asks for the rows.
 */

import { createHash } from 'node:crypto';
import { read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RowSource } from '../../data/readAhead.ts';
import type { DType, NumericArray, SampleArray } from '../../data/samples.ts';
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

/** Neighbouring rows, to be read in one go. */
interface Run {
  /** Where they lie in the file, in bytes; exact in float64, far beyond 4 GiB. */
  readonly position: number;
  /** Where they go. */
  readonly target: Uint8Array;
}

export class NpyFile implements RowSource {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #header: NpyHeader;
  /** Of one row. */
  readonly #values: number;
  readonly #bytes: number;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(path: string, file: FileHandle, header: NpyHeader) {
    this.#path = path;
    this.#file = file;
    this.#header = header;
    this.shape = header.shape;
    this.dtype = header.dtype;
    this.#values = sizeOf(header.shape.slice(1));
    this.#bytes = this.#values * itemSizeOf(header.dtype);
  }

  /**
   * Opens a file, to be closed by {@link close}.
   *
   * @throws {FileError} If it can't be read.
   * @throws {FormatError} If it is no `.npy` file, is damaged, or is in Fortran order, where a row lies all over the file.
   */
  static async open(path: string): Promise<NpyFile> {
    const [file, header] = await openNpy(path);
    try {
      requireRows(path, header);
      return new NpyFile(path, file, header);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** How many bytes it would take in memory. */
  get memory(): number {
    return npyMemory(this.#header);
  }

  /** For people: the name without folders. */
  get source(): string {
    return basename(this.#path);
  }

  /**
   * The values of these rows, in this order, as `readNpy` gives them: `[rows.length, ...]`.
   *
   * @throws {FileError} If the file can't be read any more, or became shorter.
   * @throws {FormatError} If an `u8` or `i8` value is beyond ±2^53.
   */
  readonly read = async (rows: Uint32Array): Promise<SampleArray> => {
    // The number of an open file may belong to another one after that.
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
    const head = npyHeaderOfRows(this.#header, rows.length);
    const file = new Uint8Array(head.length + rows.length * this.#bytes);
    file.set(head);
    const numberOf = (i: number) => rows[Math.floor(i / this.#values)] * this.#values + (i % this.#values);
    await this.#readRuns(runsOf(rows, this.#header.dataOffset, this.#bytes, file.subarray(head.length)));
    try {
      return readNpy(file, { numberOf }).data;
    } catch (error) {
      throw inFile(this.#path, error as Error);
    }
  }

  /**
   * All at a time, by the four threads of Node's pool: from a disk that is twice as fast as one read after the other, and
   * the calling thread goes on computing. With callbacks, which cost it about 1.2 µs a row.
   */
  #readRuns(runs: readonly Run[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = runs.length;
      let failure: Error | undefined;
      // Also after an error all are waited for: they write into memory, and into a file that may be closed next.
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

function requireRows(path: string, { fortranOrder }: NpyHeader): void {
  if (!fortranOrder) return;
  throw new FormatError(
    `${path}: the array is in Fortran order, which can't be read batch by batch: save np.ascontiguousarray(arr), or let it into memory.`,
  );
}

/** Neighbours in the list that are neighbours in the file become one run. */
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

/** A short name for a data set's contents: the same values give the same one, from memory and from a file. */

/** Node's hash takes less than 2 GiB at a time. */
const HASH_PIECE_BYTES = 2 ** 30;

const HEX_DIGITS = 32;

/** SHA-256 over shape, dtype and the values' bytes as they lie in memory: row-major, little-endian, after conversion. */
export class Fingerprint {
  readonly #hash = createHash('sha256');

  constructor({ shape, dtype }: Pick<NumericArray, 'shape' | 'dtype'>) {
    this.#hash.update(JSON.stringify({ shape, dtype }));
  }

  /** The next values, in their order. */
  add({ buffer, byteOffset, byteLength }: SampleArray): void {
    for (let start = 0; start < byteLength; start += HASH_PIECE_BYTES) {
      const length = Math.min(HASH_PIECE_BYTES, byteLength - start);
      this.#hash.update(new Uint8Array(buffer, byteOffset + start, length));
    }
  }

  /** `sha256:` and 32 hexadecimal digits. To be called once, at the end. */
  digest(): string {
    return `sha256:${this.#hash.digest('hex').slice(0, HEX_DIGITS)}`;
  }
}
