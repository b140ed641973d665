/**
 * Measures whether helper threads make jobs faster, and lets them rest where they do not. If another program keeps a
 * processor busy, a helper may have to share one with the thread that it should help, and then everything takes longer
 * than without it. The clock decides here who computes, never what is computed.
 *
 * The speed of this thread alone is measured now and then; while helpers work, the speed with them is compared with it.
 */

/** Milliseconds of jobs that one measurement of this thread alone takes. */
const ALONE_MS = 4;
/**
 * Milliseconds that one measurement with helpers takes. Even on an idle machine a helper may share a processor for some
 * 20 ms: when it has just been woken, or when the host's own threads (compiler, garbage collector) need one.
 */
const TOGETHER_MS = 60;
/** After this many good measurements in a row, about a second, the speed alone is measured again. */
const GOOD_IN_A_ROW = 16;
/** With less gain than this the helpers rest. Two undisturbed threads reach 1.5 to 1.9. */
const MIN_GAIN = 1.1;
/** The helpers rest at once when this thread alone would have been done this much earlier. */
const MAX_LOST_MS = 12;
/** Each rest is twice as long as the one before. */
const MIN_REST_MS = 100;
const MAX_REST_MS = 2_000;

export class HelperGain {
  #isTogether = false;
  #workNs = 0;
  #wallMs = 0;
  /** Nanoseconds of work that this thread alone did in a millisecond, when that was last measured. */
  #speedAlone = 0;
  /** Good measurements until the speed alone is measured again: soon at first, while code is still being compiled. */
  #goodLeft = 1;
  #nextGood = 1;
  #restMs = MIN_REST_MS;
  #restsUntil = 0;

  /** Whether the next job should be shared. */
  get isTogether(): boolean {
    return this.#isTogether;
  }

  /** Starts again, with a measurement of this thread alone. */
  reset(): void {
    this.#workAlone();
    this.#nextGood = 1;
    this.#restMs = MIN_REST_MS;
    this.#restsUntil = 0;
  }

  /**
   * Counts a job that has just ended.
   *
   * @param workNs - Roughly how long one thread takes for it.
   * @param startMs - When it began: `performance.now()`.
   */
  record(workNs: number, startMs: number): void {
    const now = performance.now();
    this.#workNs += workNs;
    this.#wallMs += now - startMs;
    const lostMs = this.#isTogether ? this.#wallMs - this.#workNs / this.#speedAlone : 0;
    if (lostMs < MAX_LOST_MS && this.#wallMs < (this.#isTogether ? TOGETHER_MS : ALONE_MS)) return;
    const speed = this.#workNs / this.#wallMs;
    this.#workNs = 0;
    this.#wallMs = 0;
    if (!this.#isTogether) {
      this.#speedAlone = speed;
      this.#isTogether = now >= this.#restsUntil;
      this.#goodLeft = this.#nextGood;
    } else if (speed < MIN_GAIN * this.#speedAlone) {
      this.#restsUntil = now + this.#restMs;
      this.#restMs = Math.min(2 * this.#restMs, MAX_REST_MS);
      this.#nextGood = 1;
      this.#workAlone();
    } else {
      this.#restMs = MIN_REST_MS;
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
