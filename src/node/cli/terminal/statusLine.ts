import { countOf, formatCount } from './output.ts';

const REDRAW_MS = 100;
const WIPE = '\r\x1b[2K';

/** A line that is drawn over and over on a terminal, and nothing elsewhere. */
export class StatusLine {
  readonly isTerminal = process.stderr.isTTY === true;
  #drawnMs = 0;

  /** Ten times a second at most, unless it is urgent. */
  draw(line: () => string, isUrgent = false): void {
    if (!this.isTerminal) return;
    const now = performance.now();
    if (now - this.#drawnMs < REDRAW_MS && !isUrgent) return;
    this.#drawnMs = now;
    process.stderr.write(`${WIPE}${line()}`);
  }

  /** So that the next words start on a clean one. */
  wipe(): void {
    if (this.isTerminal) process.stderr.write(WIPE);
  }
}

/** How many of so many are done, on a terminal. */

export class CountProgress {
  readonly #noun: string;
  readonly #total: number;
  readonly #line = new StatusLine();
  #done = 0;

  /** @param noun - What is counted, in the singular. */
  constructor(noun: string, total: number) {
    this.#noun = noun;
    this.#total = total;
  }

  add(count: number): void {
    this.#done += count;
    this.#line.draw(() => `${formatCount(this.#done)} of ${countOf(this.#total, this.#noun)}`);
  }

  close(): void {
    this.#line.wipe();
  }
}
