/**
 * Tables of text on the disk (`.csv`, `.tsv`): in memory while they fit, else copied as numbers into a temporary file, from
 * which rows are read when they are asked for. Needs the optional package papaparse. Read io/table/tableReader.ts first.
 */

import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { tableOf } from '../../io/table/readTable.ts';
import { type TableFacts, TableReader } from '../../io/table/tableReader.ts';
import { fileError, inFile } from './files.ts';
import type { TableOptions } from './readOptions.ts';
import type { LoadedImages, SampleFacts, SampleSource } from './sampleSource.ts';
import { SamplesInMemory } from './sampleSource.ts';

const PIECE_BYTES = 2 ** 20;

/**
 * Loads a table into memory, `[rows, features]`.
 *
 * @throws {FileError} If the file can't be read.
 * @throws {FormatError} If it is no table, or a cell holds no number: with line and column.
 * @throws {DataError} If no row or no column of numbers is in it.
 */
export async function loadTable(path: string, options: TableOptions = {}): Promise<LoadedImages> {
  const pieces: Float64Array[] = [];
  const facts = await readRows(path, new TableReader(options), (values) => pieces.push(values));
  const { shape, data, dtype } = tableOf(pieces, facts);
  return { shape, data, dtype, ...sampleFacts(path, facts) };
}

export async function openTable(
  path: string,
  { inMemoryLimit: _, ...options }: TableOptions & { readonly inMemoryLimit: number },
): Promise<SampleSource> {
  try {
    return new SamplesInMemory(await loadTable(path, options));
  } catch (error) {
    throw inFile(path, error as Error);
  }
}

/** @param onRows - Is given the values of all rows, one piece after the other. */
async function readRows(
  path: string,
  reader: TableReader,
  onRows: (values: Float64Array) => unknown,
): Promise<TableFacts> {
  const file = await open(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  try {
    const piece = new Uint8Array(PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null).catch((cause) => {
        throw fileError('read', path, cause);
      });
      if (bytesRead === 0) break;
      await onRows(reader.add(piece.subarray(0, bytesRead)));
    }
    const { values, facts } = reader.end();
    await onRows(values);
    return facts;
  } finally {
    await file.close();
  }
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
