/**
 * Tables of text on the disk (`.csv`, `.tsv`): in memory while they fit, else copied as numbers into a temporary file, from
 * which rows are read when they are asked for. Needs the optional package papaparse. Read io/table/tableReader.ts first.
 */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { StoredSamples } from '../../data/samples.ts';
import { statisticsOfStored } from '../../data/statistics.ts';
import { itemSizeOf } from '../../io/numpy/npyHeader.ts';
import type { TableOptions } from '../../io/table/columns.ts';
import type { TableFacts } from '../../io/table/facts.ts';
import { TableReader, tableOf } from '../../io/table/tableReader.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { fileError, inFile, readPieces } from '../files/files.ts';
import { NpyFile } from './npyFile.ts';
import type { OnProgress } from './readOptions.ts';
import { type LoadedImages, type SampleFacts, type SampleSource, samplesInMemory } from './sampleSource.ts';
import { TemporaryNpy } from './stored/temporaryNpy.ts';

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
    if (!copy) return samplesInMemory(loadedOf(path, pieces, facts));
    const row = { descr: '<f8', dtype: 'f8', shape: [facts.features] } as const;
    return storedTable(path, NpyFile.ofCopy(path, copy.opened(facts.rows, row)), facts);
  } catch (error) {
    await copy?.close();
    throw inFile(path, error as Error);
  }
}

/** The rows of a table in a temporary file, as float64. They get their type, and their missing values, when they are read. */
function storedTable(path: string, copy: NpyFile, facts: TableFacts): SampleSource<StoredSamples> {
  const { shape } = copy;
  const { dtype, finish } = facts;
  const read = async (rows: Uint32Array) => finish((await copy.read(rows)) as Float64Array);
  return {
    ...sampleFacts(path, facts),
    shape,
    dtype,
    isStored: true,
    memory: sizeOf(shape) * itemSizeOf(dtype),
    statistics: (options) => statisticsOfStored({ shape, read }, options),
    samples: (normalization) => ({ shape, normalization, read }),
    close: () => copy.close(),
  };
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
  const { size } = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  let done = 0;
  for await (const piece of readPieces(path)) {
    await onRows(reader.add(piece));
    done += piece.length;
    onProgress?.(Math.min(1, done / size));
  }
  const { values, facts } = reader.end();
  await onRows(values);
  return facts;
}

function loadedOf(path: string, pieces: readonly Float64Array[], facts: TableFacts): LoadedImages {
  const { shape, data, dtype } = tableOf(pieces, facts);
  return { shape, data, dtype, ...sampleFacts(path, facts) };
}

function sampleFacts(path: string, facts: TableFacts): SampleFacts {
  const { columns, features, featureNames, classes, form, lineOf, notes } = facts;
  const count = features === columns ? `${columns}` : `${features} of ${columns}`;
  return {
    source: `${basename(path)}, ${count} ${columns === 1 ? 'column' : 'columns'}`,
    featureNames,
    labels: classes,
    form,
    places: { kind: 'line', of: lineOf },
    notes,
  };
}
