import { describe, expect, jest, test } from '@jest/globals';
import type { Samples } from '../../../../src/data/samples.ts';
import { featureSection } from '../../../../src/node/cli/evaluate/features.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { model } from '../fixtures.ts';

interface FeatureScore {
  readonly feature: number;
  readonly rmse: number;
  readonly standardDeviation: number;
  readonly r2: number | null;
}

/** Feature j is what `value` says of sample i; inputs are (x - 10) / 2. */
function sectionOf(n: number, features: number, value: (i: number, j: number) => number) {
  const normalization = { kind: 'standard', dtype: 'f8', shift: 10, scale: 2 } as const;
  const autoencoder = model(normalization, { inputShape: [features] });
  const data = Float64Array.from({ length: n * features }, (_, at) =>
    value(Math.floor(at / features), at % features),
  );
  const samples: Samples = { shape: [n, features], data, normalization };
  const section = featureSection(autoencoder, samples);
  const inputs = Float32Array.from(data, (value) => (value - 10) / 2);
  const outputs = autoencoder.predict(samples).data;
  const byDefinition = Array.from({ length: features }, (_, j) => {
    const [x, y] = [inputs, outputs].map((all) => Array.from({ length: n }, (_, i) => all[i * features + j]));
    const mean = x.reduce((a, b) => a + b) / n;
    const [sst, sse] = [x.map((a) => a - mean), x.map((a, i) => y[i] - a)].map((all) =>
      all.reduce((sum, a) => sum + a * a, 0),
    );
    return { rmse: 2 * Math.sqrt(sse / n), standardDeviation: 2 * Math.sqrt(sst / n), r2: 1 - sse / sst };
  });
  return { section, scores: section.json.features as readonly FeatureScore[], byDefinition };
}

function linesOf(print: () => void): string[] {
  let text = '';
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((some) => {
    text += some;
    return true;
  });
  print();
  spy.mockRestore();
  return text.trimEnd().split('\n');
}

describe('featureSection', () => {
  test('gives R² of deviations from the mean, wherever that lies', () => {
    const random = new Random(1);
    const { scores, byDefinition } = sectionOf(600, 4, (_, j) => 10 ** j * 30 + random.normal());
    scores.forEach(({ rmse, standardDeviation, r2 }, j) => {
      expect(rmse / byDefinition[j].rmse).toBeCloseTo(1, 9);
      expect(standardDeviation / byDefinition[j].standardDeviation).toBeCloseTo(1, 9);
      expect((r2 as number) / byDefinition[j].r2).toBeCloseTo(1, 9);
    });
  });

  test('knows a constant feature of many samples, exact or but for rounding', () => {
    const random = new Random(2);
    const { section, scores } = sectionOf(30_001, 4, (i, j) => {
      if (j === 0) return random.normal(10);
      if (j === 1) return 13.3;
      return j === 2 ? 10 + (i % 2) * 2 ** -49 : 1e6 / 3;
    });
    expect(scores.map(({ r2 }) => r2 === null)).toEqual([false, true, true, true]);
    expect(scores.slice(1).map(({ standardDeviation }) => standardDeviation)).toEqual([0, 0, 0]);
    const lines = linesOf(section.print);
    expect(lines.slice(-3).every((line) => / 0 +–$/.test(line))).toBe(true);
  });

  test.each([20, 21, 25])(
    'of %p features prints all in their order, or the worst 20, the worst first',
    (count) => {
      const random = new Random(3);
      const { section, scores } = sectionOf(80, count, (_, j) =>
        j === 7 ? 5 : random.normal(10, 0.2 + ((j * 5) % 11)),
      );
      const lines = linesOf(section.print);
      const shown = lines.slice(3).map((line) => Number(line.trim().split(/ +/)[0]));
      const ranked = scores.toSorted((a, b) => (a.r2 ?? 1) - (b.r2 ?? 1)).map(({ feature }) => feature);
      expect(lines[0]).toBe(
        `${count === 20 ? 'each feature' : `the worst 20 of ${count} features`}, in units of the data`,
      );
      expect(shown).toEqual(count === 20 ? ranked.toSorted((a, b) => a - b) : ranked.slice(0, 20));
      expect(ranked.at(-1)).toBe(7);
    },
  );
});
