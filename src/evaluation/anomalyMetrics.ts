/**
 * How well scores tell anomalies from normal samples, by the definitions of scikit-learn: Pedregosa et al., JMLR 12, 2011;
 * `roc_auc_score`, `average_precision_score`, `precision_score` and `recall_score` of sklearn.metrics. A score that is not
 * finite counts as higher than all others.
 */

import { requireAsMany, requireList } from '../tensor/options.ts';
import { isAbove } from './errorDistribution.ts';

/** What is found at a threshold. */
export interface Detection {
  /** How many samples have a higher score. */
  readonly flagged: number;
  /** The share of these that are anomalies; 0 if there are none. */
  readonly precision: number;
  /** The share of the anomalies that are among these; 0 if there are no anomalies. */
  readonly recall: number;
}

/** Samples with one score. */
interface Tie {
  readonly anomalies: number;
  readonly normal: number;
}

/**
 * The area under the ROC curve: the share of the pairs of an anomaly and a normal sample in which the anomaly has the higher
 * score; of pairs with equal scores, half. 0.5 is chance.
 *
 * @param scores - One for each sample.
 * @param isAnomaly - Whether each sample is one.
 * @returns NaN if there are no anomalies, or nothing else.
 * @throws {TypeError} If one of them is no list.
 * @throws {RangeError} If there is not one answer for each score.
 * @example
 * rocAuc([0.1, 0.4, 0.35, 0.8], [false, false, true, true]); // 0.75
 */
export function rocAuc(scores: ArrayLike<number>, isAnomaly: ArrayLike<boolean>): number {
  requireScores('rocAuc', scores, isAnomaly);
  let [higher, anomalies, normal] = [0, 0, 0];
  for (const tie of descending(scores, isAnomaly)) {
    higher += tie.normal * (anomalies + tie.anomalies / 2);
    anomalies += tie.anomalies;
    normal += tie.normal;
  }
  return higher / (anomalies * normal);
}

/**
 * The mean of the precisions at all thresholds, each weighted with what it adds to the recall: Σ (Rₙ - Rₙ₋₁) Pₙ. The share of
 * anomalies is chance.
 *
 * @param scores - One for each sample.
 * @param isAnomaly - Whether each sample is one.
 * @returns 0 if there are no anomalies.
 * @throws As {@link rocAuc}.
 * @example
 * averagePrecision([0.1, 0.4, 0.35, 0.8], [false, false, true, true]).toFixed(3); // '0.833'
 */
export function averagePrecision(scores: ArrayLike<number>, isAnomaly: ArrayLike<boolean>): number {
  requireScores('averagePrecision', scores, isAnomaly);
  let [sum, anomalies, samples] = [0, 0, 0];
  for (const tie of descending(scores, isAnomaly)) {
    anomalies += tie.anomalies;
    samples += tie.anomalies + tie.normal;
    sum += tie.anomalies * (anomalies / samples);
  }
  return anomalies === 0 ? 0 : sum / anomalies;
}

/**
 * Precision and recall if the samples above a threshold are called anomalies.
 *
 * @param scores - One for each sample.
 * @param isAnomaly - Whether each sample is one.
 * @param threshold - Samples for which {@link isAbove} says so are flagged.
 * @throws As {@link rocAuc}.
 * @example
 * const { precision, recall } = precisionRecall([0.1, 0.4, 0.35, 0.8], [false, false, true, true], 0.3);
 * precision.toFixed(2); // '0.67'
 * recall; // 1
 */
export function precisionRecall(
  scores: ArrayLike<number>,
  isAnomaly: ArrayLike<boolean>,
  threshold: number,
): Detection {
  requireScores('precisionRecall', scores, isAnomaly);
  let [flagged, found, anomalies] = [0, 0, 0];
  for (let i = 0; i < scores.length; i++) {
    if (isAnomaly[i]) anomalies++;
    if (!isAbove(scores[i], threshold)) continue;
    flagged++;
    if (isAnomaly[i]) found++;
  }
  return {
    flagged,
    precision: flagged === 0 ? 0 : found / flagged,
    recall: anomalies === 0 ? 0 : found / anomalies,
  };
}

/** The numbers of samples with each score, the highest score first. */
function* descending(scores: ArrayLike<number>, isAnomaly: ArrayLike<boolean>): Generator<Tie, void> {
  const groups = [new Float64Array(scores.length), new Float64Array(scores.length)];
  const counts = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    const group = isAnomaly[i] ? 0 : 1;
    groups[group][counts[group]++] = Number.isFinite(scores[i]) ? scores[i] : Infinity;
  }
  // Each group by itself: typed arrays sort numbers several times as fast as a function sorts positions.
  const [anomalies, normal] = groups.map((group, i) => group.subarray(0, counts[i]).sort());
  let [i, j] = [anomalies.length, normal.length];
  while (i > 0 || j > 0) {
    const score = Math.max(anomalies[i - 1] ?? -Infinity, normal[j - 1] ?? -Infinity);
    const [iBefore, jBefore] = [i, j];
    while (i > 0 && anomalies[i - 1] === score) i--;
    while (j > 0 && normal[j - 1] === score) j--;
    yield { anomalies: iBefore - i, normal: jBefore - j };
  }
}

/** @throws {RangeError} If there is not one answer for each score. */
function requireScores(who: string, scores: unknown, isAnomaly: unknown): void {
  requireList(who, 'the scores', scores);
  requireList(who, 'the answers to which samples are anomalies', isAnomaly);
  requireAsMany(who, scores.length, 'score', isAnomaly.length, 'answer');
}
