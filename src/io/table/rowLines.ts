/** In which line of its file each row begins, in little memory: most rows begin in the line after that of the row before. */

export class RowLines {
  #rows = 0;
  /** The rows that begin elsewhere, in order, and their lines. */
  readonly #starts: number[] = [];
  readonly #lines: number[] = [];

  /** @param line - That of the next row, from 1. */
  add(line: number): void {
    if (this.#rows === 0 || line !== this.of(this.#rows - 1) + 1) {
      this.#starts.push(this.#rows);
      this.#lines.push(line);
    }
    this.#rows++;
  }

  /** The line of row `i`, from 0. */
  of(i: number): number {
    // The last start that is not behind the row.
    let low = 0;
    let high = this.#starts.length - 1;
    if (i >= this.#starts[high]) low = high;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle] <= i) low = middle;
      else high = middle - 1;
    }
    return this.#lines[low] + i - this.#starts[low];
  }
}
