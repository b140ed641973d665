/** One training of one network: it goes, waits between two batches, makes a single step, and ends. Read gate.ts first. */

import type { AnyModel, BatchRecord, FitOptions, History, TrainingState } from '../../src/index.ts';
import type { Phase } from '../messages.ts';
import { Gate } from './gate.ts';
import { Losses } from './losses.ts';
import { sentenceOf } from './problems.ts';

/** How many epochs pressing the button adds. */
const EPOCHS = 100;

export interface Watcher {
  /** Training goes, waits or has ended. */
  onPhase(phase: Phase, problem?: string): void;
  /** There is something new: the losses, the weights. */
  onProgress(): void;
}

type Samples = Parameters<AnyModel['fit']>[0];

export class Run {
  readonly losses = new Losses();
  epoch = 1;
  stepsPerEpoch = 0;
  readonly #model: AnyModel;
  readonly #samples: Samples;
  readonly #options: FitOptions;
  readonly #watcher: Watcher;
  readonly #abort = new AbortController();
  readonly #gate: Gate;
  #fitting: Promise<void> | undefined;
  #state: TrainingState | undefined;
  #epochs = 0;

  /** @param options - Of `fit`, without those that this class decides. */
  constructor(model: AnyModel, samples: Samples, options: FitOptions, watcher: Watcher) {
    this.#model = model;
    this.#samples = samples;
    this.#options = options;
    this.#watcher = watcher;
    this.#gate = new Gate(() => this.#onWait());
  }

  train(): void {
    this.#gate.open();
    this.#begin();
    this.#watcher.onPhase('training');
  }

  get isTraining(): boolean {
    return this.#fitting !== undefined && this.#gate.isOpen;
  }

  pause(): void {
    this.#gate.close();
  }

  /** One batch, then wait. */
  step(): void {
    this.#gate.letOne();
    this.#begin();
  }

  /** Ends training for good, after the current batch. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#gate.open();
    await this.#fitting;
  }

  #begin(): void {
    this.#fitting ??= this.#fit().finally(() => {
      this.#fitting = undefined;
      this.#gate.close();
    });
  }

  async #fit(): Promise<void> {
    this.#epochs += EPOCHS;
    try {
      const history = await this.#model.fit(this.#samples, {
        ...this.#options,
        epochs: this.#epochs,
        signal: this.#abort.signal,
        resumeFrom: this.#state,
        onStart: () => this.#gate.pass(),
        onBatchEnd: (record) => this.#onBatchEnd(record),
        onEpochEnd: (record) => this.losses.addEpoch(record),
      });
      this.#end(history);
    } catch (error) {
      this.#onEnd('stopped', sentenceOf(error));
    }
  }

  #end({ state, stopped, problem }: History): void {
    this.#state = state;
    if (stopped === 'signal') return;
    this.#onEnd(stopped === 'problem' ? 'stopped' : 'finished', problem);
  }

  #onEnd(phase: Phase, problem?: string): void {
    this.losses.pause();
    this.#watcher.onProgress();
    this.#watcher.onPhase(phase, problem);
  }

  #onBatchEnd(record: BatchRecord): Promise<void> | undefined {
    this.epoch = record.epoch;
    this.stepsPerEpoch = record.batches;
    if (this.losses.add(record, performance.now())) this.#watcher.onProgress();
    return this.#gate.pass();
  }

  #onWait(): void {
    this.losses.pause();
    this.#watcher.onProgress();
    this.#watcher.onPhase('paused');
  }
}
