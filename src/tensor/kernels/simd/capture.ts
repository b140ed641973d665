/**
 * Capture: the kernels that a step calls are recorded once, and later steps are one call into WebAssembly that runs them
 * again, on the same arrays: no JavaScript between two kernels, and few meetings of the threads. It is what CUDA graphs are
 * on a GPU. Read recording.ts and phases.ts first.
 */

import type { Capture, Captured } from '../kernels.ts';
import { PHASE } from './code/module.ts';
import { TILE_ROWS } from './code/tile.ts';
import type { Engine } from './engine.ts';
import type { InnerLoopChoice } from './innerLoopChoice.ts';
import { planPhases, type Stack } from './phases.ts';
import type { Recording } from './recording.ts';
import {
  JOB_ARGUMENTS,
  JOB_BYTES,
  JOB_GOES_ON,
  JOB_IS_SHARED,
  JOB_KERNEL,
  JOB_PIECES,
} from './sharedPage.ts';

/** Shorter phases are not shared: a meeting of two threads in WebAssembly takes some 0.3 µs. */
const WORTH_SHARING_NS = 1_000;

const JOB_WORDS = JOB_BYTES / 4;

export function createCapture(engine: Engine, innerLoop: InnerLoopChoice): Capture {
  return (work) => {
    let result = Number.NaN;
    const recording = engine.record(() => {
      result = work();
    });
    return { result, replay: createReplay(engine, innerLoop, recording, result) };
  };
}

/** @param result - What the recorded work returned: it must be the number that a kernel returned. */
function createReplay(
  engine: Engine,
  innerLoop: InnerLoopChoice,
  recording: Recording,
  result: number,
): Captured['replay'] {
  const recorded = recording.finish();
  if (!recorded || !Object.is(recorded.result(), result)) return undefined;
  const { threads } = engine;
  const phases = planPhases(recorded.jobs).map((phase) => phase.map((stack) => cut(stack, threads)));
  // First the jobs of all phases, then the phases, which are jobs themselves.
  const count = phases.flat(2).length;
  const room = recording.allocate((count + phases.length) * JOB_WORDS);
  if (!room) return undefined;
  const words = new Int32Array(room.buffer, room.byteOffset, room.length);
  let at = 0;
  for (const [i, phase] of phases.entries()) {
    words.set(phaseJob(phase, words.byteOffset + at * JOB_BYTES), (count + i) * JOB_WORDS);
    for (const { job } of phase.flat()) words.set(job, at++ * JOB_WORDS);
  }
  const ns = recorded.jobs.reduce((sum, job) => sum + job.ns, 0);
  // It holds `words` and, in `recorded`, the buffers of all arrays: their memory is theirs for as long as it may be called.
  return () => {
    if (engine.threads !== threads) return undefined;
    const first = words.byteOffset + count * JOB_BYTES;
    engine.runAll(first, words.byteOffset + words.byteLength, ns);
    innerLoop.record(ns);
    return recorded.result();
  };
}

interface CutJob {
  /** As it lies in memory. */
  readonly job: Int32Array;
  readonly ns: number;
}

/** The jobs of a stack: by rows, if that is what they have in common, with one piece for each thread. */
function cut(stack: Stack, threads: number): CutJob[] {
  return stack.map(({ words, ns, rowCut, rows }, i) => {
    const job = words.slice();
    if (rowCut && rows !== undefined) {
      const rowsPerPiece = Math.ceil(rows / threads / TILE_ROWS) * TILE_ROWS;
      rowCut.apply(job.subarray(JOB_ARGUMENTS / 4), rowsPerPiece, rows);
      job[JOB_PIECES / 4] = Math.ceil(rows / rowsPerPiece);
    }
    job[JOB_GOES_ON / 4] = i < stack.length - 1 ? 1 : 0;
    return { job, ns };
  });
}

/** A phase as a job: its pieces are those of all its stacks; its argument is the address of its first job. */
function phaseJob(stacks: readonly CutJob[][], firstJob: number): Int32Array {
  const pieces = stacks.reduce((sum, [{ job }]) => sum + job[JOB_PIECES / 4], 0);
  const ns = stacks.flat().reduce((sum, one) => sum + one.ns, 0);
  const phase = new Int32Array(JOB_WORDS);
  phase[JOB_KERNEL / 4] = PHASE;
  phase[JOB_PIECES / 4] = pieces;
  phase[JOB_IS_SHARED / 4] = pieces > 1 && ns >= WORTH_SHARING_NS ? 1 : 0;
  phase[JOB_ARGUMENTS / 4] = firstJob;
  return phase;
}
