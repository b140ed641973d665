/**
 * What every optimizer can do: turn gradients into a step. Read sgd.ts next, then adam.ts.
 * Each has the name of its class as a static field: layers/layer.ts says why.
 */

import { type FlatParameters, requireFlatParameters } from '../tensor/flatParameters.ts';
import { type OptionNames, requireMethods, requireNumber } from '../tensor/options.ts';
import { plural } from '../tensor/words.ts';
import { clipGradientNorm } from './clip.ts';
import { constant, type Schedule } from './schedule.ts';

/** What all optimizers take. */
export interface OptimizerOptions {
  /** A number above 0, or a schedule that gives one for each step. @default 1e-3, for SGD 0.01 */
  readonly learningRate?: number | Schedule;
  /** Gradients with a larger global norm are scaled down to this norm. @default none: no clipping */
  readonly clipNorm?: number;
}

export const OPTIMIZER_OPTIONS: OptionNames<OptimizerOptions> = { learningRate: true, clipNorm: true };

/** What people write who come from PyTorch. Names that are nearly ours, as Keras has them, are found without this. */
export const RATE_ADVICE: Readonly<Record<string, string>> = { lr: "'learningRate'" };
/** The same for optimizers without weight decay. */
export const DECAY_ADVICE: Readonly<Record<string, string>> = {
  ...RATE_ADVICE,
  weightDecay: 'new AdamW({ weightDecay })',
  weight_decay: 'new AdamW({ weightDecay })',
};

/** Everything that an optimizer keeps between steps, apart from the parameters: enough to resume a training exactly. */
export interface OptimizerState {
  /** The optimizer's name: `adam`. */
  readonly name: string;
  /** How many steps were taken. */
  readonly steps: number;
  /** The learning rate of the next step. */
  readonly learningRate: number;
  /** The options it was made with, apart from the learning rate: `{ beta1: 0.9, … }`. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  /** What it keeps for each parameter, such as Adam's `m` and `v`: arrays of the size of all parameters. */
  readonly moments: Readonly<Record<string, Float32Array>>;
}

/**
 * Turns gradients into a step. An optimizer serves one network: its moments belong to that network's parameters. A class
 * of your own extends it with `name` and `update`; if it keeps something between steps, like {@link Adam}, also with
 * `allocateMoments` and `moments`.
 *
 * @example
 * class SignDescent extends Optimizer {
 *   name = 'sign';
 *   update({ size, gradients, values }, learningRate) {
 *     for (let i = 0; i < size; i++) values[i] -= learningRate * Math.sign(gradients[i]);
 *   }
 * }
 * new Autoencoder({ inputShape: [28, 28] }).compile({ optimizer: new SignDescent(1e-3) });
 */
export abstract class Optimizer {
  /** For checkpoints, such as `adam`. */
  abstract readonly name: string;
  readonly #schedule: Schedule;
  readonly #clipNorm: number | undefined;
  #parameters: FlatParameters | undefined;
  #steps = 0;

  /**
   * @param learningRate - A number above 0, or a schedule.
   * @param clipNorm - Gradients with a larger global norm are scaled down to this norm; undefined: none are.
   * @throws {TypeError} If the learning rate is neither.
   * @throws {RangeError} If the learning rate or clipNorm is not above 0.
   */
  constructor(learningRate: number | Schedule, clipNorm: number | undefined) {
    const expected = 'a number, or a schedule such as cosine({ learningRate, steps })';
    if (typeof learningRate !== 'number') {
      requireMethods(new.target.name, 'the learning rate', learningRate, ['at'], expected);
    }
    this.#schedule = typeof learningRate === 'number' ? constant(learningRate) : learningRate;
    if (clipNorm !== undefined) {
      requireNumber('Optimizer', 'clipNorm', clipNorm, 'more than 0', (value) => value > 0);
    }
    this.#clipNorm = clipNorm;
  }

  /** How many steps were taken. */
  get steps(): number {
    return this.#steps;
  }

  /** The learning rate of the next step. */
  get learningRate(): number {
    return this.#schedule.at(this.#steps);
  }

  /**
   * Binds the optimizer to these parameters and allocates its moments. The first `step` does so, too.
   *
   * @throws {Error} If it is bound to other parameters.
   */
  attach(parameters: FlatParameters): void {
    if (this.#parameters === parameters) return;
    requireFlatParameters(this.constructor.name, parameters);
    if (this.#parameters) {
      throw new Error(
        `${this.constructor.name}: got the parameters of another network, expected one optimizer each.`,
      );
    }
    this.allocateMoments(parameters);
    this.#parameters = parameters;
  }

  /**
   * Changes the values once, by their gradients. The gradients stay as they are, unless they are clipped.
   *
   * @throws {Error} If the optimizer is bound to other parameters.
   * @throws {RangeError} If the schedule's learning rate is not a number >= 0.
   */
  step(parameters: FlatParameters): void {
    this.attach(parameters);
    if (this.#clipNorm !== undefined) clipGradientNorm(parameters, this.#clipNorm);
    const learningRate = this.learningRate;
    if (!(learningRate >= 0 && learningRate < Infinity)) {
      throw new RangeError(
        `${this.constructor.name}.step: the learning rate of step ${this.#steps} is ${learningRate}, expected a number >= 0.`,
      );
    }
    this.#steps++;
    this.update(parameters, learningRate);
  }

  /** A copy of the state. The optimizer must be bound to parameters before, by `attach` or a step. */
  state(): OptimizerState {
    const copies = Object.entries(this.moments()).map(([name, moment]) => [name, moment.slice()]);
    return {
      name: this.name,
      steps: this.#steps,
      learningRate: this.learningRate,
      settings: { ...this.settings(), ...(this.#clipNorm !== undefined && { clipNorm: this.#clipNorm }) },
      moments: Object.fromEntries(copies),
    };
  }

  /**
   * Continues from the state of an optimizer that was made with the same options, for a network of the same size.
   *
   * @throws {RangeError} If the optimizer, its options or the sizes of its moments are others; then nothing is changed.
   */
  restore({ name, steps, settings, moments }: OptimizerState): void {
    const own = this.state();
    const differing = Object.keys({ ...own.settings, ...settings }).find(
      (key) => own.settings[key] !== settings[key],
    );
    if (name !== own.name) throw this.#refuse(`the state of '${name}'`, `that of '${own.name}'`);
    if (differing !== undefined) {
      throw this.#refuse(
        `${differing} ${settings[differing] ?? 'missing'}`,
        `${own.settings[differing] ?? 'none'}`,
      );
    }
    if (!Number.isSafeInteger(steps) || steps < 0) throw this.#refuse(`${steps} steps`, 'an integer >= 0');
    const [found, expected] = [moments, own.moments].map((all) =>
      Object.entries(all).map(([key, { length }]) => `${plural(length, 'number')} of ${key}`),
    );
    if (found.toSorted().join() !== expected.toSorted().join()) {
      throw this.#refuse(found.join(', ') || 'no moments', expected.join(', ') || 'none');
    }
    this.#steps = steps;
    for (const [key, moment] of Object.entries(this.moments())) moment.set(moments[key]);
  }

  #refuse(came: string, expected: string): RangeError {
    return new RangeError(`${this.constructor.name}.restore: got ${came}, expected ${expected}.`);
  }

  /** The options that the optimizer was made with, apart from the learning rate. */
  protected settings(): Record<string, number | boolean> {
    return {};
  }

  /** The moments by name: the arrays themselves, not copies. */
  protected moments(): Record<string, Float32Array> {
    return {};
  }

  /** Called once, before the first update. */
  protected allocateMoments(_parameters: FlatParameters): void {}

  /** One update, already counted in `steps`. */
  protected abstract update(parameters: FlatParameters, learningRate: number): void;
}

/** @throws {TypeError} If it is none, such as the name of one. */
export function requireOptimizer(who: string, optimizer: unknown): asserts optimizer is Optimizer {
  const methods = ['attach', 'step', 'state'];
  requireMethods(who, 'the optimizer', optimizer, methods, 'an object such as new Adam()');
}
