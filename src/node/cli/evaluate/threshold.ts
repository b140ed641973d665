/** Above which score a sample is called an anomaly, and how it compares with the errors that the model file holds. */

import { DataError } from '../../../data/samples.ts';
import {
  type AnomalyScore,
  type ErrorDistributions,
  isAbove,
} from '../../../evaluation/errorDistribution.ts';
import { UsageError } from '../terminal/options.ts';
import { formatCount, say } from '../terminal/output.ts';
import { formatNumber } from '../terminal/textTable.ts';

/** What `--threshold` says: a share of the errors that the model file holds, or a score. */
export type ThresholdOption = { readonly level: number } | { readonly value: number };

/** Without `--threshold`. */
export const DEFAULT_LEVEL = 0.99;
/** A lower one is hardly meant: p0.99 for p99. */
const LOWEST_PERCENT = 50;

/** @throws {UsageError} If it is neither. */
export function readThreshold(text: string, name: string): ThresholdOption {
  const [, percent] = /^p(\d+\.?\d*)$/i.exec(text) ?? [];
  if (percent !== undefined && Number(percent) >= LOWEST_PERCENT && Number(percent) < 100) {
    return { level: Number(percent) / 100 };
  }
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value < Infinity) return { value };
  throw new UsageError(
    `--${name} is '${text}', expected p99, or another from p50 to below p100, or an error such as 0.02.`,
  );
}

/** The share of smaller errors, in percent. */
export interface Percentiles {
  readonly percentile: number;
  readonly heldOutPercentile?: number;
}

/** A threshold, and where it comes from. */
export interface ChosenThreshold {
  readonly value: number;
  readonly source: 'held-out errors' | 'training errors' | '--threshold';
  /** Missing if the value was given. */
  readonly level?: number;
  /** How many errors it comes from. */
  readonly count?: number;
  /** Whether these are too few for the level. */
  readonly tooFew?: boolean;
}

/** What is known of the scores of anomalies. */
export class Judge {
  readonly threshold: ChosenThreshold | undefined;
  readonly #errors: ErrorDistributions | undefined;

  /**
   * @param errors - What the model file at this path holds.
   * @param rankedBy - What the samples are ranked by: the errors of the file may be others.
   * @throws {DataError} If the threshold is to come from errors that the file doesn't hold.
   */
  constructor(
    option: ThresholdOption | undefined,
    {
      errors,
      path,
      rankedBy,
    }: { errors?: ErrorDistributions | undefined; path: string; rankedBy: AnomalyScore },
  ) {
    this.#errors = errors?.rankedBy === rankedBy ? errors : undefined;
    if (option && 'value' in option) this.threshold = { value: option.value, source: '--threshold' };
    else if (this.#errors) this.threshold = thresholdOf(this.#errors, option?.level ?? DEFAULT_LEVEL);
    else if (option) {
      const which = errors
        ? `errors that fit these samples, which are ranked by ${rankedBy}`
        : 'the errors of its training data';
      throw new DataError(
        `${path}: the model file does not hold ${which}, which --threshold needs: train it again (earlier versions and import keep none), or give an error itself, such as --threshold 0.02.`,
      );
    }
  }

  /** Undefined if the model file holds no errors to compare with. */
  percentiles(score: number): Percentiles | undefined {
    if (!this.#errors) return undefined;
    const { training, heldOut } = this.#errors;
    return {
      percentile: training.percentileOf(score),
      ...(heldOut && { heldOutPercentile: heldOut.percentileOf(score) }),
    };
  }

  /** Undefined if there is no threshold. */
  isAnomaly(score: number): boolean | undefined {
    return this.threshold && isAbove(score, this.threshold.value);
  }

  /** Says what is wrong with the threshold, if anything is. */
  note(): void {
    if (!this.threshold) return;
    const { source, level = 0, count = 0, tooFew } = this.threshold;
    if (tooFew) {
      say(
        `note: ${nameOf(level)} needs ${formatCount(neededFor(level))} errors, the model file holds ${formatCount(count)} (${source}): the threshold is the largest of them${lowerLevel(count)}`,
      );
    }
    if (source === 'training errors') {
      say(
        'note: the threshold comes from training errors, which are smaller than those of samples that the model has not seen; train --validation-split 0.1, or --test-data, measures such samples',
      );
    }
  }
}

function thresholdOf({ training, heldOut }: ErrorDistributions, level: number): ChosenThreshold {
  const errors = heldOut ?? training;
  const source = heldOut ? 'held-out errors' : 'training errors';
  return { ...errors.threshold(level), source, level, count: errors.count };
}

/** How many errors a level needs: see `ErrorDistribution.threshold`. */
function neededFor(level: number): number {
  return Math.ceil(level / (1 - level) - 1e-9);
}

/** The highest whole percentile that needs no more errors than there are. */
function lowerLevel(count: number): string {
  const percent = Math.floor((100 * count) / (count + 1));
  return percent >= LOWEST_PERCENT ? `; they are enough for --threshold p${percent}` : '';
}

/** "p99", "p99.5". */
export function nameOf(level: number): string {
  return `p${Number((100 * level).toPrecision(12))}`;
}

/** "threshold 0.01234, p99 of 301 held-out errors: 25 of 603 images (4 %) are above it". */
export function describeThreshold(
  { value, source, level, count = 0, tooFew }: ChosenThreshold,
  { flagged, samples, noun }: { flagged: number; samples: number; noun: string },
): string {
  const errors = `${formatCount(count)} ${count === 1 ? source.replace(/s$/, '') : source}`;
  const from = level === undefined ? '' : `, ${tooFew ? 'the largest' : nameOf(level)} of ${errors}`;
  const share = `${((100 * flagged) / samples).toFixed(1)} %`;
  const which =
    samples === 1 ? `the ${noun}` : `${formatCount(flagged)} of ${formatCount(samples)} ${noun}s (${share})`;
  const verb = samples === 1 ? (flagged === 1 ? 'is' : 'is not') : flagged === 1 ? 'is' : 'are';
  return `threshold ${formatNumber(value)}${from}: ${which} ${verb} above it`;
}

/** "99.7 %"; only an error above all others has 100 %. */
export function formatPercentile(percentile: number): string {
  const tenths = Math.floor(10 * percentile + 1e-9);
  return `${tenths % 10 === 0 && (tenths === 0 || tenths === 1000) ? tenths / 10 : (tenths / 10).toFixed(1)} %`;
}
