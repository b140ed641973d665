import { expect, test } from '@jest/globals';
import { type GenerationFigures, type GenerationRun, judgeGeneration } from '../../bench/generationGoals.ts';

const run = (distance: number, more: Partial<GenerationRun> = {}): GenerationRun => ({
  distance,
  smallestShare: 0.02,
  seconds: 40,
  ...more,
});

const GOOD: GenerationFigures = {
  gaussian: [run(40), run(60)],
  vae: [run(30, { negativeElbo: 241 }), run(34, { negativeElbo: 241.7 })],
  gan: [run(20), run(24)],
  convVae: [run(25), run(23)],
  convGan: [run(15), run(18)],
  pyTorchVae: [run(28, { negativeElbo: 238, seconds: 40 }), run(30, { negativeElbo: 240, seconds: 40 })],
  pyTorchGan: [run(18, { seconds: 40 }), run(20, { seconds: 40 })],
};

const missed = (figures: Partial<GenerationFigures>) =>
  judgeGeneration({ ...GOOD, ...figures }).flatMap(({ ok, name }) => (ok ? [] : [name]));

test('each bound itself is good enough', () => {
  expect(judgeGeneration(GOOD)).toHaveLength(9);
  expect(missed({})).toEqual([]);
});

test.each<[name: RegExp, figures: Partial<GenerationFigures>]>([
  [/over that of Gaussian codes/, { gaussian: [run(39), run(60)] }],
  [/over that of Gaussian codes/, { gaussian: [run(Number.NaN), run(60)] }],
  [/share of a class/, { gan: [run(20), run(24, { smallestShare: 0.019 })] }],
  [
    /distance of the VAE, the mean/,
    {
      pyTorchVae: [
        run(28, { negativeElbo: 238, seconds: 40 }),
        run(29.9, { negativeElbo: 240, seconds: 40 }),
      ],
    },
  ],
  [/VAE with convolutions/, { convVae: [run(25), run(23.1)] }],
  [/VAE with convolutions/, { convVae: [run(Number.NaN), run(20)] }],
  [/GAN with convolutions/, { convGan: [run(15.1), run(18)] }],
  [/ELBO of the VAE/, { vae: [run(30, { negativeElbo: 241 }), run(34, { negativeElbo: 241.8 })] }],
  [/distance of the GAN, the mean/, { pyTorchGan: [run(20, { seconds: 40 }), run(20, { seconds: 40 })] }],
  [/seconds of the VAE/, { vae: GOOD.vae?.map((each) => ({ ...each, seconds: 40.1 })) ?? [] }],
  [/seconds of the GAN/, { gan: GOOD.gan?.map((each) => ({ ...each, seconds: 40.1 })) ?? [] }],
])('%s alone is missed', (name, figures) => {
  expect(missed(figures)).toEqual([expect.stringMatching(name)]);
});

test('figures of PyTorch that happen to agree leave half a percent', () => {
  const others = { pyTorchGan: [run(20), run(20)], convGan: [run(15)] };
  expect(missed({ gan: [run(20), run(20.2)], ...others })).toEqual([]);
  expect(missed({ gan: [run(20), run(20.3)], ...others })).toEqual([
    expect.stringMatching(/distance of the GAN, the mean/),
  ]);
});

test('without PyTorch the GAN is judged by itself, and one seed has no spread', () => {
  const { pyTorchVae: _, pyTorchGan: __, ...ours } = GOOD;
  expect(judgeGeneration(ours)).toHaveLength(4);
  const one = Object.fromEntries(Object.entries(GOOD).map(([name, runs]) => [name, runs.slice(0, 1)]));
  expect(judgeGeneration({ gaussian: [], ...one })).toHaveLength(7);
});
