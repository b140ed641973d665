import { expect, test } from '@jest/globals';
import { judgeRecipes, type RecipeFigures } from '../../bench/recipeGoals.ts';

const GOOD: RecipeFigures = {
  runs: {
    small: [{ mse: 0.0133 }, { mse: 0.012 }],
    best: [{ mse: 0.011 }],
    'conv-small': [{ mse: 0.01 }],
    'conv-best': [{ mse: 0.008 }, { mse: 0.0092 }],
  },
  slowdown: 1,
  convSlowdown: 3,
  classification: {
    codes: { neighbours: 0.81, linearProbe: 0.82 },
    pca: { neighbours: 0.81, linearProbe: 0.9 },
  },
  denoising: { model: { psnr: 20 }, median: { psnr: 18.5 }, gaussian: { psnr: 17 } },
  convDenoising: { model: { psnr: 22 } },
};

const missed = (figures: Partial<RecipeFigures>) =>
  judgeRecipes({ ...GOOD, ...figures }).flatMap(({ ok, name }) => (ok ? [] : [name]));

test('each bound itself is good enough', () => {
  expect(judgeRecipes(GOOD)).toHaveLength(10);
  expect(missed({})).toEqual([]);
});

test.each<[name: RegExp, figures: Partial<RecipeFigures>]>([
  [/MSE of small/, { runs: { ...GOOD.runs, small: [{ mse: 0.012 }, { mse: 0.0134 }] } }],
  [/MSE of best/, { runs: { ...GOOD.runs, best: [{ mse: 0.0111 }] } }],
  [/MSE of best/, { runs: { ...GOOD.runs, best: [{ mse: Number.NaN }] } }],
  [/MSE of conv-small/, { runs: { ...GOOD.runs, 'conv-small': [{ mse: 0.0101 }] } }],
  [/MSE of conv-best/, { runs: { ...GOOD.runs, 'conv-best': [{ mse: 0.0093 }, { mse: 0.008 }] } }],
  [/seconds of best/, { slowdown: 1.01 }],
  [/seconds of conv-best/, { convSlowdown: 3.01 }],
  [/seconds of conv-best/, { convSlowdown: Number.NaN }],
  [/by convolutions/, { convDenoising: { model: { psnr: 21.9 } } }],
  [
    /neighbours/,
    {
      classification: {
        codes: { neighbours: 0.8, linearProbe: 0.82 },
        pca: { neighbours: 0.81, linearProbe: 0.8 },
      },
    },
  ],
  [
    /probe/,
    {
      classification: {
        codes: { neighbours: 0.9, linearProbe: 0.81 },
        pca: { neighbours: 0.8, linearProbe: 0.8 },
      },
    },
  ],
  [/than the better filter/, { denoising: { ...GOOD.denoising, median: { psnr: 18.6 } } }],
  [/than the better filter/, { denoising: { ...GOOD.denoising, gaussian: { psnr: 18.6 } } }],
])('%s alone is missed', (name, figures) => {
  expect(missed(figures)).toEqual([expect.stringMatching(name)]);
});

test('without labels, or without PyTorch, the others are judged', () => {
  const { slowdown: _, classification: __, ...others } = GOOD;
  expect(judgeRecipes(others).map(({ ok }) => ok)).toEqual(Array(7).fill(true));
});
