/**
 * One piece of work done in several ways, and how they are compared: checked first, then timed in turns.
 *
 * A shared machine is faster at one moment than at the next. So each round times every contestant for a moment, one
 * right after the other, and what counts is the ratio within a round: whatever else runs on the machine slows both.
 */

import { Bench } from 'tinybench';

export interface Contestant {
  readonly name: string;
  /** Called before each sample, outside the timing. */
  readonly prepare?: () => void;
  /** The work, once. */
  readonly run: () => unknown;
  /** Whether `run` returns a promise that has to be waited for. @default false */
  readonly isAsync?: boolean;
}

export interface Contest {
  readonly what: string;
  readonly shape: string;
  /** How much is done by one `run`: amount 0.0336 of unit GFLOP, for example. */
  readonly work: { readonly amount: number; readonly unit: string };
  /** What the others are compared with. */
  readonly baseline: Contestant;
  readonly contestants: readonly Contestant[];
  /**
   * Compares every contestant's result with the baseline's.
   *
   * @throws {VerificationError} If one is wrong.
   */
  readonly verify: () => void | Promise<void>;
}

/** What floors.json calls a contest. */
export function contestName({ what, shape }: Pick<Contest, 'what' | 'shape'>): string {
  return `${what} ${shape}`;
}

export interface Plan {
  readonly rounds: number;
  /** How long each contestant is timed in each round. */
  readonly sampleMs: number;
  /** How long each runs before the first round, so that it is compiled. */
  readonly warmUpMs: number;
}

export interface Timing {
  readonly name: string;
  /** Of one `run`: the median of the rounds. */
  readonly medianMs: number;
  /** The median absolute deviation between rounds, as a part of the median. */
  readonly spread: number;
  /** How many times as fast as the baseline: the median of the rounds' ratios. 1 for the baseline. */
  readonly ratio: number;
}

/** Times one contestant for about `durationMs`; resolves to milliseconds a `run`. */
export type Sampler = (contestant: Contestant, durationMs: number) => Promise<number>;

/**
 * Verifies, warms up, then times all contestants in turns.
 *
 * @returns The baseline's timing, then the others' in their order.
 * @throws {VerificationError} If a result is wrong: nothing is timed then.
 */
export async function runContest(
  contest: Contest,
  { rounds, sampleMs, warmUpMs }: Plan,
  sample: Sampler = sampleWithTinybench,
): Promise<Timing[]> {
  await contest.verify();
  const all = [contest.baseline, ...contest.contestants];
  for (const contestant of all) await sample(contestant, warmUpMs);
  const times = all.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of all.entries()) times[i].push(await sample(contestant, sampleMs));
  }
  return all.map(({ name }, i) => {
    const medianMs = median(times[i]);
    const spread = median(times[i].map((time) => Math.abs(time - medianMs))) / medianMs;
    const ratio = median(times[i].map((time, round) => times[0][round] / time));
    return { name, medianMs, spread, ratio };
  });
}

async function sampleWithTinybench(
  { name, prepare, run, isAsync = false }: Contestant,
  durationMs: number,
): Promise<number> {
  prepare?.();
  const bench = new Bench({ time: durationMs, iterations: 1, warmup: false, throws: true });
  bench.add(name, run, { async: isAsync });
  const [{ result }] = await bench.run();
  if (result.state !== 'completed') throw new Error(`tinybench: ${name} is ${result.state}.`);
  return result.latency.p50;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle - 1)] + sorted[Math.floor(middle)]) / 2;
}
