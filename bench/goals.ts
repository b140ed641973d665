/** A figure that a benchmark measured, and the bound that it must keep; and the same of several runs. */

import { median } from './harness/contest.ts';
import { formatNumber } from './harness/report.ts';

export interface Goal {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  /** Whether the bound is a maximum; else it is a minimum. */
  readonly isMaximum: boolean;
  readonly ok: boolean;
}

// By `<=` and `>=`, so that NaN does not pass.
export function atMost(name: string, value: number, bound: number): Goal {
  return { name, value, bound, isMaximum: true, ok: value <= bound };
}

export function atLeast(name: string, value: number, bound: number): Goal {
  return { name, value, bound, isMaximum: false, ok: value >= bound };
}

/** `value` is the median of the runs. */
export interface GoalOfRuns extends Goal {
  readonly lowest: number;
  readonly highest: number;
}

/** What `--runs` says. @throws {Error} If it is no integer from 1 on. */
export function parseRuns(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs is '${text}', expected an integer ≥ 1.`);
  return runs;
}

/** Each goal by its median. A run in which it was not measured does not count. */
export function overRuns(runs: readonly (readonly Goal[])[]): GoalOfRuns[] {
  const all = runs.flat();
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const goals = all.filter((goal) => goal.name === name);
    const values = goals.map(({ value }) => value);
    const { bound, isMaximum } = goals[0];
    const goal = (isMaximum ? atMost : atLeast)(name, median(values), bound);
    return { ...goal, lowest: Math.min(...values), highest: Math.max(...values) };
  });
}

/** A table with a line for each goal; the range only where several runs differ. */
export function formatGoals(goals: readonly GoalOfRuns[]): string {
  const rows = goals.map(({ name, value, bound, isMaximum, lowest, highest, ok }) => [
    name,
    `${isMaximum ? '≤' : '≥'} ${formatNumber(bound)}`,
    formatNumber(value),
    lowest === highest ? '' : `${formatNumber(lowest)} to ${formatNumber(highest)}`,
    ok ? 'ok' : 'missed',
  ]);
  const all = [['goals', 'bound', 'reached', 'range of runs', ''], ...rows];
  const widths = all[0].map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const pad = (cell: string, i: number): string =>
    i === 0 || i === 4 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]);
  return all.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}
