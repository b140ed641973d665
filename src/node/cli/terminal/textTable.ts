/** Tables for people: numbers to as many digits as say something, in columns as wide as their cells need. */

/** From here on, and below the other, an exponent is shorter than zeros. */
const [TYPE_MAXIMUM, LEAST] = [1e6, 1e-3];

/** "0.01472", "12.3400", "3.21e+9", "4.56e-7", "0": errors in the network's units, to be compared line by line. */
export function formatNumber(value: number): string {
  return special(value) ?? (Math.abs(value) < 1 ? value.toFixed(5) : value.toPrecision(6));
}

/** "0.8095", "127.8", "314", "3.21e+9": amounts in units of their own, to four digits. */
export function formatAmount(value: number): string {
  return special(value) ?? String(Number(value.toPrecision(4)));
}

/** What has no digits, or an exponent. */
function special(value: number): string | undefined {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '-∞' : '∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  return size < LEAST || size >= TYPE_MAXIMUM ? value.toExponential(2) : undefined;
}

/** R², at most 1, to so many decimals; "–" where there is none. */
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
  /** Spaces before each column but the first, at least. @default 3 */
  readonly gap?: number;
  /** Columns to the right are at least so wide, the gap counted. @default 0 */
  readonly minimum?: number;
  /** Where the first column stands. @default 'left', as names do */
  readonly first?: 'left' | 'right';
}

/** The lines of a table, its head being the first row. Columns stand to the right; no cell touches another. */
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
