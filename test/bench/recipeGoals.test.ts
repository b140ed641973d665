import { expect, test } from '@jest/globals';
import { judgeRecipes, type RecipeFigures } from '../../bench/recipeGoals.ts';

const GOOD: RecipeFigures = {
  runs: { small: [{ mse: 0.0133 }, { mse: 0.012 }], best: [{ mse: 0.011 }] },
  slowdown: 1,
  classification: {
    codes: { neighbours: 0.81, linearProbe: 0.82 },
    pca: { neighbours: 0.81, linearProbe: 0.9 },
  },
  denoising: { model: { psnr: 20 }, median: { psnr: 18.5 }, gaussian: { psnr: 17 } },
};

const missed = (figures: Partial<RecipeFigures>) =>
  judgeRecipes({ ...GOOD, ...figures }).flatMap(({ ok, name }) => (ok ? [] : [name]));

test('each bound itself is good enough', () => {
  expect(judgeRecipes(GOOD)).toHaveLength(6);
  expect(missed({})).toEqual([]);
});

test.each<[name: RegExp, figures: Partial<RecipeFigures>]>([
  [/MSE of small/, { runs: { ...GOOD.runs, small: [{ mse: 0.012 }, { mse: 0.0134 }] } }],
  [/MSE of best/, { runs: { ...GOOD.runs, best: [{ mse: 0.0111 }] } }],
  [/MSE of best/, { runs: { ...GOOD.runs, best: [{ mse: Number.NaN }] } }],
  [/seconds/, { slowdown: 1.01 }],
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
  [/noise/, { denoising: { ...GOOD.denoising, median: { psnr: 18.6 } } }],
  [/noise/, { denoising: { ...GOOD.denoising, gaussian: { psnr: 18.6 } } }],
])('%s alone is missed', (name, figures) => {
  expect(missed(figures)).toEqual([expect.stringMatching(name)]);
});

test('without labels, or without PyTorch, the others are judged', () => {
  const { slowdown: _, classification: __, ...others } = GOOD;
  expect(judgeRecipes(others).map(({ ok }) => ok)).toEqual([true, true, true]);
});
