/**
 * Watches whether helpers help. Where another program keeps a processor busy, a helper may share one with the thread that
 * it should help, and everything takes longer than without it. The clock decides here who works, never what is computed.
 */

/** So much time in jobs is one measurement. */
const PHASE_MS = 4;
/**
 * So much passes before a measurement together counts: helpers that wake up often do so on the processor of the thread
 * that woke them, and it takes the system some milliseconds to move them to a free one.
 */
const SETTLE_MS = 16;
/** Less gain than this, and the helpers rest. Two threads that help each other reach 1.5 to 1.9. */
const LEAST_GAIN = 1.1;
/** The first rest, and the longest: each is twice as long as the last. */
const SHORTEST_REST_MS = 40;
const LONGEST_REST_MS = 2_000;

export class Watch {
  #isTogether = false;
  /** Whether the helpers have just been woken. */
  #isSettling = false;
  #workNs = 0;
  #wallMs = 0;
  /** Work done in a millisecond by this thread alone, when that was last measured. */
  #speedAlone = 0;
  #restMs = SHORTEST_REST_MS;
  #restsUntil = 0;

  /** Whether the next job should be shared. */
  get isTogether(): boolean {
    return this.#isTogether;
  }

  /** Starts again: first alone, for comparison. */
  reset(): void {
    this.#isTogether = false;
    this.#isSettling = false;
    this.#workNs = 0;
    this.#wallMs = 0;
    this.#restMs = SHORTEST_REST_MS;
    this.#restsUntil = 0;
  }

  /**
   * Takes note of a job.
   *
   * @param workNs - What it should take one thread.
   * @param startMs - When it began: `performance.now()`.
   */
  record(workNs: number, startMs: number): void {
    const now = performance.now();
    this.#workNs += workNs;
    this.#wallMs += now - startMs;
    if (this.#wallMs < (this.#isSettling ? SETTLE_MS : PHASE_MS)) return;
    const speed = this.#workNs / this.#wallMs;
    this.#workNs = 0;
    this.#wallMs = 0;
    if (this.#isSettling) {
      this.#isSettling = false;
    } else if (!this.#isTogether) {
      this.#speedAlone = speed;
      this.#isTogether = now >= this.#restsUntil;
      this.#isSettling = this.#isTogether;
    } else if (speed < LEAST_GAIN * this.#speedAlone) {
      this.#isTogether = false;
      this.#restsUntil = now + this.#restMs;
      this.#restMs = Math.min(2 * this.#restMs, LONGEST_REST_MS);
    } else {
      this.#restMs = SHORTEST_REST_MS;
    }
  }
}
