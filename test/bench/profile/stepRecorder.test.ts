import { describe, expect, test } from '@jest/globals';
import { StepRecorder } from '../../../bench/profile/stepRecorder.ts';

const BYTES = new Uint8Array(0);

/** A step of 10 ms or `length`: gather 1 ms, relu of 4 numbers 2 ms, zero 1 ms, the same relu 3 ms. */
function recordStep(recorder: StepRecorder, startMs: number, reluMs = 2): void {
  recorder.record('gather', [5, [0, 1], BYTES], startMs, startMs + 1);
  recorder.record('relu', [4], startMs + 2, startMs + 2 + reluMs);
  recorder.record('zero', [9], startMs + 5, startMs + 6);
  recorder.record('relu', [4], startMs + 6, startMs + 9);
}

describe('StepRecorder', () => {
  test('adds up calls of the same sizes, in the order of the step', () => {
    const recorder = new StepRecorder();
    for (const startMs of [0, 10, 20]) recordStep(recorder, startMs);
    const { operations, usPerStep } = recorder.result();
    expect(usPerStep).toBe(10_000);
    expect(operations.map(({ label, callsPerStep, usPerStep }) => [label, callsPerStep, usPerStep])).toEqual([
      ['gather 2x5', 1, 1000],
      ['relu 4', 2, 5000],
      ['zero 9', 1, 1000],
    ]);
  });

  test('averages over the faster half of the steps, the last one left out', () => {
    const recorder = new StepRecorder();
    // They take 10, 500, 12, 400 ms and nobody knows.
    for (const [startMs, reluMs] of [
      [0, 2],
      [10, 50],
      [510, 2.5],
      [522, 60],
      [922, 70],
    ])
      recordStep(recorder, startMs, reluMs);
    const { operations, usPerStep } = recorder.result();
    expect(usPerStep).toBe(11_000);
    expect(operations[1].usPerStep).toBe(2250 + 3000);
  });

  test('refuses a step that is not like the first', () => {
    const other = new StepRecorder();
    recordStep(other, 0);
    other.record('gather', [5, [0, 1], BYTES], 10, 11);
    expect(() => other.record('zero', [9], 11, 12)).toThrow('step 2 calls zero, expected relu');

    const longer = new StepRecorder();
    for (const startMs of [0, 10]) recordStep(longer, startMs);
    expect(() => longer.record('zero', [9], 19, 20)).toThrow('step 2 calls zero, expected its end');

    const shorter = new StepRecorder();
    recordStep(shorter, 0);
    shorter.record('gather', [5, [0, 1], BYTES], 10, 11);
    expect(() => shorter.record('gather', [5, [0, 1], BYTES], 20, 21)).toThrow(
      'step 2 ends early, expected relu',
    );
  });
});
