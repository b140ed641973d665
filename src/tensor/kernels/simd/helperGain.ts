/**
 * Watches whether helpers help. Where another program keeps a processor busy, a helper may share one with the thread that
 * it should help, and everything takes longer than without it. The clock decides here who works, never what is computed.
 *
 * Now and then some work is done alone, and the work together is compared with it. Where it is no faster, the helpers rest.
 */

/** So much time in jobs tells how fast this thread is alone. */
const ALONE_MS = 4;
/**
 * So much tells how fast it is with helpers. Even on an idle machine a helper may share a processor for some 20 ms, when it
 * has just been woken or the host's own threads (compiler, garbage collector) need one.
 */
const TOGETHER_MS = 60;
/** After so many measurements in a row that were good, the comparison is made anew: about once a second. */
const GOOD_IN_A_ROW = 16;
/** Less gain than this, and the helpers rest. Two threads that help each other reach 1.5 to 1.9. */
const LEAST_GAIN = 1.1;
/** They rest at once when they have cost so much: the work would have been done so much earlier without them. */
const MOST_LOST_MS = 12;
/** The first rest, and the longest: each is twice as long as the last. */
const SHORTEST_REST_MS = 100;
const LONGEST_REST_MS = 2_000;

export class HelperGain {
  #isTogether = false;
  #workNs = 0;
  #wallMs = 0;
  /** Work done in a millisecond by this thread alone, when that was last measured. */
  #speedAlone = 0;
  /** How many good measurements are left until the next comparison. The first one comes soon: code is still being compiled. */
  #goodLeft = 1;
  #nextGood = 1;
  #restMs = SHORTEST_REST_MS;
  #restsUntil = 0;

  /** Whether the next job should be shared. */
  get isTogether(): boolean {
    return this.#isTogether;
  }

  /** Starts again: first alone, for comparison. */
  reset(): void {
    this.#workAlone();
    this.#nextGood = 1;
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
    const lostMs = this.#isTogether ? this.#wallMs - this.#workNs / this.#speedAlone : 0;
    if (lostMs < MOST_LOST_MS && this.#wallMs < (this.#isTogether ? TOGETHER_MS : ALONE_MS)) return;
    const speed = this.#workNs / this.#wallMs;
    this.#workNs = 0;
    this.#wallMs = 0;
    if (!this.#isTogether) {
      this.#speedAlone = speed;
      this.#isTogether = now >= this.#restsUntil;
      this.#goodLeft = this.#nextGood;
    } else if (speed < LEAST_GAIN * this.#speedAlone) {
      this.#restsUntil = now + this.#restMs;
      this.#restMs = Math.min(2 * this.#restMs, LONGEST_REST_MS);
      this.#nextGood = 1;
      this.#workAlone();
    } else {
      this.#restMs = SHORTEST_REST_MS;
      this.#goodLeft--;
      if (this.#goodLeft > 0) return;
      this.#nextGood = GOOD_IN_A_ROW;
      this.#workAlone();
    }
  }

  #workAlone(): void {
    this.#isTogether = false;
    this.#workNs = 0;
    this.#wallMs = 0;
  }
}
