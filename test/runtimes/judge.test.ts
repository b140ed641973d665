/** What `npm run test:runtimes` would say of a runtime that computes something else. */

import { describe, expect, test } from '@jest/globals';

interface Bits {
  readonly losses: string;
  readonly weights: string;
}

const bits: Bits = { losses: 'a', weights: 'b' };

/** What a runtime does that is right. */
const GOOD = {
  title: 'Node',
  version: '20.0.0',
  program: {
    engine: 'V8 1',
    kernels: 'simd',
    threads: 2,
    losses: [0.5, 0.25],
    rates: [10_000, 20_000],
    files: { codes: 'c', codesOfFile: 'c', codesOfNpy: 'c' },
    grownBytes: 1e6,
    bits: {
      digits: 'd',
      'one thread': bits,
      'two threads': bits,
      'tanh and sigmoid': bits,
      convolutions: bits,
      'variational autoencoder': bits,
      GAN: bits,
      'plain kernels': bits,
      'plain kernels, tanh and sigmoid': bits,
    },
  },
  commandLine: { losses: [0.5, 0.25], model: 'e' },
  core: { passed: 9, failed: 0, leftOut: 1, failures: [] as string[] },
};
type Result = typeof GOOD;

// The path is no literal, so that TypeScript does not ask for the types of a file that has none.
const path: string = './judge.mjs';
const { faultsOf, cellsOf, coreTotals, table, HEAD } = (await import(path)) as {
  readonly faultsOf: (result: object, reference: Result | undefined) => readonly string[];
  readonly cellsOf: (result: object, reference: Result | undefined) => readonly string[];
  readonly coreTotals: (results: readonly object[]) => number;
  readonly table: (rows: readonly (readonly string[])[]) => string;
  readonly HEAD: readonly string[];
};

const withProgram = (part: Partial<Result['program']>) => ({
  ...GOOD,
  program: { ...GOOD.program, ...part },
});
const withBits = (part: object) => withProgram({ bits: { ...GOOD.program.bits, ...part } });
const withCore = (part: Partial<Result['core']>) => ({ ...GOOD, core: { ...GOOD.core, ...part } });

describe('a fault is', () => {
  test.each([
    ['other digits', withBits({ digits: 'x' }), 'other bits than the reference: digits'],
    [
      'one other hash of a training',
      withBits({ 'tanh and sigmoid': { losses: 'a', weights: 'x' } }),
      'other bits than the reference: tanh and sigmoid',
    ],
    [
      'a training that is missing',
      withBits({ 'tanh and sigmoid': undefined }),
      'other bits than the reference: tanh and sigmoid',
    ],
    [
      'two threads that differ from one',
      withBits({ 'two threads': { losses: 'a', weights: 'x' } }),
      'two threads do not train the same bits as one',
    ],
    ['other kernels', withProgram({ kernels: 'blocked' }), 'the kernels in use are blocked, expected simd'],
    ['a thread that does not start', withProgram({ threads: 1 }), /^1 of 2 threads started/],
    ['a loss that does not fall', withProgram({ losses: [0.5, 0.5] }), /^the loss does not fall: 0.5, 0.5/],
    ['a loss that is no number', withProgram({ losses: [0.5, Number.NaN] }), /^the loss does not fall/],
    [
      'a model that is not read as it was written',
      withProgram({ files: { ...GOOD.program.files, codesOfFile: 'x' } }),
      'a model that was written and read gives other codes',
    ],
    ['memory that is not freed', withProgram({ grownBytes: 2 ** 29 }), /leave 512 MiB behind$/],
    ['a core test that fails', withCore({ failed: 1, failures: ['a test'] }), 'a test'],
    ['no core test', withCore({ passed: 0 }), 'no core test ran'],
    [
      'another model of the command line',
      { ...GOOD, commandLine: { ...GOOD.commandLine, model: 'x' } },
      "the command line's model has other bytes than the reference",
    ],
    [
      'a runtime that was there and failed',
      { title: 'Bun', failed: 'ended with SIGSEGV' },
      'ended with SIGSEGV',
    ],
  ])('%s', (_, result, fault) => {
    const faults = faultsOf(result, GOOD);
    expect(faults.some((text) => (typeof fault === 'string' ? text === fault : fault.test(text)))).toBe(true);
  });
});

test('none: the same, a runtime that could not be had, other bits where Math decides', () => {
  expect(faultsOf(GOOD, GOOD)).toEqual([]);
  expect(faultsOf({ title: 'Bun', skipped: 'no network' }, undefined)).toEqual([]);
  expect(faultsOf(withBits({ GAN: 'x' }), GOOD)).toEqual([]);
});

test('runtimes must have the same number of core tests', () => {
  expect(coreTotals([GOOD, withCore({ passed: 10, leftOut: 0 }), { title: 'Bun', skipped: 'why' }])).toBe(1);
  expect(coreTotals([GOOD, withCore({ leftOut: 0 })])).toBe(2);
});

test('the table says what differs, what was skipped and what was left out', () => {
  const skipped = cellsOf({ title: 'Bun', skipped: 'no network' }, GOOD);
  const rows = [cellsOf(GOOD, GOOD), cellsOf(withBits({ GAN: 'x' }), GOOD), skipped];
  expect(rows.map((row) => row.length)).toEqual(rows.map(() => HEAD.length));
  expect(rows[0].slice(4, 7)).toEqual(['9, left out 1', 'all', '10,000 and 20,000']);
  expect(rows[1][5]).toBe('all but: GAN');
  expect(skipped[1]).toBe('skipped: no network');
  expect(
    new Set(
      table(rows)
        .split('\n')
        .map((line) => line.length),
    ).size,
  ).toBe(1);
});
