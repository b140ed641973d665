/** What every optimizer can do: turn gradients into a step. The files beside it go from simple to less so: sgd, adam. */

import type { FlatParameters } from '../tensor/flatParameters.ts';
import { clipGradientNorm } from './clip.ts';
import { constant, type Schedule } from './schedule.ts';

export interface OptimizerOptions {
  /** A number, or a schedule that says which number at which step. */
  readonly learningRate?: number | Schedule;
  /** Gradients whose common norm is larger are scaled down to it. @default none: no clipping */
  readonly clipNorm?: number;
}

/** All that an optimizer knows beside its parameters: enough to go on as if it had never stopped. */
export interface OptimizerState {
  /** Which optimizer: `adam`. */
  readonly name: string;
  /** How many steps were taken. */
  readonly steps: number;
  /** Of the next step. */
  readonly learningRate: number;
  /** What it was made with, apart from the learning rate: `{ beta1: 0.9, … }`. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  /** What it remembers of each parameter, each array of the parameters' size: Adam's `m` and `v`. */
  readonly moments: Readonly<Record<string, Float32Array>>;
}

/** An optimizer serves one network: what it remembers (its moments) belongs to that network's parameters. */
export abstract class Optimizer {
  abstract readonly name: string;
  readonly #schedule: Schedule;
  readonly #clipNorm: number | undefined;
  #parameters: FlatParameters | undefined;
  #steps = 0;

  constructor(learningRate: number | Schedule, clipNorm: number | undefined) {
    this.#schedule = typeof learningRate === 'number' ? constant(learningRate) : learningRate;
    if (clipNorm !== undefined && !(clipNorm > 0)) {
      throw new RangeError(`Optimizer: clipNorm is ${clipNorm}, expected more than 0.`);
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
   * Binds the optimizer to these parameters and makes room for what it remembers of them. The first `step` does it, too.
   *
   * @throws {Error} If it is bound to others.
   */
  attach(parameters: FlatParameters): void {
    if (this.#parameters === parameters) return;
    if (this.#parameters) {
      throw new Error(
        `${this.constructor.name}: got the parameters of another network, expected one optimizer each.`,
      );
    }
    this.allocateMoments(parameters);
    this.#parameters = parameters;
  }

  /**
   * Changes the values by their gradients, once; the gradients stay (scaled, if they were clipped).
   *
   * @throws {Error} If these are not the parameters of the first step.
   * @throws {RangeError} If the schedule gives a learning rate that is none.
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

  /** A copy. The optimizer must be bound to parameters, by `attach` or a step. */
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
   * Goes on from a state of an optimizer that was made like this one and served a network of this size.
   *
   * @throws {RangeError} If it was another optimizer, or the state is none of this network's; then nothing is changed.
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
      Object.entries(all).map(([key, { length }]) => `${length} numbers of ${key}`),
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

  /** What the optimizer was made with, apart from the learning rate. */
  protected settings(): Record<string, number | boolean> {
    return {};
  }

  /** What it remembers of the parameters, by name: the arrays themselves. */
  protected moments(): Record<string, Float32Array> {
    return {};
  }

  /** Called once, before the first update. */
  protected allocateMoments(_parameters: FlatParameters): void {}

  /** One update; `steps` counts it already. */
  protected abstract update(parameters: FlatParameters, learningRate: number): void;
}
