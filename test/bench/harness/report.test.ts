import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Contest } from '../../../bench/harness/contest.ts';
import {
  environment,
  formatContest,
  formatEnvironment,
  formatHeader,
  formatLeftOut,
  formatNumber,
  formatTime,
  LEGEND,
  toRecord,
} from '../../../bench/harness/report.ts';

const run = () => {};
const CONTEST: Contest = {
  what: 'matmul',
  shape: '256x256x256',
  work: { amount: 0.033554432, unit: 'GFLOP' },
  baseline: { name: 'naive', run },
  contestants: [{ name: 'blocked', run }],
  verify: run,
};
const NAIVE = { name: 'naive', medianMs: 17.66, spread: 0.0042, ratio: 1 };
const BLOCKED = { name: 'blocked', medianMs: 5.01, spread: 0.12, ratio: 3.52, floor: 3, ok: true };

function tableOf(...timings: Parameters<typeof formatContest>[1]): string {
  return stripVTControlCharacters(formatContest(CONTEST, timings));
}

describe('the table', () => {
  test('has a line for each contestant under a header', () => {
    expect(`\n${formatHeader()}\n${tableOf(NAIVE, BLOCKED)}\n`).toBe(`
what              shape        by            median  spread               rate   ratio  floor
───────────────────────────────────────────────────────────────────────────────────────────────────
matmul            256x256x256  naive        17.7 ms  ± 0.4%       1.90 GFLOP/s       1
                               blocked      5.01 ms   ± 12%       6.70 GFLOP/s    3.52   3.00  ok
`);
  });

  test('marks a ratio below its floor', () => {
    expect(tableOf(NAIVE, { ...BLOCKED, ratio: 2.9, ok: false })).toMatch(/ 2\.90 {3}3\.00 {2}FAIL$/);
  });

  test('marks a ratio that nobody can judge', () => {
    const open = { ...NAIVE, name: '2 threads', floor: 1.85, ratio: 0.6, isDisturbed: true };
    expect(tableOf(NAIVE, open)).toMatch(/ 0\.60 {3}1\.85 {2}busy$/);
  });

  test('leaves floor and verdict empty where there is no floor', () => {
    expect(tableOf(NAIVE, { name: 'simd', medianMs: 0.66, spread: 0.01, ratio: 26.8 })).toMatch(/ 26\.8$/);
  });

  test('fits into 100 columns, with large figures too', () => {
    const work = { amount: 10_000, unit: 'samples' };
    const wide = { ...CONTEST, what: 'matmulTransposeA', shape: '10000x28x28', work };
    const slow = { name: 'import+step', medianMs: 10.2, spread: 0.99, ratio: 0.012, floor: 12.5, ok: false };
    const text = [formatHeader(), formatContest(wide, [NAIVE, slow]), LEGEND].join('\n');
    for (const line of stripVTControlCharacters(text).split('\n')) expect(line.length).toBeLessThan(100);
  });
});

test('the first line names machine, cores, load, Node version and date', () => {
  const line = formatEnvironment({
    cpu: 'AMD EPYC',
    cores: 2,
    load: 0.42,
    platform: 'linux x64',
    node: 'v20.20.2',
    date: '2030-01-31',
  });
  expect(line).toBe('AMD EPYC, 2 cores (load 0.4), linux x64 · Node v20.20.2 · 2030-01-31');
  expect(formatEnvironment(environment())).toContain(process.version);
});

test('a second line names kernels and threads', () => {
  const linesOf = (threads: number[]) =>
    formatEnvironment({ ...environment(), kernels: ['blocked', 'simd'], threads }).split('\n');
  expect(linesOf([1, 2])).toEqual([expect.any(String), 'blocked, simd kernels · 1 and 2 threads']);
  expect(linesOf([1])[1]).toBe('blocked, simd kernels · 1 thread');
});

test('says what is left out on a machine with one processor or without what a contest needs, and why', () => {
  const sentence = 'matmul 256x256x256 is left out: it needs 2 processors.';
  expect(formatLeftOut({ ...CONTEST, processors: 2 })).toBe(sentence);
  const missing = formatLeftOut({ ...CONTEST, missing: 'relaxed SIMD' });
  expect(missing).toBe('matmul 256x256x256 is left out: it needs relaxed SIMD.');
});

test('a record of --json holds all figures, and the floor if there is one', () => {
  const record = JSON.parse(JSON.stringify(toRecord(CONTEST, BLOCKED)));
  expect(record).toEqual({
    what: 'matmul',
    shape: '256x256x256',
    by: 'blocked',
    medianMs: 5.01,
    spread: 0.12,
    rate: expect.closeTo(6.7, 1),
    unit: 'GFLOP/s',
    baseline: 'naive',
    ratio: 3.52,
    floor: 3,
    ok: true,
  });
  expect(JSON.stringify(toRecord(CONTEST, NAIVE))).not.toContain('floor');
});

test.each([
  [0, '0.00'],
  [0.0123, '0.01'],
  [0.7, '0.70'],
  [2.845, '2.85'],
  [9.999, '10.0'],
  [17.66, '17.7'],
  [999.6, '1,000'],
  [42_612, '42,600'],
  [1_368_000, '1,370,000'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
])('%d is written %s', (value, expected) => {
  expect(formatNumber(value)).toBe(expected);
});

test.each([
  [0.00571, '5.71 µs'],
  [0.967, '967 µs'],
  [17.66, '17.7 ms'],
  [1234, '1.23 s'],
])('%d ms are written %s', (ms, expected) => {
  expect(formatTime(ms)).toBe(expected);
});
