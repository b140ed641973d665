import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createContests } from '../../../bench/contests.ts';
import { type Contest, contestName } from '../../../bench/harness/contest.ts';
import {
  isOpen,
  type Judged,
  judge,
  parseFloors,
  requireMeasured,
  runUntilPassed,
} from '../../../bench/harness/floors.ts';
import { failures } from '../../../bench/harness/report.ts';
import { RATIOS, TIMES } from '../../../bench/speedGoals.ts';

const run = () => {};
const CONTEST: Contest = {
  what: 'matmul',
  shape: '8x8x8',
  work: { amount: 1, unit: 'GFLOP' },
  baseline: { name: 'naive', run },
  contestants: [
    { name: 'blocked', run },
    { name: 'simd', run },
  ],
  verify: run,
};
const FLOORS = { 'matmul 8x8x8': { blocked: 3 } };
const timing = (name: string, ratio: number) => ({ name, medianMs: 1, spread: 0, ratio });

describe('judge', () => {
  test('passes a ratio at its floor and above', () => {
    expect(judge(CONTEST, timing('blocked', 3), FLOORS)).toMatchObject({ floor: 3, ok: true });
    expect(judge(CONTEST, timing('blocked', 7), FLOORS)).toMatchObject({ floor: 3, ok: true });
  });

  test('fails a ratio below its floor, and one that is not a number', () => {
    expect(judge(CONTEST, timing('blocked', 2.999), FLOORS).ok).toBe(false);
    expect(judge(CONTEST, timing('blocked', Number.NaN), FLOORS).ok).toBe(false);
  });

  test('does not check what has no floor', () => {
    expect(judge(CONTEST, timing('simd', 0.1), FLOORS)).not.toHaveProperty('ok');
    expect(judge({ what: 'matmul', shape: '9x9x9' }, timing('blocked', 0.1), FLOORS)).not.toHaveProperty(
      'ok',
    );
  });

  test('leaves open what is too low in a contest that was disturbed, and nothing else', () => {
    const judged = (ratio: number) =>
      judge(CONTEST, { ...timing('blocked', ratio), isDisturbed: true }, FLOORS);
    expect(judged(2.9)).not.toHaveProperty('ok');
    expect(isOpen(judged(2.9))).toBe(true);
    expect(judged(3).ok).toBe(true);
    expect(isOpen(judged(3))).toBe(false);
    expect(isOpen(judge(CONTEST, timing('blocked', 2.9), FLOORS))).toBe(false);
    expect(isOpen(timing('simd', 1))).toBe(false);
    expect(failures(CONTEST, [judged(2.9)])).toEqual([]);
  });

  test('a failure is told in one sentence with contest, contestant, ratio and floor', () => {
    const judged = [
      timing('naive', 1),
      judge(CONTEST, timing('blocked', 2.5), FLOORS),
      judge(CONTEST, timing('simd', 9), FLOORS),
    ];
    expect(failures(CONTEST, judged)).toEqual([
      'matmul 8x8x8: blocked is 2.500x as fast as naive, expected at least 3.00.',
    ]);
  });
});

describe('a contest whose ratios are too low', () => {
  const judgedOf = (...ratios: number[]): Judged[] =>
    ratios.map((ratio) => judge(CONTEST, timing('blocked', ratio), FLOORS));

  async function hold(...outcomes: Judged[][]): Promise<{ attempts: number[]; judged: Judged[] }> {
    const attempts: number[] = [];
    const judged = await runUntilPassed(3, async (attempt) => {
      attempts.push(attempt);
      return outcomes[attempt];
    });
    return { attempts, judged };
  }

  test('is held once where all pass', async () => {
    expect(await hold(judgedOf(3, 4))).toEqual({ attempts: [0], judged: judgedOf(3, 4) });
  });

  test('is held again until each has passed once', async () => {
    const { attempts, judged } = await hold(judgedOf(3, 1), judgedOf(2, 1), judgedOf(1, 5));
    expect(attempts).toEqual([0, 1, 2]);
    expect(judged).toEqual(judgedOf(3, 5));
  });

  test('fails where one is too low each time: a loss does not pass', async () => {
    const { attempts, judged } = await hold(judgedOf(3, 2), judgedOf(3, 2.5), judgedOf(3, 2.9));
    expect(attempts).toEqual([0, 1, 2]);
    expect(judged[1]).toMatchObject({ ratio: 2.9, ok: false });
  });
});

describe('requireMeasured', () => {
  test('accepts floors under what is measured', () => {
    expect(() => requireMeasured(FLOORS, [CONTEST])).not.toThrow();
  });

  test('accepts floors of a contest that is left out because the host lacks something', () => {
    const leftOut = { ...CONTEST, contestants: [] };
    expect(() => requireMeasured(FLOORS, [leftOut])).toThrow('which is not measured');
    expect(() => requireMeasured(FLOORS, [{ ...leftOut, missing: 'relaxed SIMD' }])).not.toThrow();
  });

  test.each([
    ['contest', { 'matmul 8x8x9': { blocked: 3 } }, "'matmul 8x8x9', 'blocked'"],
    ['contestant', { 'matmul 8x8x8': { blokced: 3 } }, "'matmul 8x8x8', 'blokced'"],
    ['contestant: the baseline itself', { 'matmul 8x8x8': { naive: 1 } }, "'matmul 8x8x8', 'naive'"],
  ])('refuses a floor for an unknown %s', (_, floors, named) => {
    expect(() => requireMeasured(floors, [CONTEST])).toThrow(`${named}, which is not measured`);
  });
});

describe('parseFloors', () => {
  test('multiplies all floors by the scale', () => {
    const text = '{ "a": { "x": 3, "y": 10 }, "b": { "x": 0.5 } }';
    expect(parseFloors(text, 0.5)).toEqual({ a: { x: 1.5, y: 5 }, b: { x: 0.25 } });
  });

  test.each([
    ['[]', 'floors.json: got [], expected an object'],
    ['{ "a": 3 }', "floors.json, 'a': got 3, expected an object"],
    ['{ "a": { "x": "3" } }', `the floor of 'a', 'x' is "3", expected a number > 0`],
    ['{ "a": { "x": 0 } }', "the floor of 'a', 'x' is 0, expected a number > 0"],
  ])('refuses %s', (text, message) => {
    expect(() => parseFloors(text)).toThrow(message);
  });
});

describe('floors.json', () => {
  const floors = parseFloors(readFileSync('bench/floors.json', 'utf8'));

  // 4.1 on Zen 4, 2.95 on Zen 5, where the plain loop itself is faster.
  test('asks blocked for 2.7 times naive at 256³', () => {
    expect(floors['matmul 256x256x256'].blocked).toBeGreaterThanOrEqual(2.7);
  });

  test('has floors for all that the benchmark measures, and for nothing else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-floors-'));
    try {
      const contests = await createContests(folder);
      expect(() => requireMeasured(floors, contests)).not.toThrow();
      expect(() => requireMeasured(floors, contests.slice(1))).toThrow('which is not measured');
      const names = contests.map(contestName);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => !(name in floors))).toEqual([]);
      // And every goal is about something that is measured.
      for (const [name, by] of [...RATIOS, ...TIMES]) {
        const contest = contests.find((one) => contestName(one) === name);
        expect([name, contest?.contestants.map((one) => one.name)]).toEqual([
          name,
          expect.arrayContaining([by]),
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
