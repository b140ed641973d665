/** Ctrl-C: once ends a training in good order, twice ends the process at once. SIGTERM and SIGHUP count the same. */

import { say } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As after SIGINT, whichever signal it was. */
export const INTERRUPTED = 130;

export class Interruption {
  readonly #controller = new AbortController();
  #isTraining = false;

  /** Listens until `close`. Before training begins there is nothing to finish: the first signal ends the process. */
  constructor() {
    for (const name of SIGNALS) process.on(name, this.#hear);
  }

  /** From now on the first signal only aborts. */
  begin(): AbortSignal {
    this.#isTraining = true;
    return this.#controller.signal;
  }

  readonly #hear = (): void => {
    if (!this.#isTraining || this.#controller.signal.aborted) process.exit(INTERRUPTED);
    this.#controller.abort();
    if (process.stderr.isTTY)
      say('\nstopping after this step and writing what there is; Ctrl-C again ends at once');
  };

  close(): void {
    for (const name of SIGNALS) process.off(name, this.#hear);
  }
}
