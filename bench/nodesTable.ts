/** `npm run bench` of several versions of Node in one table. */

import { median } from './harness/contest.ts';
import { formatNumber } from './harness/report.ts';

/** A line of `npm run bench -- --json`. */
export interface BenchRecord {
  readonly what: string;
  readonly shape: string;
  readonly by: string;
  readonly rate: number;
  readonly unit: string;
  readonly ratio: number;
}

/** What one version of Node measured, in each of its runs. */
export interface Column {
  readonly version: string;
  readonly runs: readonly (readonly BenchRecord[])[];
}

/** The head and the rows of the table: rate and, in brackets, the ratio to the baseline; medians of the runs. */
export function nodesTable(columns: readonly Column[]): { head: string[]; rows: string[][] } {
  const nameOf = ({ what, shape, by, unit }: BenchRecord): string => `${what} ${shape}, ${by}, ${unit}`;
  const names = new Set(columns.flatMap(({ runs }) => runs.flat().map(nameOf)));
  const cellOf = (name: string, { runs }: Column): string => {
    const records = runs.flat().filter((record) => nameOf(record) === name);
    if (records.length === 0) return '–';
    const [rate, ratio] = (['rate', 'ratio'] as const).map((key) =>
      formatNumber(median(records.map((record) => record[key]))),
    );
    return `${rate} (${ratio})`;
  };
  return {
    head: ['', ...columns.map(({ version }) => version)],
    rows: [...names].map((name) => [name, ...columns.map((column) => cellOf(name, column))]),
  };
}
