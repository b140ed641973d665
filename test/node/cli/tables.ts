/** A table as CSV with names, classes and a column of words: what tests of commands on tables read. */

import { Random } from '../../../src/tensor/random.ts';

export const COLUMNS = ['temp', 'pressure', 'wind', 'share'] as const;

const UNITS = [
  { shift: 20, scale: 5, of: [1, 0] },
  { shift: 101_325, scale: 800, of: [0.6, -0.8] },
  { shift: 3, scale: 1.5, of: [0, 1] },
  { shift: 0.5, scale: 0.1, of: [-1, 0.2] },
];

export interface CsvOptions {
  readonly count?: number;
  readonly seed?: number;
  /** The columns in another order, or fewer of them. */
  readonly columns?: readonly string[];
  readonly classes?: readonly string[];
  /** What stands in the cell of this row and column in place of its number. */
  readonly cells?: Readonly<Record<string, string>>;
}

/** `day,temp,pressure,wind,share,species` */
export function csv({
  count = 60,
  seed = 1,
  columns = COLUMNS,
  classes = ['calm', 'stormy'],
  cells = {},
}: CsvOptions = {}): string {
  const random = new Random(seed);
  const rows = Array.from({ length: count }, (_, i) => {
    const [a, b] = [random.normal() + 3 * (i % classes.length), random.normal()];
    const values = UNITS.map(({ shift, scale, of }) =>
      (shift + scale * (of[0] * a + of[1] * b + 0.1 * random.normal())).toPrecision(7),
    );
    const chosen = columns.map(
      (name) => cells[`${i},${name}`] ?? values[(COLUMNS as readonly string[]).indexOf(name)],
    );
    return [`2026-01-${1 + (i % 28)}`, ...chosen, classes[i % classes.length]].join(',');
  });
  return `${[['day', ...columns, 'species'].join(','), ...rows].join('\n')}\n`;
}
