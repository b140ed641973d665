/** Finds where the time of training steps goes, from the calls of kernels that training/fit.ts makes. Read instrument.ts first. */

import type { KernelName } from './instrument.ts';
import { describeCall, type Operation } from './operations.ts';

/** Every step of `fit` begins with this kernel. */
const FIRST_OF_A_STEP: KernelName = 'gather';

interface Call extends Operation {
  readonly kernel: KernelName;
}

interface Step {
  readonly startMs: number;
  /** Of its calls, in their order. */
  readonly callMs: number[];
}

/** Calls of one kernel with the same sizes. */
export interface OperationTime extends Operation {
  readonly callsPerStep: number;
  readonly usPerStep: number;
}

/** Averages over the faster half of the steps: the slower ones were disturbed, by another program for example. */
export interface StepTimes {
  /** In the order in which a step first comes to them. */
  readonly operations: readonly OperationTime[];
  /** From the start of a step to the start of the next. */
  readonly usPerStep: number;
}

export class StepRecorder {
  /** The calls of one step: all steps make the same ones. */
  readonly #calls: Call[] = [];
  readonly #steps: Step[] = [];

  /** @throws {Error} If this step is not like the first. */
  readonly record = (kernel: KernelName, given: readonly unknown[], startMs: number, endMs: number): void => {
    if (kernel === FIRST_OF_A_STEP) {
      this.#requireEnd();
      this.#steps.push({ startMs, callMs: [] });
    }
    const { callMs } = this.#steps[this.#steps.length - 1];
    if (this.#steps.length === 1) this.#calls.push({ kernel, ...describeCall(kernel, given) });
    const expected = this.#calls[callMs.length]?.kernel;
    if (kernel !== expected) {
      const step = this.#steps.length;
      throw new Error(`StepRecorder: step ${step} calls ${kernel}, expected ${expected ?? 'its end'}.`);
    }
    callMs.push(endMs - startMs);
  };

  #requireEnd(): void {
    const { length } = this.#steps;
    if (length === 0 || this.#steps[length - 1].callMs.length === this.#calls.length) return;
    throw new Error(
      `StepRecorder: step ${length} ends early, expected ${this.#calls[this.#steps[length - 1].callMs.length].kernel}.`,
    );
  }

  /** The last step is left out: nothing says where it ends. */
  result(): StepTimes {
    const steps = this.#steps
      .slice(1)
      .map(({ startMs }, i) => ({ ...this.#steps[i], ms: startMs - this.#steps[i].startMs }))
      .sort((a, b) => a.ms - b.ms);
    const faster = steps.slice(0, Math.ceil(steps.length / 2));
    const average = (msOf: (step: (typeof steps)[number]) => number): number =>
      (1000 * faster.reduce((sum, step) => sum + msOf(step), 0)) / faster.length;
    const labels = [...new Set(this.#calls.map(({ label }) => label))];
    const operations = labels.map((label): OperationTime => {
      const places = [...this.#calls.keys()].filter((place) => this.#calls[place].label === label);
      const { work } = this.#calls[places[0]];
      const usPerStep = average(({ callMs }) => places.reduce((sum, place) => sum + callMs[place], 0));
      return { label, work, callsPerStep: places.length, usPerStep };
    });
    return { operations, usPerStep: average(({ ms }) => ms) };
  }
}
