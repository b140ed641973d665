/** HelperGain on a mocked clock, on which jobs take as long as the test says. */

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HelperGain } from '../../../../src/tensor/kernels/simd/helperGain.ts';

let now = 0;

beforeEach(() => {
  now = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** A job of 1 ms of work that takes as long as the machine needs for it, alone or together. */
interface Machine {
  readonly aloneMs: number;
  readonly togetherMs: number;
}
const HELPED: Machine = { aloneMs: 1, togetherMs: 0.6 };
const HINDERED: Machine = { aloneMs: 1, togetherMs: 3 };

function job(gain: HelperGain, { aloneMs, togetherMs }: Machine): void {
  const start = now;
  now += gain.isTogether ? togetherMs : aloneMs;
  gain.record(1e6, start);
}

/** Runs jobs for this long on the clock. */
function work(gain: HelperGain, machine: Machine, ms: number): void {
  const end = now + ms;
  while (now < end) job(gain, machine);
}

/** The lengths of the next `count` rests. */
function restsOf(gain: HelperGain, machine: Machine, count: number): number[] {
  const rests: number[] = [];
  for (let i = 0; i < count; i++) {
    for (let jobs = 0; !gain.isTogether && jobs < 10_000; jobs++) job(gain, machine);
    for (let jobs = 0; gain.isTogether && jobs < 10_000; jobs++) job(gain, machine);
    const start = now;
    for (let jobs = 0; !gain.isTogether && jobs < 10_000; jobs++) job(gain, machine);
    rests.push(now - start);
  }
  return rests;
}

describe('the gain of helpers', () => {
  test('works alone first, for comparison, and then together', () => {
    const gain = new HelperGain();
    expect(gain.isTogether).toBe(false);
    work(gain, HELPED, 3);
    expect(gain.isTogether).toBe(false);
    work(gain, HELPED, 1);
    expect(gain.isTogether).toBe(true);
  });

  test('stays together as long as that pays, with a comparison now and then, the first one soon', () => {
    const gain = new HelperGain();
    work(gain, HELPED, 4);
    const alone: number[] = [];
    while (now < 6000) {
      if (!gain.isTogether && (alone.length === 0 || now > alone[alone.length - 1] + 10)) alone.push(now);
      job(gain, HELPED);
    }
    const pauses = alone.map((at, i) => at - (alone[i - 1] ?? 1004));
    expect(pauses[0]).toBeCloseTo(60, -1);
    for (const pause of pauses.slice(1)) expect(Math.abs(pause - 16 * 60)).toBeLessThan(20);
    expect(pauses.length).toBeGreaterThan(3);
  });

  test('learns from a comparison: code that was slow at first does not make helpers look good for ever', () => {
    const gain = new HelperGain();
    work(gain, { aloneMs: 10, togetherMs: 6 }, 10); // not yet compiled
    work(gain, HELPED, 62);
    expect(gain.isTogether).toBe(false); // once more, for comparison
    work(gain, HELPED, 4);
    work(gain, { aloneMs: 1, togetherMs: 2 }, 62);
    expect(gain.isTogether).toBe(false);
  });

  test.each([
    ['much longer', 3],
    ['as long', 1],
    ['hardly less', 0.95],
  ])('rests where a job takes %s together', (_name, togetherMs) => {
    const gain = new HelperGain();
    work(gain, HELPED, 4);
    work(gain, { aloneMs: 1, togetherMs }, 60 + 3);
    expect(gain.isTogether).toBe(false);
  });

  test('gives helpers some milliseconds to get onto another processor', () => {
    const gain = new HelperGain();
    work(gain, HELPED, 4);
    work(gain, HINDERED, 12); // on the processor of the thread that woke them: 8 ms are lost
    work(gain, HELPED, 45);
    expect(gain.isTogether).toBe(true);
  });

  test('is not misled by one job: it takes some milliseconds of jobs together', () => {
    const gain = new HelperGain();
    work(gain, HELPED, 4);
    work(gain, HELPED, 17);
    for (let i = 0; i < 5; i++) job(gain, HELPED);
    job(gain, { aloneMs: 1, togetherMs: 1.2 }); // 6 ms of work in 4.2 ms of time
    expect(gain.isTogether).toBe(true);
  });

  test('adds up jobs that are too short to be timed one by one', () => {
    const gain = new HelperGain();
    for (let i = 0; i < 399; i++) {
      const start = now;
      now += 0.01;
      gain.record(1e4, start);
    }
    expect(gain.isTogether).toBe(false);
    now += 0.1;
    gain.record(1e4, now - 0.1);
    expect(gain.isTogether).toBe(true);
  });

  test('does not count the time between jobs', () => {
    const gain = new HelperGain();
    work(gain, HELPED, 4);
    for (let i = 0; i < 100; i++) {
      now += 500;
      job(gain, HELPED);
    }
    expect(gain.isTogether).toBe(true);
  });
});

describe('a rest', () => {
  test('is twice as long as the one before, up to two seconds', () => {
    const rests = restsOf(new HelperGain(), HINDERED, 9);
    // A rest ends with the measurement that is under way, of 4 ms.
    const expected = [100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000];
    for (const [i, rest] of rests.entries()) {
      expect(rest).toBeGreaterThanOrEqual(expected[i]);
      expect(rest).toBeLessThan(expected[i] + 8);
    }
  });

  test('is over when helpers help again, and the next one is short', () => {
    const gain = new HelperGain();
    restsOf(gain, HINDERED, 6);
    expect(gain.isTogether).toBe(true);
    work(gain, HELPED, 61);
    expect(restsOf(gain, HINDERED, 1)[0]).toBeLessThan(108);
  });

  test('costs little where helpers never help: most work is done alone', () => {
    const gain = new HelperGain();
    let [alone, together] = [0, 0];
    while (now < 20_000) {
      const before = now;
      const wasTogether = gain.isTogether;
      job(gain, HINDERED);
      if (wasTogether) together += now - before;
      else alone += now - before;
    }
    expect(together / (alone + together)).toBeLessThan(0.05);
  });

  test('is forgotten by reset: it begins alone, and the first rest is short again', () => {
    const gain = new HelperGain();
    restsOf(gain, HINDERED, 6);
    gain.reset();
    expect(gain.isTogether).toBe(false);
    work(gain, HELPED, 4);
    expect(gain.isTogether).toBe(true);
    expect(restsOf(gain, HINDERED, 1)[0]).toBeLessThan(108);
  });
});

test('negative control: without a look at the clock there are no rests', () => {
  const careless = { isTogether: true, record: () => {}, reset: () => {} } as unknown as HelperGain;
  expect(restsOf(careless, HINDERED, 2)).toEqual([0, 0]);
});
