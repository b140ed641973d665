/** Tables (CSV, TSV) as samples. */

import { DataError } from '../../data/samples.ts';
import type { TableOptions } from './readOptions.ts';
import type { LoadedImages, SampleSource } from './sampleSource.ts';

export async function loadTable(_path: string, _options: TableOptions): Promise<LoadedImages> {
  throw new DataError('tables are not read.');
}

export async function openTable(
  _path: string,
  _options: TableOptions & { readonly inMemoryLimit: number },
): Promise<SampleSource> {
  throw new DataError('tables are not read.');
}
