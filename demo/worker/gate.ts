/** Where training waits between two batches while it is paused. */

export class Gate {
  #isOpen = false;
  /** How many batches may pass while the gate is closed. */
  #passes = 0;
  #release: (() => void) | undefined;
  readonly #onWait: () => void;

  /** @param onWait - Called when training begins to wait. */
  constructor(onWait: () => void) {
    this.#onWait = onWait;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
    this.#release?.();
  }

  close(): void {
    this.#isOpen = false;
    this.#passes = 0;
  }

  /** Lets one batch through. */
  letOne(): void {
    if (this.#isOpen) return;
    this.#passes++;
    this.#release?.();
  }

  /** To be awaited before each batch; undefined while the gate is open, which costs nothing. */
  pass(): Promise<void> | undefined {
    if (this.#isOpen) return undefined;
    if (this.#passes > 0) {
      this.#passes--;
      return undefined;
    }
    this.#onWait();
    return new Promise<void>((resolve) => {
      this.#release = () => {
        this.#release = undefined;
        resolve();
      };
    }).then(() => this.pass());
  }
}
