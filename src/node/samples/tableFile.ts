/**
 * Tables of text on the disk (`.csv`, `.tsv`): in memory while they fit, else copied as numbers into a temporary file, from
 * which rows are read when they are asked for. Needs the optional package papaparse. Read io/table/tableReader.ts first.
 */

import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DType, Normalization, SampleArray, StoredSamples } from '../../data/samples.ts';
import {
  type StoredStatisticsOptions,
  statisticsOfStored,
  type ValueStatistics,
} from '../../data/statistics.ts';
import { itemSizeOf } from '../../io/numpy/npyHeader.ts';
import type { TableOptions } from '../../io/table/columns.ts';
import type { TableFacts } from '../../io/table/facts.ts';
import { TableReader, tableOf } from '../../io/table/tableReader.ts';
import { fileError, inFile } from '../files/files.ts';
import { NpyFile } from './npyFile.ts';
import type { OnProgress } from './readOptions.ts';
import { type LoadedImages, type SampleFacts, type SampleSource, SamplesInMemory } from './sampleSource.ts';
import { TemporaryNpy } from './stored/temporaryNpy.ts';

const PIECE_BYTES = 2 ** 20;

/** Values in memory are there twice when they are put together: in pieces, and in one. */
const COPIES = 2;

/**
 * Loads a table into memory, `[rows, features]`.
 *
 * @throws {FileError} If the file can't be read.
 * @throws {FormatError} If it is no table, or a cell holds no number: with line and column.
 * @throws {DataError} If no row or no column of numbers is in it, or the options don't go with it.
 */
export async function loadTable(
  path: string,
  options: TableOptions = {},
  onProgress?: OnProgress,
): Promise<LoadedImages> {
  const pieces: Float64Array[] = [];
  const onRows = async (values: Float64Array) => void pieces.push(values);
  const facts = await readRows(path, options, { onRows, onProgress });
  return loadedOf(path, pieces, facts);
}

/**
 * Opens a table. Its text is read once; values that take more than `inMemoryLimit` bytes go into a temporary file.
 *
 * @returns The same values as {@link loadTable}. To be closed by its `close`.
 * @throws As {@link loadTable}; the message names the file. Nothing is left behind then.
 */
export async function openTable(
  path: string,
  { inMemoryLimit, ...options }: TableOptions & { readonly inMemoryLimit: number },
  onProgress?: OnProgress,
): Promise<SampleSource> {
  const pieces: Float64Array[] = [];
  let bytes = 0;
  let copy: TemporaryNpy | undefined;
  try {
    const onRows = async (values: Float64Array) => {
      pieces.push(values);
      bytes += values.byteLength;
      if (COPIES * bytes <= inMemoryLimit) return;
      copy ??= await TemporaryNpy.create(path);
      for (const { buffer, byteOffset, byteLength } of pieces.splice(0)) {
        await copy.append(new Uint8Array(buffer, byteOffset, byteLength));
      }
    };
    const facts = await readRows(path, options, { onRows, onProgress });
    if (!copy) return new SamplesInMemory(loadedOf(path, pieces, facts));
    const row = { descr: '<f8', dtype: 'f8', shape: [facts.features] } as const;
    return new StoredTable(path, NpyFile.ofCopy(path, copy.opened(facts.rows, row)), facts);
  } catch (error) {
    await copy?.close();
    throw inFile(path, error as Error);
  }
}

/** The rows of a table in a temporary file, as float64. They get their type, and their missing values, when they are read. */
class StoredTable implements SampleSource<StoredSamples> {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly source: string;
  readonly featureNames: SampleFacts['featureNames'];
  readonly labels: SampleFacts['labels'];
  readonly form: SampleFacts['form'];
  readonly notes: SampleFacts['notes'];
  readonly isStored = true;
  readonly #copy: NpyFile;
  readonly #finish: TableFacts['finish'];

  constructor(path: string, copy: NpyFile, facts: TableFacts) {
    const { source, featureNames, labels, form, notes } = sampleFacts(path, facts);
    this.shape = copy.shape;
    this.dtype = facts.dtype;
    this.source = source;
    this.featureNames = featureNames;
    this.labels = labels;
    this.form = form;
    this.notes = notes;
    this.#copy = copy;
    this.#finish = facts.finish;
  }

  get memory(): number {
    return this.shape[0] * this.shape[1] * itemSizeOf(this.dtype);
  }

  statistics(options?: StoredStatisticsOptions): Promise<ValueStatistics> {
    return statisticsOfStored(this, options);
  }

  samples(normalization: Normalization): StoredSamples {
    return { shape: this.shape, normalization, read: this.read };
  }

  /**
   * The values of these rows, in this order: `[rows.length, features]`.
   *
   * @throws {FileError} If the temporary file can't be read, or is closed.
   */
  readonly read = async (rows: Uint32Array): Promise<SampleArray> =>
    this.#finish((await this.#copy.read(rows)) as Float64Array);

  close(): Promise<void> {
    return this.#copy.close();
  }
}

interface Observers {
  /** Is given the values of all rows, one piece after the other. */
  readonly onRows: (values: Float64Array) => Promise<void>;
  readonly onProgress: OnProgress | undefined;
}

async function readRows(
  path: string,
  options: TableOptions,
  { onRows, onProgress }: Observers,
): Promise<TableFacts> {
  const reader = new TableReader(options);
  const file = await open(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  try {
    const { size } = await file.stat();
    const piece = new Uint8Array(PIECE_BYTES);
    for (let done = 0; ; ) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null).catch((cause) => {
        throw fileError('read', path, cause);
      });
      if (bytesRead === 0) break;
      await onRows(reader.add(piece.subarray(0, bytesRead)));
      done += bytesRead;
      onProgress?.(Math.min(1, done / size));
    }
    const { values, facts } = reader.end();
    await onRows(values);
    return facts;
  } finally {
    await file.close();
  }
}

function loadedOf(path: string, pieces: readonly Float64Array[], facts: TableFacts): LoadedImages {
  const { shape, data, dtype } = tableOf(pieces, facts);
  return { shape, data, dtype, ...sampleFacts(path, facts) };
}

function sampleFacts(path: string, facts: TableFacts): SampleFacts {
  const { columns, features, featureNames, classes, form, notes } = facts;
  const count = features === columns ? `${columns}` : `${features} of ${columns}`;
  return {
    source: `${basename(path)}, ${count} ${columns === 1 ? 'column' : 'columns'}`,
    featureNames,
    labels: classes,
    form,
    notes,
  };
}
