/**
 * Gives control back to the host now and then, so that progress shows, Ctrl-C works and a page stays responsive.
 * Results do not depend on it: the clock only decides when to pause.
 */

/** Below the 50 ms after which a page feels stuck (W3C Long Tasks), with room for the current step. */
const SLICE_MS = 25;

/** Runs a task after everything that the host has waiting. */
type Defer = (task: () => void) => void;

/** The time since the last pause. Ask between two steps: `if (slice.isOver) await slice.pause()`. */
export class TimeSlice {
  #start = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#start > SLICE_MS;
  }

  /** Resolves after the host has run what was waiting. */
  async pause(): Promise<void> {
    await new Promise<void>(defer);
    this.#start = performance.now();
  }
}

// Node's setImmediate lets timers, signals and files have their turn. A message to oneself does not: Node delivers up to
// 1,000 of them in a row. Browsers have no setImmediate, and their timers wait 4 ms, so there it is a message.
const { setImmediate } = globalThis as { setImmediate?: Defer };
const defer: Defer = setImmediate ? (task) => setImmediate(task) : postToSelf;

function postToSelf(task: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    task();
  };
  port2.postMessage(null);
}
