/** What the benchmark prints: the machine, the table, the failures. Lines have at most 100 characters. Read contest.ts first. */

import { availableParallelism, cpus, loadavg } from 'node:os';
import { styleText } from 'node:util';
import { ARTICLE, BIG, layersOf } from '../contests/models.ts';
import { type Contest, contestName } from './contest.ts';
import type { Judged } from './floors.ts';

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  /** How many processes wanted to run in the last minute, on average: above 1 something else was running. */
  readonly load: number;
  readonly platform: string;
  readonly node: string;
  /** ISO 8601, the day only. */
  readonly date: string;
  /** The sets that are measured. */
  readonly kernels?: readonly string[];
  /** The numbers of threads that are measured. */
  readonly threads?: readonly number[];
}

export function environment(): Environment {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: availableParallelism(),
    load: loadavg()[0],
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The machine; on a second line kernels and threads, if they are given. */
export function formatEnvironment(environment: Environment): string {
  const { cpu, cores, load, platform, node, date, kernels, threads } = environment;
  const machine = `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'} (load ${load.toFixed(1)}), ${platform}`;
  const line = `${machine} · Node ${node} · ${date}`;
  if (!kernels || !threads) return line;
  const noun = Math.max(...threads) === 1 ? 'thread' : 'threads';
  return `${line}\n${kernels.join(', ')} kernels · ${threads.join(' and ')} ${noun}`;
}

type Align = 'left' | 'right';

/** Each column is as wide as its longest cell; with two spaces between them a line has 99 characters. */
const COLUMNS = [
  ['what', 16, 'left'],
  ['shape', 11, 'left'],
  ['by', 11, 'left'],
  ['median', 7, 'right'],
  ['spread', 6, 'right'],
  ['rate', 17, 'right'],
  ['ratio', 6, 'right'],
  ['floor', 5, 'right'],
  ['', 4, 'left'],
] as const satisfies readonly (readonly [title: string, width: number, align: Align])[];

function formatLine(cells: readonly string[]): string {
  return COLUMNS.map(([, width, align], i) =>
    align === 'left' ? cells[i].padEnd(width) : cells[i].padStart(width),
  )
    .join('  ')
    .trimEnd();
}

export function formatHeader(): string {
  const line = formatLine(COLUMNS.map(([title]) => title));
  const rule = COLUMNS.map(([, width]) => '─'.repeat(width)).join('──');
  return `${line}\n${rule}`;
}

/** A line for each contestant, the baseline first; what and shape stand in the first line only. */
export function formatContest({ what, shape, work }: Contest, timings: readonly Judged[]): string {
  return timings
    .map(({ name, medianMs, spread, ratio, floor, ok }, i) => {
      const line = formatLine([
        i === 0 ? what : '',
        i === 0 ? shape : '',
        name,
        formatTime(medianMs),
        `± ${formatNumber(100 * spread, 2)}%`,
        formatRate((work.amount / medianMs) * 1000, work.unit),
        i === 0 ? '1' : formatNumber(ratio),
        floor === undefined ? '' : formatNumber(floor),
        '',
      ]);
      if (ok === undefined) return floor === undefined ? line : `${line}  busy`;
      return `${line}  ${ok ? styleText('green', 'ok') : styleText(['red', 'bold'], 'FAIL')}`;
    })
    .join('\n');
}

export const LEGEND = `\
median  time of one run, over all rounds; spread: the rounds' median deviation from it
ratio   times as fast as the first line of the group: the median of the ratios within each round
floor   the minimum ratio that passes (bench/floors.json)
shape   of a product: m x n x k. A step is forward, backward and Adam:
        article ${layersOf(ARTICLE)}, batches of ${ARTICLE.batch}
        big     ${layersOf(BIG)}, batches of ${BIG.batch}
        of a convolution (3 x 3): height x width x channels-channels made of them; the first two
        halve the size. product: im2col without its copies
peak    a loop of independent 128-bit operations, as many as the products have; loads nothing.
        Of article: the five products with 784 of its step
replay  a step of the article's model that is replayed, against one whose kernels are called
sample  a call for one image, against the kernels that it runs; forward: as in training
busy    another process keeps one core busy; the mean of all steps counts, not the median
epoch   fit, against the time within it that is spent in kernels: the ratio is their share
start   import and one step, less a process that only prints; allowed: 2,600 small functions there`;

/** A contest for which this machine has too few processors. */
export function formatLeftOut(contest: Contest): string {
  return `${contestName(contest)} is left out: it needs ${contest.missing ?? `${contest.processors} processors`}.`;
}

/** A contest that can't be judged because other programs used its processors. */
export function formatOpen(contest: Contest): string {
  return `${contestName(contest)} is not judged: it needs ${contest.processors} processors to itself, but other programs used them.`;
}

/** One sentence for each ratio below its floor. */
export function failures(contest: Contest, timings: readonly Judged[]): string[] {
  return timings
    .filter(({ ok }) => ok === false)
    .map(
      ({ name, ratio, floor }) =>
        `${contestName(contest)}: ${name} is ${formatNumber(ratio, 4)}x as fast as ${contest.baseline.name}, expected at least ${formatNumber(floor ?? Number.NaN)}.`,
    );
}

/** For --json: one object a contestant. */
export function toRecord({ what, shape, work, baseline }: Contest, timing: Judged): object {
  const { name, medianMs, spread, ratio, floor, ok } = timing;
  const rate = (work.amount / medianMs) * 1000;
  return {
    what,
    shape,
    by: name,
    medianMs,
    spread,
    rate,
    unit: `${work.unit}/s`,
    baseline: baseline.name,
    ratio,
    floor,
    ok,
  };
}

/** Three digits, in the unit that keeps them short. */
export function formatTime(ms: number): string {
  if (ms < 1) return `${formatNumber(ms * 1000)} µs`;
  return ms < 1000 ? `${formatNumber(ms)} ms` : `${formatNumber(ms / 1000)} s`;
}

function formatRate(amount: number, unit: string): string {
  return `${formatNumber(amount)} ${unit}/s`;
}

/** Rounded to `digits` significant digits, with commas between the thousands: 2.84, 17.6, 42,600. */
export function formatNumber(value: number, digits = 3): string {
  const rounded = Number(value.toPrecision(digits));
  if (!Number.isFinite(rounded)) return String(rounded);
  const whole = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded) || 1)));
  return rounded.toFixed(Math.min(whole, digits - 1)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
