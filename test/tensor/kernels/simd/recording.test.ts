/** Recordings: which can be replayed, and which zeros need not be written. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EngineMemory } from '../../../../src/tensor/kernels/simd/memory.ts';
import { type Access, type Job, Recording } from '../../../../src/tensor/kernels/simd/recording.ts';
import { JOB_ARGUMENTS, JOB_BYTES } from '../../../../src/tensor/kernels/simd/sharedPage.ts';

const memory = new EngineMemory();
const part = memory.createPart();
const array = (length = 8) => part?.allocate(length) as Float32Array;

/** Access to nothing but what is given. */
const access = (given: Partial<Access>): Access => ({ reads: [], readsWhole: [], writes: [], ...given });

/** A recording of one job, with a result. */
function recordOne(given: Partial<Access> = { writes: [array()] }): Recording {
  const recording = new Recording(memory, new Int32Array(JOB_BYTES / 4));
  recording.countRun(100);
  recording.add(access(given));
  recording.addResult(() => 42);
  return recording;
}

describe('a recording is complete', () => {
  test('with all jobs that ran, as they lay in memory, how long they take, and one result', () => {
    const job = new Int32Array(JOB_BYTES / 4);
    const recording = new Recording(memory, job);
    const [a, b] = [array(), array()];
    for (const [number, ns, reads, writes] of [
      [3, 100, a, b],
      [4, 200, b, a],
    ] as const) {
      job.fill(number);
      recording.countRun(ns);
      recording.add(access({ reads: [reads], writes: [writes] }));
    }
    job.fill(0);
    recording.addResult(() => 42);
    const recorded = recording.finish();
    expect(recorded?.result()).toBe(42);
    expect(
      recorded?.jobs.map(({ words, ns, reads, writes }) => [words[0], words.at(-1), ns, reads, writes]),
    ).toEqual([
      [3, 3, 100, [a], [b]],
      [4, 4, 200, [b], [a]],
    ]);
  });

  test('and keeps the buffers of all arrays, and of the room that it gave', () => {
    const arrays = [0, 1, 2].map(() => memory.createPart()?.allocate(4) as Float32Array);
    const [a, b, c] = arrays;
    const recording = recordOne({ reads: [a], readsWhole: [b], writes: [c] });
    const room = recording.allocate(4);
    const buffers = recording.finish()?.buffers;
    expect([...arrays, room].map((one) => one && buffers?.has(one.buffer))).toEqual([true, true, true, true]);
    expect(new Set([...arrays, room].map((one) => one?.buffer)).size).toBe(4);
  });
});

describe('a recording has no replay', () => {
  test('the control: this one has', () => {
    expect(recordOne().finish()).toBeDefined();
  });

  test.each(['reads', 'readsWhole', 'writes'] as const)(
    'if an array that it %s is outside of the memory',
    (use) => {
      expect(recordOne({ writes: [array()], [use]: [new Float32Array(8)] }).finish()).toBeUndefined();
    },
  );

  test('if a kernel ran that nobody added', () => {
    const recording = recordOne();
    recording.countRun(100);
    expect(recording.finish()).toBeUndefined();
  });

  test('without a result, and with two', () => {
    const without = new Recording(memory, new Int32Array(JOB_BYTES / 4));
    expect(without.finish()).toBeUndefined();
    const two = recordOne();
    two.addResult(() => 43);
    expect(two.finish()).toBeUndefined();
  });

  test('if there was no room for what lies between two jobs', () => {
    const full = new EngineMemory();
    full.createPart()?.allocate(2 ** 26); // more than a program may take without a pause
    const recording = new Recording(full, new Int32Array(JOB_BYTES / 4));
    expect(recording.allocate(8)).toBeUndefined();
    recording.addResult(() => 42);
    expect(recording.finish()).toBeUndefined();
  });
});

// --- Zeros

/** A job of the tests below, on `length` numbers from `start` on. */
interface Step {
  readonly kind: 'zero' | 'add' | 'write' | 'read' | 'readWhole';
  readonly start: number;
  readonly length: number;
}

const LENGTH = 16;
const OVERWRITES = 1;

/** What is recorded of these steps on an array: the numbers of those that are left, and of those that overwrite. */
function recordSteps(steps: readonly Step[], sums: Float32Array) {
  const job = new Int32Array(JOB_BYTES / 4);
  const recording = new Recording(memory, job);
  for (const [number, { kind, start, length }] of steps.entries()) {
    const place = sums.subarray(start, start + length);
    job.fill(0);
    job[0] = number;
    recording.countRun(100);
    recording.add(
      access({
        [kind === 'read' ? 'reads' : kind === 'readWhole' ? 'readsWhole' : 'writes']: [place],
        isZero: kind === 'zero',
        ...(kind === 'add' && {
          overwrite: (given: Int32Array) => {
            given[0] = OVERWRITES;
          },
        }),
        // What reads must write something.
        ...(kind.startsWith('read') && { writes: [array()] }),
      }),
    );
  }
  recording.addResult(() => 42);
  const jobs = (recording.finish() as { jobs: readonly Job[] }).jobs;
  const overwrites = ({ words }: Job) => words[JOB_ARGUMENTS / 4] === OVERWRITES;
  return {
    left: jobs.map(({ words }) => words[0]),
    overwriting: jobs.filter(overwrites).map(({ words }) => words[0]),
  };
}

const step = (kind: Step['kind'], start = 0, length = LENGTH): Step => ({ kind, start, length });
const half = LENGTH / 2;

describe('zeros', () => {
  test.each([
    ['one job adds to all of them', [step('zero'), step('add')], [1]],
    [
      'several add to a part each',
      [step('zero'), step('add', half, half), step('add', 0, 4), step('add', 4, 4)],
      [1, 2, 3],
    ],
    [
      'others use them afterwards',
      [step('zero'), step('add'), step('read'), step('add'), step('write')],
      [1],
    ],
    ['others used them before', [step('read'), step('add'), step('zero'), step('add')], [3]],
    ['there are others for the next time', [step('zero'), step('add'), step('zero'), step('add')], [1, 3]],
  ])('are not written if %s', (_, steps, overwriting) => {
    const kept = steps.flatMap(({ kind }, i) => (kind === 'zero' ? [] : [i]));
    expect(recordSteps(steps, array(LENGTH))).toEqual({ left: kept, overwriting });
  });

  test.each([
    ['nobody adds to them', [step('zero')]],
    ['a part stays', [step('zero'), step('add', 0, half), step('add', half, 4)]],
    [
      'a part is added to twice, another one never',
      [step('zero'), step('add', 0, half), step('add', 0, half)],
    ],
    ['parts overlap', [step('zero'), step('add', 0, 12), step('add', 8, 4), step('add', 8, 8)]],
    ['others add to more than them', [step('zero', half, half), step('add', 4, half), step('add', 12, 4)]],
    [
      'one that is as long adds to a part of them and to what lies behind',
      [step('zero', 0, half), step('add', 4, half)],
    ],
    ['a job reads them first', [step('zero'), step('read', 0, 4), step('add')]],
    ['a job reads all of them first', [step('zero'), step('readWhole'), step('add')]],
    ['a job writes a part first', [step('zero'), step('write', 4, 4), step('add')]],
  ])('are written if %s', (_, steps) => {
    expect(recordSteps(steps, array(LENGTH))).toEqual({ left: steps.map((_, i) => i), overwriting: [] });
  });

  // --- Random steps, done by plain loops

  /** All that was read, and what the array holds in the end. */
  function outcome(
    steps: readonly Step[],
    left: readonly number[],
    overwriting: readonly number[],
  ): number[] {
    const sums = Array.from({ length: LENGTH }, (_, i) => i + 1);
    const seen: number[] = [];
    for (const number of left) {
      const { kind, start, length } = steps[number];
      for (let i = start; i < start + length; i++) {
        const value = 100 * (number + 1) + i;
        if (kind === 'zero') sums[i] = 0;
        else if (kind === 'write' || overwriting.includes(number)) sums[i] = value;
        else if (kind === 'add') sums[i] += value;
        else seen.push(sums[i]);
      }
    }
    return [...seen, ...sums];
  }

  /** Whether what is left of random steps gives the same numbers. */
  const property = (
    changed: (recorded: ReturnType<typeof recordSteps>) => ReturnType<typeof recordSteps>,
  ) => {
    const sums = array(LENGTH);
    const someStep = fc
      .record({
        kind: fc.constantFrom<Step['kind'][]>('zero', 'add', 'add', 'add', 'write', 'read', 'readWhole'),
        part: fc.constantFrom([0, 16], [0, 16], [0, 16], [0, 8], [8, 8], [0, 4], [4, 4], [4, 8]),
      })
      .map(({ kind, part: [start, length] }) => step(kind, start, length));
    return fc.property(fc.array(someStep, { maxLength: 8 }), (steps) => {
      const { left, overwriting } = changed(recordSteps(steps, sums));
      expect(outcome(steps, left, overwriting)).toEqual(outcome(steps, [...steps.keys()], []));
    });
  };

  test('that are left out change nothing: random steps', () => {
    let leftOut = 0;
    const counted = (recorded: ReturnType<typeof recordSteps>) => {
      leftOut += recorded.overwriting.length;
      return recorded;
    };
    fc.assert(property(counted), { numRuns: 1000 });
    expect(leftOut).toBeGreaterThan(20);
  });

  test('negative control: what overwrites one time too few is found', () => {
    const { failed } = fc.check(
      property(({ left, overwriting }) => ({ left, overwriting: overwriting.slice(1) })),
      { numRuns: 500, endOnFailure: true },
    );
    expect(failed).toBe(true);
  });
});
