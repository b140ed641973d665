/** Learning rates that change over time. docs/math.md, section 5.4. */

export interface Schedule {
  /** The learning rate of a step; the first step is step 0. */
  at(step: number): number;
}

/** The same learning rate at every step. */
export function constant(learningRate: number): Schedule {
  requirePositive('constant', 'learning rate', learningRate);
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

export type CosineOptions = DecayOptions;

/** Half a cosine wave from the learning rate down to the minimum: one cycle of Loshchilov & Hutter 2017 (SGDR). */
export function cosine(options: CosineOptions): Schedule {
  requireDecay('cosine', options);
  const { learningRate, steps, minimum = 0 } = options;
  const amplitude = (learningRate - minimum) / 2;
  return {
    at: (step) => minimum + amplitude * (1 + Math.cos(Math.PI * Math.min(1, step / steps))),
  };
}

/** A straight line from the learning rate down to the minimum. */
export function linear(options: DecayOptions): Schedule {
  requireDecay('linear', options);
  const { learningRate, steps, minimum = 0 } = options;
  return {
    at: (step) => minimum + (learningRate - minimum) * Math.max(0, 1 - step / steps),
  };
}

export interface WarmUpOptions {
  /** The number of steps over which the learning rate rises, in a straight line. */
  readonly steps: number;
  /** What follows: its step 0 is the first step after the rise. */
  readonly schedule: Schedule;
}

/** Rises from near 0 to the start of the next schedule: Adam's first steps are based on few gradients. */
export function warmUp({ steps, schedule }: WarmUpOptions): Schedule {
  requireSteps('warmUp', steps);
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

function requireDecay(who: string, { learningRate, steps, minimum = 0 }: DecayOptions): void {
  requirePositive(who, 'learning rate', learningRate);
  requireSteps(who, steps);
  if (!(minimum >= 0 && minimum <= learningRate)) {
    throw new RangeError(
      `${who}: the minimum is ${minimum}, expected 0 to the learning rate, ${learningRate}.`,
    );
  }
}

function requirePositive(who: string, what: string, value: number): void {
  if (!(value > 0 && value < Infinity))
    throw new RangeError(`${who}: the ${what} is ${value}, expected more than 0.`);
}

function requireSteps(who: string, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new RangeError(`${who}: the number of steps is ${steps}, expected an integer >= 1.`);
  }
}
