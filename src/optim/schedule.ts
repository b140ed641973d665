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

/** A fall from the learning rate to the minimum, once. */
export interface DecayOptions {
  /** Where it starts. */
  readonly learningRate: number;
  /** After how many steps it reaches the minimum, and stays there. */
  readonly steps: number;
  /** From 0 to the learning rate. @default 0 */
  readonly minimum?: number;
}

export type CosineOptions = DecayOptions;

/** Half a cosine wave from the learning rate down to the minimum: Loshchilov & Hutter 2017 (SGDR), one cycle. */
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
  /** How many steps the learning rate climbs for, in a straight line. */
  readonly steps: number;
  /** What follows; its own step 0 is the first step after the climb. */
  readonly schedule: Schedule;
}

/** Starts small and climbs to where the next schedule starts: Adam's first steps rest on few gradients. */
export function warmUp({ steps, schedule }: WarmUpOptions): Schedule {
  requireSteps('warmUp', steps);
  return {
    at: (step) => (step < steps ? (schedule.at(0) * (step + 1)) / steps : schedule.at(step - steps)),
  };
}

export interface TrainingScheduleOptions {
  readonly kind: 'constant' | 'cosine' | 'linear';
  readonly learningRate: number;
  /** Of the whole training, the climb included. */
  readonly steps: number;
  /** 0 for none. */
  readonly warmUpSteps: number;
}

/** What one training goes by: the rate climbs, if it is to, and then stays, or falls until it would be 0 after the last step. */
export function trainingSchedule({
  kind,
  learningRate,
  steps,
  warmUpSteps,
}: TrainingScheduleOptions): Schedule {
  const fall = { learningRate, steps: Math.max(1, steps - warmUpSteps) };
  const schedule = {
    constant: () => constant(learningRate),
    cosine: () => cosine(fall),
    linear: () => linear(fall),
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
