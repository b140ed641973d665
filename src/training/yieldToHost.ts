/**
 * Gives control back to the host now and then, so that progress shows, Ctrl-C works and a page stays alive.
 * What is computed does not depend on it: the clock decides when to pause, never what to do.
 */

/** Below the 50 ms after which a page feels stuck (W3C Long Tasks), with room for the step that is under way. */
const SLICE_MS = 25;

/** Runs a task after whatever else the host has waiting. */
type Defer = (task: () => void) => void;

export class TimeSlice {
  #start = performance.now();

  /** Whether it is time to `await pause()`. */
  get isOver(): boolean {
    return performance.now() - this.#start > SLICE_MS;
  }

  /** Resolves after the host has run what was waiting. */
  async pause(): Promise<void> {
    await new Promise<void>(defer);
    this.#start = performance.now();
  }
}

// Node's setImmediate lets timers, signals and files have their turn; a message to oneself would not (Node delivers up
// to 1,000 of them in a row). In a browser it is the other way round: there is no setImmediate, and a timer waits 4 ms.
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
