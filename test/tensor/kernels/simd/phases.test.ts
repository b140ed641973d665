/** Phases: what may run side by side does, and what depends on each other waits. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Phase, planPhases } from '../../../../src/tensor/kernels/simd/phases.ts';
import type { Job } from '../../../../src/tensor/kernels/simd/recording.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { isAll } from '../../../helpers/cases.ts';
import { finestRows, MEMORY_LENGTH, type Place, ROWS_OF_PIECE, type ToyJob, ToyMemory } from './toyJobs.ts';

/** Jobs as they are recorded: their only word is their number. */
function recorded(jobs: readonly ToyJob[], memory = new ToyMemory()): Job[] {
  return jobs.map((job, id) => ({
    ...memory.access(job),
    words: Int32Array.of(id),
    ns: job.isLong ? 1e6 : 1e3,
  }));
}

const numbersOf = (phases: readonly Phase[]) =>
  phases.map((phase) => phase.map((stack) => stack.map(({ words: [id] }) => id)));

/** The numbers of the jobs in each stack of each phase. */
const planned = (...jobs: readonly ToyJob[]) => numbersOf(planPhases(recorded(jobs)));

// --- Hand-made jobs on arrays of 8 rows

const [a, b, c, d]: readonly Place[] = [
  [0, 16],
  [16, 16],
  [32, 16],
  [48, 16],
];
/** Arrays that all rows read, such as weights. */
const [w, v]: readonly Place[] = [
  [64, 8],
  [72, 8],
];

const product = (from: Place, weight: Place, to: Place, rows = 8): ToyJob => ({
  rows,
  reads: [from],
  readsWhole: [weight],
  writes: [to],
});
const activation = (from: readonly Place[], to: Place): ToyJob => ({
  rows: undefined,
  reads: from,
  readsWhole: [],
  writes: [to],
});
const reduction = (from: readonly Place[], to: Place): ToyJob => ({ ...activation(from, to), rows: 'none' });
/** A product over all rows, such as the gradient of a weight. */
const overRows = (from: readonly Place[], to: Place): ToyJob => ({
  rows: 'none',
  reads: [],
  readsWhole: from,
  writes: [to],
});

describe('rows that go their own way', () => {
  test('through a chain of products and activations are one stack', () => {
    const chain = [product(a, w, b), activation([b], c), product(c, v, d), activation([d], d)];
    expect(planned(...chain)).toEqual([[[0, 1, 2, 3]]]);
  });

  test('are those of the job whose output an activation reads', () => {
    const [phase] = planPhases(recorded([product(a, w, b), activation([b], c)]));
    expect(phase[0].map(({ rows }) => rows)).toEqual([8, 8]);
  });

  test('wait at a weight that was written before, and at what needs all rows', () => {
    // Forward, loss, backward, the gradients of both weights: the meetings of a training step.
    const step = [
      product(a, w, b),
      reduction([b], c),
      overRows([a, c], v),
      product(c, w, d),
      overRows([d, a], [80, 8]),
    ];
    expect(planned(...step)).toEqual([[[0]], [[1]], [[3]], [[2], [4]]]);
    expect(planned(overRows([a], w), product(b, w, c))).toEqual([[[0]], [[1]]]);
  });

  test('of two products without a common array are one stack, too', () => {
    expect(planned(product(a, w, b), product(c, w, d))).toEqual([[[0, 1]]]);
  });
});

describe('a job waits', () => {
  test('if its rows are not the rows of the array that it reads', () => {
    expect(planned(product(a, w, b), product(b, v, c, 4))).toEqual([[[0]], [[1]]]);
  });

  test('if it reads a part of the array only, or more than it', () => {
    expect(planned(product(a, w, b), product([16, 8], v, c))).toEqual([[[0]], [[1]]]);
    expect(planned(product(a, w, [16, 8]), product(b, v, c))).toEqual([[[0]], [[1]]]);
    expect(planned(product(a, w, b), product([24, 16], v, d))).toEqual([[[0]], [[1]]]);
  });

  test('if it writes what others still read: as a whole, or by other rows', () => {
    expect(planned(product(a, w, b), product(c, v, w))).toEqual([[[0]], [[1]]]);
    expect(planned(product(a, w, b), product(c, v, a, 4))).toEqual([[[0]], [[1]]]);
    expect(planned(product(a, w, b), product(c, v, [4, 16]))).toEqual([[[0]], [[1]]]);
  });

  test('but not if they read it by the same rows: a piece reads before it writes', () => {
    expect(planned(product(a, w, b), product(c, v, a))).toEqual([[[0, 1]]]);
  });

  test('if it writes over what was written by other rows', () => {
    expect(planned(product(a, w, c), product(b, v, c, 4))).toEqual([[[0]], [[1]]]);
    expect(planned(product(a, w, c), product(b, v, c))).toEqual([[[0, 1]]]);
  });

  test('for one that waits for something itself', () => {
    expect(planned(product(a, w, b), overRows([b], v), product(c, v, d), activation([d], d))).toEqual([
      [[0]],
      [[1]],
      [[2, 3]],
    ]);
  });

  test('an activation on what nobody wrote has no rows, and is no part of a stack', () => {
    expect(planned(activation([a], b), product(b, w, c))).toEqual([[[0]], [[1]]]);
  });

  test('an activation whose numbers are no multiple of the rows keeps its pieces', () => {
    const twelve: readonly Place[] = [
      [0, 12],
      [12, 12],
    ];
    expect(planned(product(a, w, twelve[0], 8), activation([twelve[0]], twelve[1]))).toEqual([[[0]], [[1]]]);
  });
});

describe('jobs without rows', () => {
  test('that do not depend on each other share a phase, in the order of the memory that they write', () => {
    expect(planned(overRows([a], d), overRows([a], c), overRows([b], w))).toEqual([[[1], [0], [2]]]);
  });

  test('that are long are a phase of their own, and so are long products by rows', () => {
    const long = (job: ToyJob): ToyJob => ({ ...job, isLong: true });
    expect(planned(overRows([a], c), long(overRows([a], d)), overRows([a], w))).toEqual([[[0], [2]], [[1]]]);
    expect(planned(long(product(a, w, b)), activation([b], c), activation([c], d))).toEqual([
      [[0]],
      [[1]],
      [[2]],
    ]);
  });

  test('nothing is planned for nothing', () => {
    expect(planned()).toEqual([]);
  });
});

// --- Random jobs

const overlaps = ([x, n]: Place, [y, m]: Place) => x < y + m && y < x + n;
const isSame = ([x, n]: Place, [y, m]: Place) => x === y && n === m;

/** Kernels never write what another piece of the same job reads or writes. */
function isPossible({ reads, readsWhole, writes }: ToyJob): boolean {
  return writes.every(
    (place, i) =>
      !readsWhole.some((other) => overlaps(place, other)) &&
      !reads.some((other) => overlaps(place, other) && !isSame(place, other)) &&
      !writes.some((other, j) => j < i && overlaps(place, other)),
  );
}

/** Mostly at multiples of 24: so that many arrays are the same, and some overlap in part. */
const place = (length: number): fc.Arbitrary<Place> =>
  fc
    .tuple(fc.constantFrom(24, 24, 24, 8), fc.nat())
    .map(([step, i]) => [step * (i % Math.floor((MEMORY_LENGTH - length) / step)), length]);
const places = (length: fc.Arbitrary<number>, minLength: number, maxLength: number) =>
  fc.array(length.chain(place), { minLength, maxLength });
const anyLength = fc.constantFrom(8, 24);

const byRows = fc.constantFrom(8, 12).chain((rows) => {
  const ofRows = fc.constantFrom(rows, 24, 24);
  return fc.record({
    rows: fc.constant(rows),
    reads: places(ofRows, 0, 2),
    readsWhole: places(anyLength, 0, 1),
    writes: places(ofRows, 1, 2),
  });
});
const elementwise = fc.constantFrom(8, 24, 24).chain((n) =>
  fc.record({
    rows: fc.constantFrom(undefined, undefined, 'none' as const),
    reads: places(fc.constant(n), 0, 2),
    readsWhole: fc.constant([]),
    writes: places(fc.constant(n), 1, 2),
  }),
);
const whole = fc.record({
  rows: fc.constant('none' as const),
  reads: fc.constant([]),
  readsWhole: places(anyLength, 0, 2),
  writes: places(anyLength, 1, 1),
});
const anyJob: fc.Arbitrary<ToyJob> = fc
  .record({ job: fc.oneof(byRows, byRows, elementwise, whole), isLong: fc.integer({ max: 9, min: 0 }) })
  .map(({ job, isLong }): ToyJob => ({ ...job, isLong: isLong === 0 }))
  .filter(isPossible);

/** Runs the phases: in each of them the pieces of its stacks in any order, as threads do. */
function runPhases(
  memory: ToyMemory,
  jobs: readonly ToyJob[],
  phases: readonly Phase[],
  random: Random,
): void {
  for (const phase of phases) {
    // What is left of each piece of each stack, done from the end.
    const left = phase.flatMap((stack) => {
      const [{ rows = finestRows(jobs[stack[0].words[0]]) }] = stack;
      const pieces = Math.ceil(rows / ROWS_OF_PIECE);
      return Array.from({ length: pieces }, (_, piece) =>
        stack.toReversed().map(({ words: [id] }) => () => {
          const from = ROWS_OF_PIECE * piece;
          memory.run(id, jobs[id], from, Math.min(from + ROWS_OF_PIECE, rows), rows);
        }),
      );
    });
    while (left.length > 0) {
      const next = Math.floor(random.uniform(0, left.length));
      left[next].pop()?.();
      if (left[next].length === 0) left.splice(next, 1);
    }
  }
}

/**
 * Whether jobs in planned phases compute what they compute one after the other.
 *
 * @param told - What the plan is told of the jobs: the truth, except in controls.
 */
function keepsResults(jobs: readonly ToyJob[], seed: number, told = (job: ToyJob) => job): boolean {
  const [memory, expected] = [new ToyMemory(), new ToyMemory()];
  const phases = planPhases(recorded(jobs.map(told), memory));
  expect(
    numbersOf(phases)
      .flat(2)
      .toSorted((x, y) => x - y),
  ).toEqual(jobs.map((_, id) => id));
  runPhases(memory, jobs, phases, new Random(seed));
  for (const [id, job] of jobs.entries()) expected.runWhole(id, job);
  return memory.words.every((word, i) => word === expected.words[i]);
}

const someJobs = fc.array(anyJob, { minLength: 1, maxLength: 12 });
const RUNS = { numRuns: isAll ? 20_000 : 300 };

describe('random jobs', () => {
  test('give the same numbers in planned phases as one after the other, however threads take their pieces', () => {
    fc.assert(
      fc.property(someJobs, fc.nat(), (jobs, seed) => keepsResults(jobs, seed)),
      RUNS,
    );
  });

  test('often share a phase: the check is not one of jobs that all wait', () => {
    const counts = fc.sample(someJobs, 200).map((jobs) => [planned(...jobs).length, jobs.length] as const);
    const [phases, jobs] = [0, 1].map((i) => counts.reduce((sum, count) => sum + count[i], 0));
    expect(phases).toBeLessThan(0.9 * jobs);
    const stacks = fc.sample(someJobs, 200).flatMap((list) => planned(...list).flat());
    expect(stacks.filter((stack) => stack.length > 1).length).toBeGreaterThan(50);
  });

  const lies: readonly (readonly [string, (job: ToyJob) => ToyJob])[] = [
    ['an array that all rows read is left out', (job) => ({ ...job, readsWhole: [] })],
    ['an array of which rows are read is left out', (job) => ({ ...job, reads: [] })],
    ['an array that is written is left out', (job) => ({ ...job, writes: job.writes.slice(0, 1) })],
    [
      'an array that all rows read is said to be read by rows',
      (job) => ({ ...job, readsWhole: [], reads: [...job.reads, ...job.readsWhole] }),
    ],
    [
      'an array is said to be shorter than it is',
      (job) => ({ ...job, reads: job.reads.map(([start, length]) => [start, length / 2]) }),
    ],
  ];
  test.each(lies)('negative control: %s', (_, told) => {
    const outcome = fc.check(
      fc.property(someJobs, fc.nat(), (jobs, seed) => keepsResults(jobs, seed, told)),
      { ...RUNS, endOnFailure: true },
    );
    expect(outcome.failed).toBe(true);
  });
});
