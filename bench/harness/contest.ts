/**
 * One piece of work done in several ways, and how they are compared: checked first, then timed in turns.
 *
 * A shared machine is faster at one moment than at the next. So each round times every contestant for a moment, one
 * right after the other, and the ratio within a round counts: other programs on the machine slow both.
 */

import { Bench } from 'tinybench';
import { createSpareProcessors, type SpareProcessors } from './spareProcessors.ts';

interface Named {
  readonly name: string;
  /** Called before each sample, outside the timing, and waited for. */
  readonly prepare?: () => unknown;
}

/** Is timed. */
export interface Timed extends Named {
  /** The work, once. */
  readonly run: () => unknown;
  /** Whether `run` returns a promise that has to be waited for. @default false */
  readonly isAsync?: boolean;
  /** How long it runs untimed before each sample: threads that slept need a while to work along. @default 0 */
  readonly settleMs?: number;
}

/** Does the work once and returns the milliseconds that count, where these are not the time from start to end. */
export interface Measured extends Named {
  readonly measure: () => number | Promise<number>;
}

export type Contestant = Timed | Measured;

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
  /** Starts something that runs while the contestants are timed; returns a function that ends it. */
  readonly begin?: () => Promise<() => unknown>;
  /** The minimum durations of this contest: a shorter plan is extended to them. */
  readonly atLeast?: Partial<Durations>;
  /** How the runs of a sample are averaged: by their mean where occasional slow runs belong to the result. @default 'median' */
  readonly average?: 'median' | 'mean';
  /** Left out on a machine with fewer processors. @default 1 */
  readonly processors?: number;
  /** What it needs and this host lacks: then it is left out. */
  readonly missing?: string | undefined;
  /** Whether a round counts only if all of these processors were free. @default false */
  readonly needsAll?: boolean;
}

/** What floors.json calls a contest. */
export function contestName({ what, shape }: Pick<Contest, 'what' | 'shape'>): string {
  return `${what} ${shape}`;
}

export interface Durations {
  /** How long each contestant is timed in each round. */
  readonly sampleMs: number;
  /** How long each runs before the first round, so that it is compiled. */
  readonly warmUpMs: number;
}

export interface Plan extends Durations {
  readonly rounds: number;
}

export interface Timing {
  readonly name: string;
  /** Of one `run`: the median of the rounds. */
  readonly medianMs: number;
  /** The median absolute deviation between rounds, as a part of the median. */
  readonly spread: number;
  /** How many times as fast as the baseline: the median of the rounds' ratios. 1 for the baseline. */
  readonly ratio: number;
  /** Whether too few rounds had the processors that the contest needs. The figures are then those of all rounds. */
  readonly isDisturbed?: boolean;
}

export interface Sampling {
  readonly durationMs: number;
  readonly average: 'median' | 'mean';
}

/** Times one contestant for about `durationMs`; resolves to milliseconds a `run`. */
export type Sampler = (contestant: Contestant, sampling: Sampling) => Promise<number>;

/**
 * Verifies, warms up, then times all contestants in turns.
 *
 * @param spare - Counts the free processors, between the rounds of contests that need all of theirs.
 * @returns The baseline's timing, then the others' in their order.
 * @throws {VerificationError} If a result is wrong: nothing is timed then.
 */
export async function runContest(
  contest: Contest,
  plan: Plan,
  sample: Sampler = sampleOnce,
  spare: SpareProcessors = createSpareProcessors(),
): Promise<Timing[]> {
  await contest.verify();
  const end = await contest.begin?.();
  try {
    return await takeTurns(contest, plan, sample, spare);
  } finally {
    await end?.();
  }
}

/** Where rounds don't count, up to three times as many are run. */
const MAX_TRIES = 3;
/** The share of its processors that a contest must get: the system itself uses the rest. */
const ENOUGH = 0.85;

async function takeTurns(
  contest: Contest,
  plan: Plan,
  sample: Sampler,
  spare: SpareProcessors,
): Promise<Timing[]> {
  const { baseline, contestants, average = 'median', atLeast = {}, processors = 1, needsAll } = contest;
  const isFree = async (): Promise<boolean> => !needsAll || (await spare()) >= ENOUGH * processors;
  const longest = (what: keyof Durations): number => Math.max(plan[what], atLeast[what] ?? 0);
  const warmUp: Sampling = { durationMs: longest('warmUpMs'), average };
  const turn: Sampling = { durationMs: longest('sampleMs'), average };
  const all = [baseline, ...contestants];
  for (const contestant of all) await sample(contestant, warmUp);
  const rounds: number[][] = [];
  const counting: number[][] = [];
  let wasFree = await isFree();
  while (counting.length < plan.rounds && rounds.length < MAX_TRIES * plan.rounds) {
    const times: number[] = [];
    for (const contestant of all) times.push(await sample(contestant, turn));
    rounds.push(times);
    const isStillFree = await isFree();
    if (wasFree && isStillFree) counting.push(times);
    wasFree = isStillFree;
  }
  const isDisturbed = counting.length < plan.rounds;
  return all.map(({ name }, i) => ({
    name,
    ...summarize(isDisturbed ? rounds : counting, i),
    ...(isDisturbed && { isDisturbed }),
  }));
}

/** @param rounds - By round, then by contestant, the baseline first. */
function summarize(rounds: readonly number[][], contestant: number): Omit<Timing, 'name'> {
  const times = rounds.map((round) => round[contestant]);
  const medianMs = median(times);
  const spread = median(times.map((time) => Math.abs(time - medianMs))) / medianMs;
  const ratio = median(rounds.map((round) => round[0] / round[contestant]));
  return { medianMs, spread, ratio };
}

async function sampleOnce(contestant: Contestant, sampling: Sampling): Promise<number> {
  await contestant.prepare?.();
  return 'run' in contestant ? sampleWithTinybench(contestant, sampling) : contestant.measure();
}

async function sampleWithTinybench(
  { name, run, isAsync = false, settleMs = 0 }: Timed,
  { durationMs, average }: Sampling,
): Promise<number> {
  for (const settled = performance.now() + settleMs; performance.now() < settled; ) await run();
  const bench = new Bench({ time: durationMs, iterations: 1, warmup: false, throws: true });
  bench.add(name, run, { async: isAsync });
  const [{ result }] = await bench.run();
  if (result.state !== 'completed') throw new Error(`tinybench: ${name} is ${result.state}.`);
  return average === 'mean' ? result.latency.mean : result.latency.p50;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle - 1)] + sorted[Math.floor(middle)]) / 2;
}
