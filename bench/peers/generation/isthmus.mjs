/**
 * What isthmus makes: each function trains with a seed and gives `{ samples, seconds }`, where seconds are those of the
 * training, and `negativeElbo`, the mean over the test images in nats, if there is one. Read recipes.mjs first.
 */

import { Adam, Autoencoder, GAN, linear, preset, VariationalAutoencoder } from '../../../dist/src/index.js';

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function adam({ learningRate, schedule, epochs, batchSize, beta1 = 0.9 }, count) {
  const steps = epochs * Math.ceil(count / batchSize);
  return new Adam({
    learningRate: schedule === 'linear' ? linear({ learningRate, steps }) : learningRate,
    beta1,
  });
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

export async function vae({ train, test, count }, recipe, seed) {
  const [n, features] = train.shape;
  const { encodingDim, hidden, activation, epochs, batchSize } = recipe;
  const model = new VariationalAutoencoder({
    inputShape: [features],
    encodingDim,
    hidden,
    activation,
    seed,
  });
  model.compile({ optimizer: adam(recipe, n) });
  const seconds = await timed(() => model.fit(train, { epochs, batchSize }));
  const { reconstruction, kl } = await model.negativeElbo(test);
  const negativeElbo = (sum(reconstruction) + sum(kl)) / test.shape[0];
  return { samples: model.sample(count, { seed }), seconds, negativeElbo };
}

export async function gan({ train, count }, recipe, seed) {
  const [n, features] = train.shape;
  const { labelSmoothing, dropout, epochs, batchSize } = recipe;
  const { encodingDim, generatorHidden, discriminatorHidden, activation } = recipe;
  const architecture = { encodingDim, generatorHidden, discriminatorHidden, activation };
  const model = new GAN({ inputShape: [features], seed, ...architecture });
  model.compile({ optimizer: adam(recipe, n), labelSmoothing, dropout });
  const seconds = await timed(() => model.fit(train, { epochs, batchSize }));
  return { samples: model.sample(count, { seed }), seconds };
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}
