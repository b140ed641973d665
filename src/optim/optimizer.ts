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

  /** Called once, before the first update. */
  protected allocateMoments(_parameters: FlatParameters): void {}

  /** One update; `steps` counts it already. */
  protected abstract update(parameters: FlatParameters, learningRate: number): void;
}
