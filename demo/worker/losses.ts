/** The points of the loss curves, and how fast training is. */

import type { BatchRecord, EpochRecord } from '../../src/index.ts';
import type { LossPoint } from '../messages.ts';

/**
 * A point is the mean over the batches of this time, in milliseconds. Each one wakes the page, which takes a processor from
 * training: the more points a second, the slower it is.
 */
const POINT_MS = 200;
/** The speed is that of the last points, of about a second. */
const SPEED_POINTS = 5;

/** Losses added up over samples, by the name of their curve. */
interface Sums {
  samples: number;
  losses: Record<string, number>;
}

const none = (): Sums => ({ samples: 0, losses: {} });

export class Losses {
  /** Steps since the beginning of the training. */
  step = 0;
  #points: LossPoint[] = [];
  /** Of the batches since the last point. */
  #sums = none();
  /** Of the batches of this epoch that were counted already: records are about the whole epoch so far. */
  #counted = none();
  #last: BatchRecord | undefined;
  /** When the time until the next point began. */
  #startedAt: number | undefined;
  /** Whether there was a point since training went on, in this epoch, and for an epoch since the time began. */
  #hasPoint = false;
  #hasPointInEpoch = false;
  #hasPointOfEpoch = false;
  /** Counted since the time began. */
  #samples = 0;
  #speeds: { samples: number; ms: number }[] = [];

  /** Notes a batch that ended at this time. Returns whether it is time to report. */
  add(record: BatchRecord, now: number): boolean {
    this.step++;
    this.#last = record;
    // The very first batch is a point: the loss of the random weights. After a pause the time starts anew.
    this.#startedAt ??= this.step === 1 ? now - POINT_MS : now;
    const ms = now - this.#startedAt;
    if (record.batch === record.batches) this.#count();
    if (ms < POINT_MS) return false;
    this.#count();
    if (this.step > 1) this.#speeds.push({ samples: this.#samples, ms });
    if (this.#speeds.length > SPEED_POINTS) this.#speeds.shift();
    this.#startedAt = now;
    this.#samples = 0;
    // The few batches since the end of an epoch count for the next point: on their own they would be a spike.
    if (!this.#hasPointOfEpoch) this.#addPoint();
    this.#hasPointOfEpoch = false;
    return true;
  }

  /** An epoch has at least one point. */
  addEpoch({ validationLoss }: EpochRecord): void {
    if (!this.#hasPointInEpoch) {
      this.#addPoint();
      this.#hasPointOfEpoch = true;
    }
    this.#hasPointInEpoch = false;
    if (validationLoss === undefined) return;
    this.#points.push({ step: this.step, values: { test: validationLoss } });
  }

  /**
   * Training waits, and the time until it goes on does not count. A single step is a point; the last few batches before a
   * pause count for the next one, too.
   */
  pause(): void {
    this.#count();
    if (!this.#hasPoint) this.#addPoint();
    this.#hasPoint = false;
    this.#startedAt = undefined;
    this.#samples = 0;
    this.#speeds = [];
  }

  /** The points since the last call. */
  take(): LossPoint[] {
    const points = this.#points;
    this.#points = [];
    return points;
  }

  get samplesPerSecond(): number {
    const samples = this.#speeds.reduce((sum, speed) => sum + speed.samples, 0);
    const ms = this.#speeds.reduce((sum, speed) => sum + speed.ms, 0);
    return ms > 0 ? (1000 * samples) / ms : 0;
  }

  /** Adds what the last record has more than was counted. */
  #count(): void {
    const record = this.#last;
    if (!record) return;
    const epoch = none();
    epoch.samples = record.samples;
    for (const [name, mean] of Object.entries(lossesOf(record))) {
      epoch.losses[name] = mean * record.samples;
      const more = epoch.losses[name] - (this.#counted.losses[name] ?? 0);
      this.#sums.losses[name] = (this.#sums.losses[name] ?? 0) + more;
    }
    const samples = record.samples - this.#counted.samples;
    this.#sums.samples += samples;
    this.#samples += samples;
    this.#counted = record.batch === record.batches ? none() : epoch;
    this.#last = undefined;
  }

  #addPoint(): void {
    const { samples, losses } = this.#sums;
    if (samples === 0) return;
    const means = Object.entries(losses).map(([name, sum]) => [name, sum / samples]);
    this.#points.push({ step: this.step, values: Object.fromEntries(means) });
    this.#sums = none();
    this.#hasPoint = true;
    this.#hasPointInEpoch = true;
  }
}

/** The curves of one model. The loss of a GAN is the sum of two that pull in opposite directions. */
function lossesOf({ loss, parts }: BatchRecord): Record<string, number> {
  if (parts?.generator === undefined) return { training: loss };
  return { generator: parts.generator, discriminator: parts.discriminator };
}
