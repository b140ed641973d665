/** A whole table in memory. tableReader.ts reads larger ones piece by piece. */

import type { NumericArray } from '../../data/samples.ts';
import type { TableFacts } from './facts.ts';
import { joined, TableReader, type TableReadOptions } from './tableReader.ts';

export type Table = NumericArray & Omit<TableFacts, 'finish'>;

/**
 * @param bytes - The file: CSV, TSV and the like.
 * @returns The rows as samples, `[rows, features]`.
 * @throws As {@link TableReader.add}.
 */
export function readTable(bytes: Uint8Array, options: TableReadOptions = {}): Table {
  const reader = new TableReader(options);
  const start = reader.add(bytes);
  const { values, facts } = reader.end();
  return tableOf([start, values], facts);
}

/** @param pieces - What the reader gave, from the first to the last. */
export function tableOf(pieces: readonly Float64Array[], { finish, ...facts }: TableFacts): Table {
  return { shape: [facts.rows, facts.features], data: finish(joined(pieces)), ...facts };
}
