import { expect, test } from '@jest/globals';
import '../../src/layers/convolutions.ts';
import { GAN } from '../../src/gan/gan.ts';
import { GAN_BETA1, GAN_PRESETS, type GANPresetName, ganPreset } from '../../src/gan/presets.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

const NAMES = Object.keys(GAN_PRESETS) as GANPresetName[];

test.each(NAMES)('%s: its settings, with which a model learns', async (name) => {
  const { encodingDim, conv, generatorHidden, discriminatorHidden, activation, ...training } =
    GAN_PRESETS[name];
  const { architecture, compile, fit } = ganPreset(name, 20);
  expect(architecture).toEqual({ encodingDim, conv, generatorHidden, discriminatorHidden, activation });
  const { optimizer, ...others } = compile;
  expect(training).toMatchObject({ ...others, ...fit });
  expect(fit.keep).toBe(training.keep);
  expect(optimizer?.learningRate).toBe(training.learningRate);
  const gan = new GAN({ inputShape: [12, 8], ...architecture });
  gan.compile(compile);
  await gan.fit(uniformTensor([20, 12, 8], 1, 0, 1), { ...fit, epochs: 1 });
  expect(optimizer?.state().settings).toMatchObject({ beta1: GAN_BETA1 });
  const { generator, discriminator } = gan.spec();
  expect([...generator, ...discriminator].filter(({ type }) => /^conv/.test(type))).toHaveLength(
    2 * (conv?.length ?? 0),
  );
});
