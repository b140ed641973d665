/** When a run writes its checkpoint, and what happens if that fails. Read io/checkpoint.ts first. */

import { writeCheckpoint } from '../../../io/checkpoint.ts';
import type { AnyModel } from '../../../io/model.ts';
import type { TrainingState } from '../../../training/trainingState.ts';
import { CHECKPOINT_FILE } from '../../files/modelFile.ts';
import type { RunFolder } from '../../runs/runFolder.ts';
import { UsageError } from '../terminal/options.ts';
import { say } from '../terminal/output.ts';

/** The number of epochs from one checkpoint to the next, or the time, which may end in the middle of an epoch. */
export type CheckpointInterval = { readonly epochs: number } | { readonly seconds: number };

/** Without an interval there is a checkpoint after each epoch, but not within this time after the last one. */
const MIN_SECONDS = 30;

const SECONDS = { s: 1, min: 60, h: 3600 } as const;

/** `5`: epochs; `90s`, `10min`, `2h`: time. */
export function readInterval(text: string, name: string): CheckpointInterval {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|min|h)?$/.exec(text) ?? [];
  const value = Number(amount);
  if (!(value > 0) || (unit === undefined && !Number.isSafeInteger(value))) {
    throw new UsageError(
      `--${name} is '${text}', expected a number of epochs such as 5, or a time such as 90s, 10min or 2h.`,
    );
  }
  return unit === undefined ? { epochs: value } : { seconds: value * SECONDS[unit as keyof typeof SECONDS] };
}

/** What there is to say of a checkpoint that was written. */
export interface LastCheckpoint {
  /** Where training was: "after epoch 3". */
  readonly where: string;
  /** The loss of its weights, or of the best ones that it keeps; undefined before the end of the first epoch. */
  readonly loss: number | undefined;
}

export function lastCheckpointOf(state: TrainingState): LastCheckpoint {
  const { epochs, best } = state;
  return { where: describeProgress(state), loss: best?.weights ? best.loss : epochs.at(-1)?.loss };
}

/** A checkpoint in memory. State and record are of one moment: training may have gone on when they are written. */
interface Taken {
  readonly state: TrainingState;
  readonly run: Readonly<Record<string, unknown>>;
}

/**
 * The checkpoints of a run. One is taken when it is due, but only written after the next batch, whose loss shows that
 * training can go on from there.
 */
export class Checkpoints {
  readonly #folder: RunFolder;
  readonly #model: AnyModel;
  readonly #interval: CheckpointInterval | undefined;
  /** What goes into the file beside the model and the state. */
  readonly #run: () => Readonly<Record<string, unknown>>;
  /** When the last one was taken, even if it could not be written. */
  #takenMs = performance.now();
  #hasFailed = false;
  /** Taken, but not yet written. */
  #taken: Taken | undefined;
  /** Of the last one; undefined if none has been written. */
  last: LastCheckpoint | undefined;

  constructor(
    folder: RunFolder,
    model: AnyModel,
    interval: CheckpointInterval | undefined,
    run: () => Readonly<Record<string, unknown>>,
  ) {
    this.#folder = folder;
    this.#model = model;
    this.#interval = interval;
    this.#run = run;
  }

  /** Takes one if it is due, and writes the one before. Returns a promise only if there is something to write. */
  afterBatch(state: () => TrainingState): Promise<boolean> | undefined {
    const proven = this.#taken;
    const interval = this.#interval;
    const isDue = interval && 'seconds' in interval && this.#seconds >= interval.seconds;
    this.#taken = isDue ? this.#take(state) : undefined;
    return proven && this.write(proven.state, proven.run);
  }

  afterEpoch(epoch: number, state: () => TrainingState): void {
    const interval = this.#interval;
    if (interval && 'seconds' in interval) return;
    const isDue = interval ? epoch % interval.epochs === 0 : this.#seconds >= MIN_SECONDS;
    if (isDue) this.#taken = this.#take(state);
  }

  /**
   * Writes a checkpoint if it can: a full disk must not end the training, as there may be room again later.
   *
   * @returns Whether it was written.
   */
  async write(state: TrainingState, run = this.#run()): Promise<boolean> {
    try {
      await this.require(state, run);
      return true;
    } catch (error) {
      // A weight is not finite any more: the next loss will report it, and the last good checkpoint stays.
      if ((error as Error).name === 'FormatError') return false;
      if ((error as Error).name !== 'FileError') throw error;
      if (!this.#hasFailed) say(`\nnote: no checkpoint could be written: ${(error as Error).message}`);
      this.#hasFailed = true;
      return false;
    }
  }

  /**
   * Writes a checkpoint that must be there.
   *
   * @throws {FileError} If it can't be written; the last one stays.
   * @throws {FormatError} If a weight or moment is not finite.
   */
  async require(state: TrainingState, run = this.#run()): Promise<void> {
    await this.#folder.write(CHECKPOINT_FILE, writeCheckpoint(this.#model, state, run));
    this.#hasFailed = false;
    this.last = lastCheckpointOf(state);
  }

  #take(state: () => TrainingState): Taken {
    this.#takenMs = performance.now();
    return { state: state(), run: this.#run() };
  }

  get #seconds(): number {
    return (performance.now() - this.#takenMs) / 1000;
  }
}

/** "from the beginning", "after epoch 3", "after epoch 3, batch 17". */
export function describeProgress({ epoch, batch }: TrainingState): string {
  if (batch > 0) return `after epoch ${epoch}, batch ${batch}`;
  return epoch === 1 ? 'from the beginning' : `after epoch ${epoch - 1}`;
}
