/** Ctrl-C: once ends a training in good order, twice ends the process at once. SIGTERM and SIGHUP count the same. */

import { say } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As after SIGINT, whichever signal it was. */
export const INTERRUPTED = 130;

export class Interruption {
  readonly #controller = new AbortController();

  /** Listens until `close`. */
  constructor() {
    for (const name of SIGNALS) process.on(name, this.#hear);
  }

  readonly #hear = (): void => {
    if (this.#controller.signal.aborted) process.exit(INTERRUPTED);
    this.#controller.abort();
    if (process.stderr.isTTY)
      say('\nstopping after this step and writing what there is; Ctrl-C again ends at once');
  };

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    for (const name of SIGNALS) process.off(name, this.#hear);
  }
}
