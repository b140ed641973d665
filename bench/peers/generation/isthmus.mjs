/**
 * What isthmus makes: each function trains with a seed and gives `{ samples, seconds }`, where seconds are those of the
 * training, and `negativeElbo`, the mean over the test images in nats, if there is one. Read recipes.mjs first.
 */

import { presetSchedule } from '../../../dist/src/autoencoder/presets.js';
import { Adam, Autoencoder, GAN, preset, VariationalAutoencoder } from '../../../dist/src/index.js';

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** @param count - Of images. */
function adam(recipe, count) {
  return new Adam({ learningRate: presetSchedule(recipe, count, 'bench:generation'), beta1: recipe.beta1 });
}

/** New images as rows. */
function sample(model, count, seed) {
  const images = model.sample(count, { seed });
  return images.reshape([count, images.size / count]);
}

/** The article's autoencoder, which was trained only to restore: its decoder gets codes drawn like those of the images. */
export async function gaussianOfCodes({ train, count, epochsScale }, seed) {
  const [n, features] = train.shape;
  const { architecture, optimizer, fit } = preset('article', n);
  const epochs = Math.max(1, Math.round(fit.epochs * epochsScale));
  const model = new Autoencoder({ inputShape: [features], encodingDim: 32, seed, ...architecture });
  model.compile({ optimizer });
  const seconds = await timed(() => model.fit(train, { ...fit, epochs }));
  const codes = await model.codeDistribution(train);
  const samples = model.decode(codes.sample(count, { seed }));
  // Its outputs are linear; those of the others end with a sigmoid.
  for (let i = 0; i < samples.size; i++) samples.data[i] = Math.min(Math.max(samples.data[i], 0), 1);
  return { samples, seconds };
}

export async function vae({ train, test, shape, count }, recipe, seed) {
  const { encodingDim, conv, hidden, activation, epochs, batchSize } = recipe;
  const architecture = { encodingDim, conv, hidden, activation };
  const model = new VariationalAutoencoder({ inputShape: shape, seed, ...architecture });
  model.compile({ optimizer: adam(recipe, train.shape[0]) });
  const seconds = await timed(() => model.fit(train, { epochs, batchSize }));
  const { reconstruction, kl } = await model.negativeElbo(test);
  const negativeElbo = (sum(reconstruction) + sum(kl)) / test.shape[0];
  return { samples: sample(model, count, seed), seconds, negativeElbo };
}

export async function gan({ train, shape, count }, recipe, seed) {
  const { labelSmoothing, dropout, epochs, batchSize, keep } = recipe;
  const { encodingDim, conv, generatorHidden, discriminatorHidden, activation } = recipe;
  const architecture = { encodingDim, conv, generatorHidden, discriminatorHidden, activation };
  const model = new GAN({ inputShape: shape, seed, ...architecture });
  model.compile({ optimizer: adam(recipe, train.shape[0]), labelSmoothing, dropout });
  const seconds = await timed(() => model.fit(train, { epochs, batchSize, keep }));
  return { samples: sample(model, count, seed), seconds };
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}
