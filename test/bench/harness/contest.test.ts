import { describe, expect, test } from '@jest/globals';
import { VerificationError } from '../../../bench/contests/verify.ts';
import {
  type Contest,
  median,
  runContest,
  type Sampler,
  type Timed,
} from '../../../bench/harness/contest.ts';

const PLAN = { rounds: 5, sampleMs: 20, warmUpMs: 100 };

function contestOf(names: readonly string[], verify: () => unknown = () => {}): Contest {
  const [baseline, ...contestants] = names.map((name): Timed => ({ name, run: () => {} }));
  return {
    what: 'work',
    shape: '2x2',
    work: { amount: 1, unit: 'things' },
    baseline,
    contestants,
    verify: () => void verify(),
  };
}

describe('runContest', () => {
  test('warms everyone up, then lets them take turns', async () => {
    const calls: string[] = [];
    const sample: Sampler = async ({ name }, { durationMs }) => {
      calls.push(`${name} ${durationMs}`);
      return 1;
    };
    await runContest(contestOf(['naive', 'blocked', 'simd']), { ...PLAN, rounds: 2 }, sample);
    const round = ['naive 20', 'blocked 20', 'simd 20'];
    expect(calls).toEqual(['naive 100', 'blocked 100', 'simd 100', ...round, ...round]);
  });

  test('takes the ratio within each round, so that a machine that slows down does not change it', async () => {
    let slowness = 1;
    const sample: Sampler = async ({ name }) => {
      if (name === 'naive') slowness *= 2;
      return slowness * (name === 'naive' ? 12 : 3);
    };
    const [naive, blocked] = await runContest(contestOf(['naive', 'blocked']), PLAN, sample);
    expect(naive.ratio).toBe(1);
    expect(blocked.ratio).toBe(4);
  });

  test('gives the median of the rounds and how far they deviate from it', async () => {
    const times = [99, 10, 11, 8, 30, 10]; // the first is the warm-up
    const [{ name, medianMs, spread }] = await runContest(
      contestOf(['naive']),
      PLAN,
      async () => times.shift() ?? 0,
    );
    expect({ name, medianMs, spread }).toEqual({ name: 'naive', medianMs: 10, spread: 0.1 });
  });

  test('times nothing if a result is wrong', async () => {
    const wrong = contestOf(['naive', 'blocked'], () => {
      throw new VerificationError('blocked: element 0 is 1, expected 2.');
    });
    const sample: Sampler = async () => {
      throw new Error('timed');
    };
    await expect(runContest(wrong, PLAN, sample)).rejects.toThrow('element 0 is 1, expected 2');
  });

  test('prepares each contestant before its turn and waits for promises', async () => {
    const calls: string[] = [];
    const contestant = (name: string): Timed => ({
      name,
      prepare: async () => {
        await Promise.resolve();
        calls.push(`prepare ${name}`);
      },
      run: async () => {
        await Promise.resolve();
        calls.push(`run ${name}`);
      },
      isAsync: true,
    });
    const contest = { ...contestOf(['']), baseline: contestant('a'), contestants: [contestant('b')] };
    // No time at all: tinybench then runs each once a turn.
    await runContest(contest, { rounds: 1, sampleMs: 0, warmUpMs: 0 });
    const turns = ['prepare a', 'run a', 'prepare b', 'run b'];
    expect(calls).toEqual([...turns, ...turns]);
  });

  test('takes the word of a contestant that measures itself', async () => {
    const times = [7, 10, 30, 20]; // the first is the warm-up
    const contest = {
      ...contestOf(['']),
      baseline: { name: 'allowed', measure: () => 60 },
      contestants: [{ name: 'start-up', measure: async () => times.shift() ?? 0 }],
    };
    const [, timing] = await runContest(contest, { ...PLAN, rounds: 3 });
    expect(timing).toEqual({ name: 'start-up', medianMs: 20, spread: 0.5, ratio: 3 });
  });

  test('samples as long as the contest needs, and averages as it says', async () => {
    const calls: unknown[] = [];
    const sample: Sampler = async (_, sampling) => calls.push(sampling);
    const contest = {
      ...contestOf(['naive']),
      average: 'mean',
      atLeast: { sampleMs: 50, warmUpMs: 3 },
    } as const;
    await runContest(contest, { ...PLAN, rounds: 1 }, sample);
    expect(calls).toEqual([
      { durationMs: 100, average: 'mean' },
      { durationMs: 50, average: 'mean' },
    ]);
  });

  test('runs untimed before each sample if the contestant asks for it', async () => {
    let runs = 0;
    const run = () => runs++;
    const once = { rounds: 1, sampleMs: 0, warmUpMs: 0 };
    await runContest({ ...contestOf(['']), baseline: { name: '1 thread', run } }, once);
    expect(runs).toBe(2); // warm-up and sample
    await runContest({ ...contestOf(['']), baseline: { name: '2 threads', run, settleMs: 5 } }, once);
    expect(runs).toBeGreaterThan(10);
  });

  test('counts the odd slow run in a mean and not in a median', async () => {
    let runs = 0;
    const run = () => {
      const isSlow = runs++ % 10 === 9;
      for (const end = performance.now() + (isSlow ? 20 : 0.2); performance.now() < end; );
    };
    const contest = { ...contestOf(['']), baseline: { name: 'helped', run } };
    // Long: the processor may be away for a while, but not in most of the runs.
    const plan = { rounds: 1, sampleMs: 500, warmUpMs: 0 };
    const [inTheMiddle] = await runContest(contest, plan);
    runs = 0;
    const [onAverage] = await runContest({ ...contest, average: 'mean' }, plan);
    // At least as long as the clock was watched; the machine may add to it.
    expect(onAverage.medianMs).toBeGreaterThan(0.2 + 19 / 11);
    expect(inTheMiddle.medianMs).toBeLessThan(onAverage.medianMs);
  });

  test('begins what goes on beside it after verifying, and ends it, whatever happens', async () => {
    const calls: string[] = [];
    const contest = {
      ...contestOf(['naive'], () => calls.push('verify')),
      begin: async () => {
        calls.push('begin');
        return async () => calls.push('end');
      },
    };
    const sample: Sampler = async () => calls.push('sample');
    await runContest(contest, { ...PLAN, rounds: 1 }, sample);
    expect(calls).toEqual(['verify', 'begin', 'sample', 'sample', 'end']);
    calls.length = 0;
    const failing: Sampler = async () => {
      throw new Error('out of paper');
    };
    await expect(runContest(contest, PLAN, failing)).rejects.toThrow('out of paper');
    expect(calls).toEqual(['verify', 'begin', 'end']);
  });

  describe('of one that needs all of its processors', () => {
    const needing = { ...contestOf(['1 thread', '2 threads']), processors: 2, needsAll: true };

    /** Two threads are twice as fast in rounds with processors to spare, and slower in others. */
    async function timingOf(spares: readonly number[], contest: Contest = needing) {
      let asked = 0;
      let rounds = 0;
      const spareAt = (i: number) => spares[Math.min(i, spares.length - 1)];
      const spare = async () => spareAt(asked++);
      const sample: Sampler = async ({ name }) => {
        if (name === '2 threads') return Math.min(spareAt(asked - 1), spareAt(asked)) > 1.5 ? 5 : 40;
        rounds++;
        return 10;
      };
      const [, { ratio, isDisturbed }] = await runContest(contest, { ...PLAN, rounds: 3 }, sample, spare);
      return { ratio, isDisturbed, rounds: rounds - 1, asked }; // the first is the warm-up
    }

    test('counts rounds that had them before and after', async () => {
      expect(await timingOf([2])).toEqual({ ratio: 2, isDisturbed: undefined, rounds: 3, asked: 4 });
      const spares = [1, 1.9, 2, 1.2, 1, 2, 1.9, 2];
      expect(await timingOf(spares)).toEqual({ ratio: 2, isDisturbed: undefined, rounds: 7, asked: 8 });
    });

    test('says so where there are too few, and gives the figures of all', async () => {
      expect(await timingOf([1])).toEqual({ ratio: 0.25, isDisturbed: true, rounds: 9, asked: 10 });
    });

    test('others do not ask', async () => {
      const contest = { ...needing, needsAll: false };
      expect(await timingOf([1], contest)).toMatchObject({ isDisturbed: undefined, rounds: 3, asked: 0 });
    });
  });

  test('passes on what a contestant throws', async () => {
    const contest = {
      ...contestOf(['naive']),
      baseline: {
        name: 'naive',
        run: () => {
          throw new Error('out of paper');
        },
      },
    };
    await expect(runContest(contest, { rounds: 1, sampleMs: 0, warmUpMs: 0 })).rejects.toThrow(
      'out of paper',
    );
  });
});

test.each([
  [[3], 3],
  [[4, 1], 2.5],
  [[9, 1, 5], 5],
  [[1, 9, 5, 3], 4],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});
