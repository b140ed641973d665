/** Tables for people: numbers with the digits that matter, in columns as wide as their cells. */

/** Numbers outside of this range are written with an exponent. */
const [SMALLEST_PLAIN, FIRST_WITH_EXPONENT] = [1e-3, 1e6];

/** "0.01472", "12.3400", "3.21e+9", "4.56e-7", "0": errors in the network's units, which are compared line by line. */
export function formatNumber(value: number): string {
  return special(value) ?? (Math.abs(value) < 1 ? value.toFixed(5) : value.toPrecision(6));
}

/** "0.8095", "127.8", "314", "3.21e+9": amounts in the units of the data, to four digits. */
export function formatAmount(value: number): string {
  return special(value) ?? String(Number(value.toPrecision(4)));
}

/** Numbers that are written without digits, or with an exponent; undefined for all others. */
function special(value: number): string | undefined {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '-∞' : '∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  return size < SMALLEST_PLAIN || size >= FIRST_WITH_EXPONENT ? value.toExponential(2) : undefined;
}

/** R², at most 1, with this number of decimals; "–" if it is not known. */
export function formatR2(r2: number | null | undefined, decimals = 4): string {
  if (r2 === null || r2 === undefined || !Number.isFinite(r2)) return '–';
  return r2 > -100 ? r2.toFixed(decimals) : formatNumber(r2);
}

/** "61 %", "0.4 %": a share from 0 to 1. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 0.05) return '<0.1 %';
  return `${percent.toFixed(percent > 0 && percent < 0.95 ? 1 : 0)} %`;
}

export interface TableOptions {
  /** The minimum number of spaces between two columns. @default 3 */
  readonly gap?: number;
  /** The minimum width of the columns, gap included; names on the left are as wide as they are. @default 0 */
  readonly minimum?: number;
  /** How the first column is aligned. @default 'left', for names */
  readonly first?: 'left' | 'right';
}

/** The lines of a table; its first row is the head. Columns are aligned to the right. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { gap = 3, minimum = 0, first = 'left' }: TableOptions = {},
): string[] {
  const widths = rows[0].map((_, j) => rows.reduce((width, row) => Math.max(width, row[j].length), 0));
  return rows.map((row) =>
    row
      .map((cell, j) => {
        if (j > 0) return cell.padStart(Math.max(minimum, widths[j] + gap));
        return first === 'left' ? cell.padEnd(widths[0]) : cell.padStart(Math.max(minimum, widths[0]));
      })
      .join(''),
  );
}
