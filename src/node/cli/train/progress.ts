/** How far a training has come: on a terminal one line that is drawn again and again, elsewhere a line for each epoch. */

import type { BatchRecord } from '../../../training/fitOptions.ts';
import type { EpochRecord } from '../../../training/trainingState.ts';
import { countOf, formatClock, formatDuration, say } from '../terminal/output.ts';
import { StatusLine } from '../terminal/statusLine.ts';
import { formatNumber } from '../terminal/textTable.ts';

const BAR_LENGTH = 16;
const FIRST_ESTIMATE_S = 1;

export class Progress {
  readonly #epochs: number;
  /** The part of the run, from 0 to 1, that was done before it was resumed. */
  readonly #doneBefore: number;
  readonly #line = new StatusLine();
  readonly #startMs = performance.now();
  #samples = 0;
  #samplesBefore = 0;
  #validationLoss: number | undefined;

  /** @param before - What was done before a run was resumed: epochs with a fraction, and samples of the last epoch. */
  constructor(epochs: number, before = { epochs: 0, samples: 0 }) {
    this.#epochs = epochs;
    this.#doneBefore = before.epochs / epochs;
    this.#samplesBefore = -before.samples;
  }

  onBatchEnd(record: BatchRecord): void {
    this.#samples = this.#samplesBefore + record.samples;
    this.#line.draw(() => this.#describe(record), record.batch === record.batches);
  }

  onEpochEnd({ epoch, loss, parts, validationLoss }: EpochRecord): void {
    this.#samplesBefore = this.#samples;
    this.#validationLoss = validationLoss;
    if (this.#line.isTerminal) return;
    const line = [
      `epoch ${epoch}/${this.#epochs}`,
      ...describeLosses(loss, parts),
      this.#validation(validationLoss),
      this.#rate,
      this.#left(epoch / this.#epochs),
    ];
    say(line.filter(Boolean).join('  '));
  }

  close(): void {
    this.#line.wipe();
  }

  get seconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  get samplesPerSecond(): number {
    return Math.round(this.#samples / this.seconds);
  }

  get #rate(): string {
    return `${countOf(Math.round(this.samplesPerSecond), 'sample')}/s`;
  }

  #validation(loss: number | undefined): string {
    return loss === undefined ? '' : `validation ${formatNumber(loss)}`;
  }

  /** The time left, once enough of the run is done to estimate it. */
  #left(done: number, format = formatDuration): string {
    const doneHere = done - this.#doneBefore;
    if (this.seconds < FIRST_ESTIMATE_S || doneHere <= 0) return '';
    return `${format((this.seconds * (1 - done)) / doneHere)} left`;
  }

  /**
   * One line that fits the terminal, as a line that wraps can't be erased. On a narrow terminal the bar is left out first,
   * then words are shortened, then the rate is left out, then the last losses, then the end is cut off. Some terminals say
   * that they have 0 columns.
   */
  #describe({ epoch, epochs, batch, batches, loss, parts }: BatchRecord): string {
    const done = (epoch - 1 + batch / batches) / epochs;
    const where = `epoch ${epoch}/${epochs}`;
    const batchOf = `${batch}/${batches}`;
    const losses = describeLosses(loss, parts);
    const all = losses.join('  ');
    const validation = this.#validation(this.#validationLoss);
    const rate = this.#rate;
    const left = this.#left(done);
    const short = [validation.replace('validation', 'val'), this.#left(done, formatClock)];
    const lines = [
      [where, bar(batch / batches), batchOf, all, validation, rate, left],
      [where, batchOf, all, validation, rate, left],
      [where, batchOf, all, short[0], rate, short[1]],
      ...losses.map((_, cut) => [where, batchOf, ...losses.slice(0, losses.length - cut), ...short]),
    ].map((words) => words.filter(Boolean).join('  '));
    const room = (process.stderr.columns || 80) - 1;
    return lines.find(({ length }) => length <= room) ?? lines[lines.length - 1].slice(0, room);
  }
}

/** "loss 0.01472"; a loss that has parts with these; those of a GAN alone, as their sum means nothing. */
export function describeLosses(loss: number, parts: Readonly<Record<string, number>> = {}): string[] {
  const described = Object.entries(parts).map(
    ([name, value]) => `${TITLES[name] ?? name} ${value.toPrecision(4)}`,
  );
  return 'generator' in parts ? described : [`loss ${formatNumber(loss)}`, ...described];
}

/** Parts whose names are abbreviations. */
const TITLES: Readonly<Record<string, string>> = { kl: 'KL' };

function bar(part: number): string {
  const full = Math.floor(part * BAR_LENGTH);
  return '█'.repeat(full) + '░'.repeat(BAR_LENGTH - full);
}
