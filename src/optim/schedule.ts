/** Learning rates that change over time. docs/math.md, section 5.4. */

import {
  type OptionNames,
  requireInteger,
  requireMethods,
  requireNumber,
  requireOptions,
} from '../tensor/options.ts';

export interface Schedule {
  /** The learning rate of a step; the first step is step 0. */
  at(step: number): number;
}

/**
 * The same learning rate at every step.
 *
 * @throws {RangeError} If it is not > 0.
 * @example
 * const optimizer = new Adam({ learningRate: constant(0.01) });
 * constant(0.01).at(1000); // 0.01
 */
export function constant(learningRate: number): Schedule {
  requirePositive('constant', learningRate);
  return { at: () => learningRate };
}

/** A single decay from the learning rate to the minimum. */
export interface DecayOptions {
  /** The learning rate of step 0. */
  readonly learningRate: number;
  /** The step from which on the rate is the minimum. */
  readonly steps: number;
  /** From 0 to the learning rate. @default 0 */
  readonly minimum?: number;
}

/** Options of {@link cosine}. */
export type CosineOptions = DecayOptions;

const DECAY_OPTIONS: OptionNames<DecayOptions> = { learningRate: true, steps: true, minimum: true };

/**
 * Half a cosine wave from the learning rate down to the minimum: one cycle of Loshchilov & Hutter 2017 (SGDR).
 *
 * @throws {TypeError} If an option is unknown or missing.
 * @throws {RangeError} If the learning rate is not > 0, `steps` is not an integer >= 1, or the minimum is out of range.
 * @example
 * const schedule = cosine({ learningRate: 1, steps: 100 });
 * schedule.at(50); // 0.5
 * schedule.at(100); // 0
 */
export function cosine(options: CosineOptions): Schedule {
  requireDecay('cosine', options);
  const { learningRate, steps, minimum = 0 } = options;
  const amplitude = (learningRate - minimum) / 2;
  return {
    at: (step) => minimum + amplitude * (1 + Math.cos(Math.PI * Math.min(1, step / steps))),
  };
}

/**
 * A straight line from the learning rate down to the minimum.
 *
 * @throws As {@link cosine}.
 * @example
 * const schedule = linear({ learningRate: 1, steps: 4 });
 * schedule.at(1); // 0.75
 * schedule.at(9); // 0
 */
export function linear(options: DecayOptions): Schedule {
  requireDecay('linear', options);
  const { learningRate, steps, minimum = 0 } = options;
  return {
    at: (step) => minimum + (learningRate - minimum) * Math.max(0, 1 - step / steps),
  };
}

/** Options of {@link warmUp}. */
export interface WarmUpOptions {
  /** The number of steps over which the learning rate rises, in a straight line. */
  readonly steps: number;
  /** What follows: its step 0 is the first step after the rise. */
  readonly schedule: Schedule;
}

const WARM_UP_OPTIONS: OptionNames<WarmUpOptions> = { steps: true, schedule: true };

/**
 * Rises from near 0 to the start of the next schedule: Adam's first steps are based on few gradients.
 *
 * @throws {TypeError} If an option is unknown, or the schedule is none.
 * @throws {RangeError} If `steps` is not an integer >= 1.
 * @example
 * const schedule = warmUp({ steps: 4, schedule: constant(1) });
 * schedule.at(0); // 0.25
 * schedule.at(3); // 1
 */
export function warmUp(options: WarmUpOptions): Schedule {
  requireOptions('warmUp', options, WARM_UP_OPTIONS);
  const { steps, schedule } = options;
  requireInteger('warmUp', 'the number of steps', steps, 1);
  requireMethods('warmUp', 'the schedule', schedule, ['at'], 'one such as constant(1e-3)');
  return {
    at: (step) => (step < steps ? (schedule.at(0) * (step + 1)) / steps : schedule.at(step - steps)),
  };
}

export interface TrainingScheduleOptions {
  readonly kind: 'constant' | 'cosine' | 'linear';
  readonly learningRate: number;
  /** The steps of the whole training, warm-up included. */
  readonly steps: number;
  /** 0 for no warm-up. */
  readonly warmUpSteps: number;
}

/** The schedule of one training: an optional warm-up, then a constant rate, or a decay that reaches 0 after the last step. */
export function trainingSchedule({
  kind,
  learningRate,
  steps,
  warmUpSteps,
}: TrainingScheduleOptions): Schedule {
  const decay = { learningRate, steps: Math.max(1, steps - warmUpSteps) };
  const schedule = {
    constant: () => constant(learningRate),
    cosine: () => cosine(decay),
    linear: () => linear(decay),
  }[kind]();
  return warmUpSteps > 0 ? warmUp({ steps: warmUpSteps, schedule }) : schedule;
}

function requireDecay(who: string, options: DecayOptions): void {
  requireOptions(who, options, DECAY_OPTIONS);
  const { learningRate, steps, minimum = 0 } = options;
  requirePositive(who, learningRate);
  requireInteger(who, 'the number of steps', steps, 1);
  const expected = `0 to the learning rate, ${learningRate}`;
  requireNumber(who, 'the minimum', minimum, expected, (value) => value >= 0 && value <= learningRate);
}

function requirePositive(who: string, learningRate: number): void {
  const isInRange = (value: number) => value > 0 && value < Infinity;
  requireNumber(who, 'the learning rate', learningRate, 'more than 0', isInRange);
}
