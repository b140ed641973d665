/** Progress on a terminal, as one line that is drawn again and again. Nothing of it goes into files and pipes. */

import { countOf, formatCount } from './output.ts';

const REDRAW_MS = 100;
const WIPE = '\r\x1b[2K'; // to the start of the line, and erase it

export class StatusLine {
  readonly isTerminal = process.stderr.isTTY === true;
  #drawnMs = 0;

  /** Draws the line, at most ten times a second unless it is urgent. */
  draw(line: () => string, isUrgent = false): void {
    if (!this.isTerminal) return;
    const now = performance.now();
    if (now - this.#drawnMs < REDRAW_MS && !isUrgent) return;
    this.#drawnMs = now;
    process.stderr.write(`${WIPE}${line()}`);
  }

  /** Erases the line, for other words to be written in its place. */
  wipe(): void {
    if (this.isTerminal) process.stderr.write(WIPE);
  }
}

/** "1,200 of 6,000 images" */
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

/** "reading photos: 12 %" */
export class ReadingProgress {
  readonly #name: string;
  readonly #line = new StatusLine();

  constructor(name: string) {
    this.#name = name;
  }

  /** @param part - What has been read, from 0 to 1. */
  readonly show = (part: number): void => {
    this.#line.draw(() => `reading ${this.#name}: ${Math.floor(100 * part)} %`);
  };

  close(): void {
    this.#line.wipe();
  }
}
