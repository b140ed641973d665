/** Ctrl-C: once, a training ends in good order; twice, the process ends at once. SIGTERM and SIGHUP do the same. */

import { say } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The exit code after SIGINT, used for all of these signals. */
export const INTERRUPTED = 130;

/**
 * Makes signals end the process by `process.exit`, which removes half-written files (removeAtExit in files.ts); a signal
 * that ends the process itself would leave them behind.
 *
 * @returns Call this once nothing is half-written any more.
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

/** Signals during a training: the first asks it to end after the current step, the second ends the process at once. */
export class Interruption {
  readonly #controller = new AbortController();

  /** Listens to signals until `close`. */
  constructor() {
    for (const name of SIGNALS) process.on(name, this.#hear);
  }

  readonly #hear = (): void => {
    if (this.#controller.signal.aborted) process.exit(INTERRUPTED);
    this.#controller.abort();
    say('\ninterrupted: finishing this step, then writing the run folder; a second signal ends at once');
  };

  /** Aborted when the first signal arrives. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    for (const name of SIGNALS) process.off(name, this.#hear);
  }
}
