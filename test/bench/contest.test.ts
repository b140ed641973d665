import { describe, expect, test } from '@jest/globals';
import { type Contest, type Contestant, median, runContest, type Sampler } from '../../bench/contest.ts';
import { VerificationError } from '../../bench/verify.ts';

const PLAN = { rounds: 5, sampleMs: 20, warmUpMs: 100 };

function contestOf(names: readonly string[], verify: () => void = () => {}): Contest {
  const [baseline, ...contestants] = names.map((name): Contestant => ({ name, run: () => {} }));
  return { what: 'work', shape: '2x2', work: { amount: 1, unit: 'things' }, baseline, contestants, verify };
}

describe('runContest', () => {
  test('warms everyone up, then lets them take turns', async () => {
    const calls: string[] = [];
    const sample: Sampler = async ({ name }, durationMs) => {
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
    const contestant = (name: string): Contestant => ({
      name,
      prepare: () => calls.push(`prepare ${name}`),
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
