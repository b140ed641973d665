/** How many of so many are done, on a terminal. */

import { countOf, formatCount } from './output.ts';
import { StatusLine } from './statusLine.ts';

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
