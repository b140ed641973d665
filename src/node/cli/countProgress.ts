/** How many of so many are done: a line that is drawn over and over on a terminal, nothing elsewhere. */

import { countOf, formatCount } from './output.ts';

const REDRAW_MS = 100;

export class CountProgress {
  readonly #noun: string;
  readonly #total: number;
  readonly #isTerminal = process.stderr.isTTY === true;
  #done = 0;
  #drawnMs = 0;

  /** @param noun - What is counted, in the singular. */
  constructor(noun: string, total: number) {
    this.#noun = noun;
    this.#total = total;
  }

  add(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (!this.#isTerminal || now - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = now;
    process.stderr.write(`\r\x1b[2K${formatCount(this.#done)} of ${countOf(this.#total, this.#noun)}`);
  }

  /** Wipes the line, so that the next words start on a clean one. */
  close(): void {
    if (this.#isTerminal) process.stderr.write('\r\x1b[2K');
  }
}
