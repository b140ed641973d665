/** The profile's table: a line for each operation, one for the time outside of kernels, one for the step. Read stepProfile.ts first. */

import { formatNumber } from '../harness/report.ts';
import type { Profile } from './stepProfile.ts';
import type { OperationTime } from './stepRecorder.ts';

const COLUMNS = [
  ['operation', 30, 'left'],
  ['calls', 5, 'right'],
  ['µs a step', 9, 'right'],
  ['share', 6, 'right'],
  ['', 20, 'left'],
  ['rate', 18, 'right'],
] as const;

const BAR = 3;

function formatLine(cells: readonly string[]): string {
  const padded = COLUMNS.map(([, width, align], i) =>
    align === 'left' ? cells[i].padEnd(width) : cells[i].padStart(width),
  );
  return padded.join('  ').trimEnd();
}

const RULE = COLUMNS.map(([, width]) => '─'.repeat(width)).join('──');

export function formatProfile(profile: Profile): string {
  const { operations, usPerStep, samplesPerStep } = profile;
  const longest = Math.max(...operations.map((one) => one.usPerStep), outsideOf(profile));
  const line = (name: string, calls: string, us: number, rate: string): string => {
    const bar = '█'.repeat(Math.round((COLUMNS[BAR + 1][1] * Math.max(us, 0)) / longest));
    return formatLine([name, calls, formatMicroseconds(us), formatShare(us / usPerStep), bar, rate]);
  };
  const samplesRate = `${formatNumber((samplesPerStep / usPerStep) * 1e6)} samples/s`;
  return [
    formatLine(COLUMNS.map(([title]) => title)),
    RULE,
    ...operations.map((one) => line(one.label, String(one.callsPerStep), one.usPerStep, formatRate(one))),
    line('outside of kernels', '', outsideOf(profile), ''),
    RULE,
    formatLine(['a step', '', formatMicroseconds(usPerStep), formatShare(1), '', samplesRate]),
  ].join('\n');
}

export const PROFILE_LEGEND = `\
operation  a kernel and its sizes: m x n x k of a product, rows x columns, or the number of elements
rate       of a product, operations; of the rest, bytes: every array read or written once
outside    shuffling, bookkeeping, JavaScript between kernels, and what timing them costs
All are averages over the faster half of the steps: the slower ones were disturbed.`;

function outsideOf({ operations, usPerStep }: Profile): number {
  return usPerStep - operations.reduce((sum, one) => sum + one.usPerStep, 0);
}

function formatMicroseconds(us: number): string {
  return us >= 100 ? formatNumber(us, Math.ceil(Math.log10(us + 1))) : us.toFixed(1);
}

function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** In units of 1e9 a second: GFLOP/s or GB/s. */
function rateOf({ work, callsPerStep, usPerStep }: OperationTime): number {
  return (work.amount * callsPerStep) / (1000 * usPerStep);
}

function formatRate(one: OperationTime): string {
  return `${formatNumber(rateOf(one))} G${one.work.unit}/s`;
}

/** For --json: an object for each line of the table. */
export function profileRecords(profile: Profile): object[] {
  const { operations, usPerStep, samplesPerStep } = profile;
  const outside = outsideOf(profile);
  return [
    ...operations.map((one) => ({
      operation: one.label,
      callsPerStep: one.callsPerStep,
      usPerStep: one.usPerStep,
      share: one.usPerStep / usPerStep,
      rate: rateOf(one),
      unit: `G${one.work.unit}/s`,
    })),
    { operation: 'outside of kernels', usPerStep: outside, share: outside / usPerStep },
    {
      operation: 'a step',
      usPerStep,
      share: 1,
      rate: (samplesPerStep / usPerStep) * 1e6,
      unit: 'samples/s',
    },
  ];
}
