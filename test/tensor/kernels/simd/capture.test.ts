/** Capture: a replay does what the kernels do that were recorded, with what the arrays hold by then. */

import { describe, expect, test } from '@jest/globals';
import type { Kernels } from '../../../../src/tensor/kernels/kernels.ts';
import { Engine } from '../../../../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../../../../src/tensor/kernels/simd/kernels.ts';
import { setThreads } from '../../../../src/tensor/kernels/simd/threads.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';
import { uniformArray } from '../../../helpers/randomArrays.ts';
import { builtFile, runScript } from '../../../helpers/script.ts';
import { alwaysTogether, piecesDone } from '../../../helpers/together.ts';

const engine = new Engine();
const simd = createSimdKernels(engine);
const capture = simd.capture!;
const part = engine.memory.createPart()!;
const array = (length: number) => part.allocate(length)!;
const random = new Random(1);
const filled = (length: number) => {
  const given = array(length);
  given.set(uniformArray(length, random));
  return given;
};

/** One step of a network with a hidden layer, by kernels alone, and all that it works on. */
function toyStep(batch: number, width: number, hidden: number) {
  const arrays = {
    x: filled(batch * width),
    target: filled(batch * width),
    weights: filled(2 * width * hidden + hidden + width),
    gradients: filled(2 * width * hidden + hidden + width),
    h: array(batch * hidden),
    y: array(batch * width),
    dY: array(batch * width),
    dH: array(batch * hidden),
  };
  const split = (all: Float32Array) => {
    const weights = width * hidden;
    const ends = [0, weights, weights + hidden, 2 * weights + hidden, all.length];
    return [0, 1, 2, 3].map((i) => all.subarray(ends[i], ends[i + 1]));
  };
  const { x, target, weights, gradients, h, y, dY, dH } = arrays;
  const [w1, b1, w2, b2] = split(weights);
  const [dW1, db1, dW2, db2] = split(gradients);
  const run = (set: Kernels): number => {
    set.zero(gradients.length, gradients);
    set.matmulBias(batch, hidden, width, x, w1, b1, h);
    set.tanh(h.length, h, h);
    set.matmulBias(batch, width, hidden, h, w2, b2, y);
    const loss = set.meanSquaredError(y.length, y, target, dY);
    set.matmulTransposeA(hidden, width, batch, h, dY, true, dW2);
    set.addColumnSums(batch, width, dY, db2);
    set.matmulTransposeB(batch, hidden, width, dY, w2, false, dH);
    set.tanhBackward(dH.length, h, dH, dH);
    set.matmulTransposeA(width, hidden, batch, x, dH, true, dW1);
    set.addColumnSums(batch, hidden, dH, db1);
    return loss;
  };
  return { arrays, run };
}

type ToyStep = ReturnType<typeof toyStep>;

/** What a step leaves in its arrays, and its loss, when it is done by `run`. */
function outcome({ arrays }: ToyStep, run: () => number | undefined): readonly Float32Array[] {
  const results = [arrays.gradients, arrays.h, arrays.y, arrays.dY, arrays.dH];
  // What was in there is of no use to anybody.
  for (const result of results) result.fill(Number.NaN);
  const loss = run();
  return [Float32Array.of(loss ?? Number.NaN), ...results.map((result) => result.slice())];
}

/** What differs between the step as it is written and its replay, with other samples and weights than those recorded. */
function firstDifference(step: ToyStep, replay: () => number | undefined): string | undefined {
  const { x, target, weights } = step.arrays;
  for (const given of [x, target, weights]) given.set(uniformArray(given.length, random));
  const expected = outcome(step, () => step.run(simd));
  const got = outcome(step, replay);
  return expected.map((values, i) => firstOtherBits(got[i], values)).find((found) => found !== undefined);
}

// Rows that are no multiple of a tile's 4, fewer than threads have pieces, enough for products that are shared, and for
// products so long that each is a phase of its own.
const SIZES = [
  [1, 1, 1],
  [3, 13, 5],
  [7, 30, 65],
  [33, 65, 30],
  [64, 200, 100],
  [101, 302, 201],
] as const;

describe.each([1, 2, 3])('a step of %i threads', (threads) => {
  test.each(SIZES)(
    'with %i rows of %i and %i numbers is replayed bit for bit',
    async (batch, width, hidden) => {
      await setThreads(engine, threads);
      const backToTrueClock = alwaysTogether(() => {
        simd.scale(100_000, 1, new Float32Array(100_000));
      });
      const step = toyStep(batch, width, hidden);
      const { result, replay } = capture(() => step.run(simd));
      expect(result).toBe(step.run(simd));
      for (let round = 0; round < 3; round++) expect(firstDifference(step, replay!)).toBeUndefined();
      const done = piecesDone(engine);
      done[0] = 0;
      replay!();
      backToTrueClock();
      await setThreads(engine, 1);
      if (batch === 64) expect(done[0] > 1).toBe(threads > 1); // the threads did share it
    },
  );
});

describe('a replay', () => {
  test('negative control: of a step that lacks a kernel differs', () => {
    const step = toyStep(7, 30, 13);
    const { replay } = capture(() => step.run({ ...simd, tanhBackward: () => {} }));
    expect(firstDifference(step, replay!)).toBeDefined();
  });

  test('goes on with what the last one left: it adds to what is not set to zero', () => {
    const [x, sums, target, d] = [filled(8), array(4), array(8), array(8)];
    const { replay } = capture(() => {
      simd.addColumnSums(2, 4, x, sums);
      return simd.meanSquaredError(8, x, target, d);
    });
    replay!();
    replay!();
    const expected = Float32Array.from({ length: 4 }, (_, i) => {
      // Three times both rows, in the order of the kernel.
      const { fround } = Math;
      return [0, 1, 2].reduce((sum) => fround(fround(sum + x[i]) + x[4 + i]), 0);
    });
    expect(sums).toEqual(expected);
  });

  test('does nothing and returns undefined when the number of threads has changed, and is as before when it is back', async () => {
    const step = toyStep(7, 30, 13);
    const { replay } = capture(() => step.run(simd));
    await setThreads(engine, 2);
    const [loss, ...results] = outcome(step, replay!);
    expect(loss[0]).toBeNaN();
    for (const result of results) expect(result.every(Number.isNaN)).toBe(true);
    await setThreads(engine, 1);
    expect(firstDifference(step, replay!)).toBeUndefined();
  });

  test('keeps its bits while the memory grows, other kernels run and other steps are captured', () => {
    const step = toyStep(33, 65, 30);
    const { replay } = capture(() => step.run(simd));
    const other = toyStep(64, 65, 30);
    const { replay: replayOther } = capture(() => other.run(simd));
    const grown = engine.memory.take(2 ** 24)!;
    const [a, b, c] = [
      new Float32Array(400 * 300).fill(1),
      new Float32Array(300 * 200).fill(1),
      new Float32Array(400 * 200),
    ];
    for (let round = 0; round < 3; round++) {
      simd.matmul(400, 200, 300, a, b, false, c);
      expect(firstDifference(step, replay!)).toBeUndefined();
      expect(firstDifference(other, replayOther!)).toBeUndefined();
    }
    engine.memory.release(grown);
  });

  test('writes to nothing but its own arrays, also after the room for intermediate results has moved', () => {
    const own = new Engine();
    const set = createSimdKernels(own);
    const mine = own.memory.createPart()!;
    const [x, target, d] = [8, 8, 8].map((length) => mine.allocate(length)!.fill(1));
    const { replay } = set.capture!(() => set.meanSquaredError(8, x, target, d));
    set.matmul(64, 8, 100, new Float32Array(6400), new Float32Array(800), false, new Float32Array(512));
    const others = Array.from({ length: 100 }, () => mine.allocate(16)!.fill(7));
    x[0] = 3;
    expect(replay!()).toBe(0.5);
    for (const other of others) expect([...other]).toEqual(new Array(16).fill(7));
  });

  test('of a loss that is NaN is NaN, and of one that becomes NaN, too', () => {
    const [x, target, d] = [array(8).fill(Number.NaN), array(8), array(8)];
    const { result, replay } = capture(() => simd.meanSquaredError(8, x, target, d));
    expect([result, replay!()]).toEqual([Number.NaN, Number.NaN]);
    x.fill(1);
    expect(replay!()).toBe(1);
  });
});

describe('there is no replay', () => {
  const [x, target, d] = [filled(8), filled(8), array(8)];
  const loss = () => simd.meanSquaredError(8, x, target, d);

  test('the control: here is one', () => {
    expect(capture(loss).replay).toBeDefined();
  });

  const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
  const scaled = array(16);
  test.each<[string, () => number]>([
    ['an array is outside of the memory', () => simd.meanSquaredError(8, x, target.slice(), d)],
    [
      'an array that is written is outside of the memory',
      () => simd.meanSquaredError(8, x, target, d.slice()),
    ],
    [
      'rows are copied from outside, and scaled by a kernel',
      () => {
        simd.gather(16, [1], bytes, 0, 255, scaled);
        return loss();
      },
    ],
    [
      'rows are copied from outside without a kernel',
      () => {
        simd.gather(16, [1], new Float32Array(32), 0, 1, scaled);
        return loss();
      },
    ],
    ['it returns what it made of the number', () => 2 * loss()],
    ['it returns a number of its own', () => 1],
    [
      'it computes two numbers',
      () => {
        simd.sumOfSquares(8, x);
        return loss();
      },
    ],
    [
      'a product packs more than fits into memory at a time',
      () => {
        const [m, k] = [2100, 1024];
        simd.matmul(m, 1, k, part.allocate(m * k)!, part.allocate(k)!, false, part.allocate(m)!);
        return loss();
      },
    ],
  ])('if %s', (_, work) => {
    const { result, replay } = capture(work);
    expect(result).toBe(work());
    expect(replay).toBeUndefined();
  });

  test('of work that throws, and the next capture is as ever', () => {
    const broken = () => {
      loss();
      throw new Error('broken');
    };
    expect(() => capture(broken)).toThrow('broken');
    expect(engine.recording).toBeUndefined();
    expect(capture(loss).replay?.()).toBe(loss());
  });
});

describe('the memory of a replay', () => {
  /** Prints what `steps` put into `given`. */
  const script = async (steps: string) => {
    const program = `
      const { Engine } = await import('${builtFile('tensor/kernels/simd/engine.js')}');
      const { createSimdKernels } = await import('${builtFile('tensor/kernels/simd/kernels.js')}');
      const engine = new Engine();
      const { memory } = engine;
      const simd = createSimdKernels(engine);
      const [m, n, k] = [64, 8, 1000]; // 64,000 numbers are packed
      const make = () => {
        const part = memory.createPart();
        const [a, b, c, target, d] = [m * k, k * n, m * n, m * n, m * n].map((length) => part.allocate(length).fill(1));
        return () => {
          simd.matmul(m, n, k, a, b, false, c);
          return simd.meanSquaredError(m * n, c, target, d);
        };
      };
      // The buffer object seen last is not dropped: that is this one.
      const other = memory.createPart().allocate(16);
      const pause = () => new Promise((resolve) => setTimeout(resolve));
      const collect = async () => {
        simd.scale(16, 1, other);
        for (let i = 0; i < 5; i++) {
          gc();
          await pause();
        }
        return memory.used;
      };
      const given = [];
      ${steps}
      console.log(JSON.stringify(given));`;
    const { stdout, stderr } = await runScript(program, ['--expose-gc']);
    if (stderr) throw new Error(stderr);
    return JSON.parse(stdout) as number[];
  };

  test('is given back when it is dropped, not before, and not while its step is', async () => {
    const [taken, kept, loss, freed] = await script(`
      let work = make();
      work();
      const before = await collect();
      const more = async () => await collect() - before;
      let { replay } = simd.capture(work);
      given.push(await more());
      work = undefined; // the replay alone holds the arrays now
      given.push(await more(), replay());
      replay = undefined;
      given.push(await more());`);
    expect(taken).toBeGreaterThan(4 * 64_000);
    expect(kept).toBe(taken);
    expect(loss).toBe(999 ** 2);
    // The arrays of the step are free as well.
    expect(freed).toBeLessThan(-4 * 64_000);
  });

  test('of captures without end does not grow without end', async () => {
    const [few, many] = await script(`
      const work = make();
      for (let i = 1; i <= 300; i++) {
        const { replay } = simd.capture(work);
        if (!replay || replay() !== work()) throw new Error('no replay');
        if (i % 10 === 0) await collect();
        if (i === 50 || i === 300) given.push(await collect());
      }`);
    expect(many).toBe(few);
  });
});
