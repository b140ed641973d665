/**
 * Gives control back to the host now and then, so that progress shows, Ctrl-C works and a page stays alive.
 * What is computed does not depend on it: the clock decides when to pause, never what to do.
 */

/** Below the 50 ms after which a page feels stuck (W3C Long Tasks), with room for the step that is under way. */
const SLICE_MS = 25;

export class TimeSlice {
  readonly #channel = new MessageChannel();
  #start = performance.now();

  /** Whether it is time to `await pause()`. */
  get isOver(): boolean {
    return performance.now() - this.#start > SLICE_MS;
  }

  /** Resolves after the host has run what was waiting. A message is delivered at once; a timer waits 1 to 4 ms. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#channel.port1.onmessage = () => resolve();
      this.#channel.port2.postMessage(null);
    });
    this.#start = performance.now();
  }

  /** Lets go of the channel, which would keep a process alive. */
  close(): void {
    this.#channel.port1.close();
  }
}
