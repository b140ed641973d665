/** scikit-learn's figures for the same scores: test/golden/anomalies. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { averagePrecision, precisionRecall, rocAuc } from '../../src/evaluation/anomalyMetrics.ts';

interface Case {
  readonly scores: number[];
  readonly anomaly: number[];
  readonly threshold: number;
  /** null for NaN. */
  readonly rocAuc: number | null;
  readonly averagePrecision: number;
  readonly precision: number;
  readonly recall: number;
  readonly flagged: number;
}

const { cases } = JSON.parse(readFileSync('test/golden/anomalies/anomalies.json', 'utf8')) as {
  cases: Record<string, Case>;
};

function expectAuc(auc: number, golden: Case): void {
  if (golden.rocAuc === null) expect(auc).toBeNaN();
  else expect(auc).toBeCloseTo(golden.rocAuc, 13);
}

describe.each(Object.entries(cases))('%s', (_, golden) => {
  const { scores, anomaly, threshold } = golden;
  const isAnomaly = anomaly.map(Boolean);

  test('has the figures of scikit-learn', () => {
    // Both sum some 600 float64 terms.
    expectAuc(rocAuc(scores, isAnomaly), golden);
    expect(averagePrecision(scores, isAnomaly)).toBeCloseTo(golden.averagePrecision, 13);
    const { precision, recall, flagged } = golden;
    expect(precisionRecall(scores, isAnomaly, threshold)).toEqual({ precision, recall, flagged });
  });

  test('has them in any order', () => {
    const [backwards, labels] = [scores.toReversed(), isAnomaly.toReversed()];
    expectAuc(rocAuc(backwards, labels), golden);
    expect(averagePrecision(backwards, labels)).toBeCloseTo(golden.averagePrecision, 13);
  });
});

test('the golden cases hold ties, real scores, and scores at the threshold', () => {
  expect(Object.keys(cases)).toHaveLength(11);
  expect(cases['shoes and bags'].scores).toHaveLength(603);
  expect(cases.biopsies.scores).toHaveLength(312);
  const { scores, threshold, flagged } = cases['many ties'];
  expect(scores.filter((score) => score === threshold).length).toBeGreaterThan(10);
  expect(scores.filter((score) => score >= threshold).length).toBeGreaterThan(flagged);
});

test('the area under the ROC curve is the share of pairs in the right order, by definition', () => {
  const { scores, anomaly } = cases['many ties'];
  let [higher, pairs] = [0, 0];
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (!anomaly[i] || anomaly[j]) return;
      pairs++;
      higher += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  expect(rocAuc(scores, anomaly.map(Boolean))).toBeCloseTo(higher / pairs, 13);
});

test('negative control: breaking ties by the order of the samples gives other figures', () => {
  const { scores, anomaly, ...golden } = cases['many ties'];
  const broken = scores.map((score, i) => score + (anomaly[i] ? 1e-6 : 0));
  const isAnomaly = anomaly.map(Boolean);
  expect(Math.abs(rocAuc(broken, isAnomaly) - (golden.rocAuc ?? 0))).toBeGreaterThan(0.01);
  expect(Math.abs(averagePrecision(broken, isAnomaly) - golden.averagePrecision)).toBeGreaterThan(0.01);
});

test('scores that are not finite are the highest, all alike', () => {
  const scores = [1, Number.NaN, 5, Infinity];
  const asLarge = [1, 9, 5, 9];
  const isAnomaly = [false, true, false, false];
  expect(rocAuc(scores, isAnomaly)).toBe(rocAuc(asLarge, isAnomaly));
  expect(averagePrecision(scores, isAnomaly)).toBe(averagePrecision(asLarge, isAnomaly));
  expect(precisionRecall(scores, isAnomaly, 4)).toEqual({ flagged: 3, precision: 1 / 3, recall: 1 });
});

test.each([
  ['rocAuc', rocAuc],
  ['averagePrecision', averagePrecision],
  ['precisionRecall', (some: number[], answers: boolean[]) => precisionRecall(some, answers, 1)],
] as const)('%s refuses another number of answers than scores', (name, measure) => {
  expect(() => measure([1, 2], [true])).toThrow(
    new RangeError(`${name}: got 2 scores and 1 answer, expected as many.`),
  );
  expect(() => measure([1], [true, false])).toThrow(RangeError);
});

test('scores of 0 and -0 are one tie', () => {
  expect(rocAuc([0, -0, -0, 0], [true, true, false, false])).toBe(0.5);
});
