/**
 * The values of a `.npy` file for as long as a program runs: what is larger than memory and can't be read row by row where
 * it is, is copied into one. It lies in the system's folder for temporary files, which the variable TMPDIR chooses.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { type FileHandle, open, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DType } from '../../../data/samples.ts';
import type { NpyHeader } from '../../../io/numpy/npyHeader.ts';
import type { Shape } from '../../../tensor/shape.ts';
import {
  type FileError,
  fileError,
  keepAtExit,
  PIECE_BYTES,
  readAt,
  removeAtExit,
} from '../../files/files.ts';

/** An open `.npy` file. */
export interface OpenNpy {
  readonly file: FileHandle;
  readonly header: NpyHeader;
  /** Closes it. A temporary file is gone then. */
  readonly close: () => Promise<void>;
}

/** What is said about a temporary file before its rows are counted. */
export interface RowType {
  /** Byte order and type, e.g. `<f8`. */
  readonly descr: string;
  readonly dtype: DType;
  /** The shape of a row. */
  readonly shape: Shape;
}

export class TemporaryNpy {
  readonly #path: string;
  readonly #original: string;
  readonly #file: FileHandle;
  #length = 0;

  private constructor(path: string, original: string, file: FileHandle) {
    this.#path = path;
    this.#original = original;
    this.#file = file;
  }

  /**
   * @param original - The path of the file that is copied, for messages.
   * @throws {FileError} If no file can be made.
   */
  static async create(original: string): Promise<TemporaryNpy> {
    const path = join(tmpdir(), `isthmus-${randomBytes(6).toString('hex')}.tmp`);
    removeAtExit(path);
    try {
      closeSync(openSync(path, 'wx', 0o600)); // at once: made later, it could appear after the clean-up at exit
      const file = await open(path, 'r+');
      // Without a name it is gone when the process ends, however that ends. Windows may keep the name until it is closed.
      await unlink(path).then(
        () => keepAtExit(path),
        () => {},
      );
      return new TemporaryNpy(path, original, file);
    } catch (cause) {
      keepAtExit(path);
      throw cannotCopy(original, cause);
    }
  }

  /**
   * Adds the bytes of the next rows. Wait for it before the next call.
   *
   * @throws {FileError} If there is no room for them, for instance.
   */
  async append(bytes: Uint8Array): Promise<void> {
    await this.write(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * Writes bytes anywhere.
   *
   * @throws {FileError} As {@link append}.
   */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const left = Math.min(PIECE_BYTES, bytes.length - done);
      const { bytesWritten } = await this.#file.write(bytes, done, left, position + done).catch((cause) => {
        throw cannotCopy(this.#original, cause);
      });
      done += bytesWritten;
    }
  }

  /**
   * Fills `bytes` with those from `position` on.
   *
   * @throws {FileError} If they can't be read.
   */
  async read<Bytes extends Uint8Array>(bytes: Bytes, position: number): Promise<Bytes> {
    await readAt(this.#original, this.#file, bytes, position);
    return bytes;
  }

  /** The file, once all rows are in it. Only the values are: its header is known without reading it. */
  opened(rows: number, { descr, dtype, shape }: RowType): OpenNpy {
    return {
      file: this.#file,
      header: { descr, spelling: descr, dtype, fortranOrder: false, shape: [rows, ...shape], dataOffset: 0 },
      close: () => this.close(),
    };
  }

  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true }).catch(() => {}); // where it has kept its name
    keepAtExit(this.#path);
  }
}

function cannotCopy(original: string, cause: unknown): FileError {
  const copy = `a copy of ${basename(original)} into ${tmpdir()} (TMPDIR chooses another folder)`;
  return fileError('write', copy, cause);
}
