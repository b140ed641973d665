import { expect, test } from '@jest/globals';
import '../../src/layers/convolutions.ts';
import { VARIATIONAL_PRESETS, type VariationalPresetName, variationalPreset } from '../../src/vae/presets.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';

const NAMES = Object.keys(VARIATIONAL_PRESETS) as VariationalPresetName[];

test.each(NAMES)('%s: its settings, with which a model learns', async (name) => {
  const { conv, hidden, encodingDim, activation, beta, ...training } = VARIATIONAL_PRESETS[name];
  const { architecture, compile, fit } = variationalPreset(name, 20);
  expect(architecture).toEqual({ conv, hidden, encodingDim, activation });
  expect(compile.beta).toBe(beta);
  expect(compile.optimizer?.learningRate).toBe(training.learningRate);
  expect(training).toMatchObject(fit);
  const vae = new VariationalAutoencoder({ inputShape: [12, 8], ...architecture });
  vae.compile(compile);
  await vae.fit(uniformTensor([20, 12, 8], 1, 0, 1), { ...fit, epochs: 1 });
  expect(vae.encodingDim).toBe(encodingDim);
  const spec = [...vae.encoder.layers, ...vae.decoder.layers].map((layer) => layer.spec().type);
  expect(spec.filter((type) => /^conv/.test(type))).toHaveLength(2 * (conv?.length ?? 0));
});
