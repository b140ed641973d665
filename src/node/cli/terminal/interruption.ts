/** Ctrl-C: once ends a training in good order, twice ends the process at once. SIGTERM and SIGHUP count the same. */

import { say } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As after SIGINT, whichever signal it was. */
export const INTERRUPTED = 130;

/**
 * Ends the process at a signal, so that what it has half-written is cleared away (leftovers.ts), which it is not where
 * the signal ends it.
 *
 * @returns To be called when there is nothing half-written any more.
 */
export function exitOnSignals(): () => void {
  const exit = () => {
    say('\ninterrupted: nothing was written');
    process.exit(INTERRUPTED);
  };
  for (const name of SIGNALS) process.on(name, exit);
  return () => {
    for (const name of SIGNALS) process.off(name, exit);
  };
}

export class Interruption {
  readonly #controller = new AbortController();

  /** Listens until `close`. Before that a signal ends the process at once, as it does everywhere. */
  constructor() {
    for (const name of SIGNALS) process.on(name, this.#hear);
  }

  readonly #hear = (): void => {
    if (this.#controller.signal.aborted) process.exit(INTERRUPTED);
    this.#controller.abort();
    say('\ninterrupted: finishing this step, writing what there is; a second signal ends at once');
  };

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    for (const name of SIGNALS) process.off(name, this.#hear);
  }
}
