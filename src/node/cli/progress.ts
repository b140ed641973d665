/** How far training is: one line that is drawn over and over on a terminal, one plain line an epoch elsewhere. */

import type { BatchRecord, EpochRecord } from '../../autoencoder/fit.ts';
import { formatCount, formatDuration, say } from './output.ts';

const REDRAW_MS = 100;
const BAR_LENGTH = 16;
const FIRST_ESTIMATE_S = 1;

export class Progress {
  readonly #epochs: number;
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #startMs = performance.now();
  #drawnMs = 0;
  #samples = 0;
  #samplesBefore = 0;
  #validationLoss: number | undefined;

  constructor(epochs: number) {
    this.#epochs = epochs;
  }

  onBatchEnd(record: BatchRecord): void {
    this.#samples = this.#samplesBefore + record.samples;
    if (!this.#isTerminal) return;
    const now = performance.now();
    const isLast = record.batch === record.batches;
    if (now - this.#drawnMs < REDRAW_MS && !isLast) return;
    this.#drawnMs = now;
    const done = (record.epoch - 1 + record.batch / record.batches) / record.epochs;
    this.#draw([
      `epoch ${record.epoch}/${record.epochs}`,
      bar(record.batch / record.batches),
      `${record.batch}/${record.batches}`,
      `loss ${record.loss.toFixed(5)}`,
      this.#validation(this.#validationLoss),
      `${formatCount(this.samplesPerSecond)} samples/s`,
      this.#left(done),
    ]);
  }

  onEpochEnd({ epoch, loss, validationLoss }: EpochRecord): void {
    this.#samplesBefore = this.#samples;
    this.#validationLoss = validationLoss;
    if (this.#isTerminal) return;
    const line = [
      `epoch ${epoch}/${this.#epochs}`,
      `loss ${loss.toFixed(5)}`,
      this.#validation(validationLoss),
      `${formatCount(this.samplesPerSecond)} samples/s`,
      this.#left(epoch / this.#epochs),
    ];
    say(line.filter(Boolean).join('  '));
  }

  /** Wipes the progress line, so that the next words start on a clean one. */
  close(): void {
    if (this.#isTerminal) process.stderr.write('\r\x1b[2K');
  }

  get seconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  get samplesPerSecond(): number {
    return Math.round(this.#samples / this.seconds);
  }

  #validation(loss: number | undefined): string {
    return loss === undefined ? '' : `validation ${loss.toFixed(5)}`;
  }

  /** The time left, once there is enough of a run to tell. */
  #left(done: number): string {
    return this.seconds < FIRST_ESTIMATE_S
      ? ''
      : `${formatDuration((this.seconds * (1 - done)) / done)} left`;
  }

  /**
   * One line no longer than the terminal, as a line that wraps can't be drawn over: the bar goes first, then the rate,
   * then the end. Some terminals say 0 columns.
   */
  #draw(parts: readonly string[]): void {
    const room = (process.stderr.columns || 80) - 1;
    const join = (kept: readonly string[]) => kept.filter(Boolean).join('  ');
    const [epoch, , batch, loss, validation, , left] = parts;
    const withoutBar = parts.toSpliced(1, 1);
    const lines = [join(parts), join(withoutBar), join([epoch, batch, loss, validation, left])];
    const line = lines.find(({ length }) => length <= room) ?? lines[2].slice(0, room);
    process.stderr.write(`\r\x1b[2K${line}`);
  }
}

function bar(part: number): string {
  const full = Math.floor(part * BAR_LENGTH);
  return '█'.repeat(full) + '░'.repeat(BAR_LENGTH - full);
}
