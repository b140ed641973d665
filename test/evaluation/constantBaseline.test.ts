import { describe, expect, test } from '@jest/globals';
import { meanImageBaseline } from '../../src/evaluation/baselines.ts';
import { constantBaseline } from '../../src/evaluation/constantBaseline.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { storedSamples } from '../helpers/storedSamples.ts';

const random = new Random(5);
const samples = Tensor.zeros([41, 3, 2]);
random.fillUniform(samples.data, 0, 1);
samples.data.fill(1, 0, 6);

const LOSSES = {
  mse: (x: number, y: number) => (x - y) ** 2,
  mae: (x: number, y: number) => Math.abs(x - y),
  bce: (x: number, y: number) => -(x * Math.log(y) + (1 - x) * Math.log(1 - y)),
};

/** The smallest loss of all answers on a fine grid, for each feature alone. */
function bestOnGrid(loss: keyof typeof LOSSES, rows = [...Array(41).keys()]): number {
  let sum = 0;
  for (let j = 0; j < 6; j++) {
    const column = rows.map((i) => samples.data[6 * i + j]);
    const grid = Array.from({ length: 999 }, (_, k) => (k + 1) / 1000);
    sum += Math.min(
      ...grid.map((y) => column.reduce((total, x) => total + LOSSES[loss](x, y), 0) / column.length),
    );
  }
  return sum / 6;
}

describe('constantBaseline', () => {
  test.each(['mse', 'mae', 'bce'] as const)('no other answer has a smaller %s', async (loss) => {
    const found = await constantBaseline(samples, [3, 2], { loss });
    const best = bestOnGrid(loss);
    expect(found).toBeLessThanOrEqual(best);
    expect(found).toBeGreaterThan(best - 1e-3);
  });

  test('of the squared error it is that of the mean image', async () => {
    expect(await constantBaseline(samples, [3, 2])).toBeCloseTo(meanImageBaseline(samples), 7);
  });

  test('of some rows, from memory and stored', async () => {
    const rows = Uint32Array.of(2, 3, 11, 40);
    const options = { rows, loss: 'mae' } as const;
    const found = await constantBaseline(samples, [6], options);
    expect(found).toBeCloseTo(bestOnGrid('mae', [...rows]), 3);
    const same = await constantBaseline(storedSamples(samples), [6], options);
    expect(same).toBe(found);
  });

  test('of values that never differ it is 0, also at the ends of the range', async () => {
    const black = Tensor.zeros([4, 2]);
    for (const loss of ['mse', 'mae', 'bce'] as const) {
      expect(await constantBaseline(black, [2], { loss })).toBe(0);
    }
  });
});
