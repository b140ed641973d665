/** Trains an autoencoder on the samples that index.html posts, and posts how far it is and at last the model. */

import { Autoencoder, normalize, useThreads, writeModel } from './isthmus.min.js';

onmessage = ({ data }) => {
  train(data).catch(reportError); // to the page's `worker.onerror`: it hears nothing of a promise that is rejected
};

async function train(array) {
  // As many threads as the machine runs at the same time, if the server sends the headers for it (serve.mjs), else one.
  const { threads } = await useThreads('auto');
  const [, ...inputShape] = array.shape;
  const autoencoder = new Autoencoder({ inputShape, encodingDim: 32, hidden: [64, 32], seed: 42 });
  const { epochs } = await autoencoder.fit(normalize(array), {
    epochs: 20,
    onEpochEnd: ({ epoch, loss }) => postMessage({ threads, epoch, loss }),
  });
  // Another thread can't use the network itself, whose weights lie in the engine's memory: it gets the bytes of a model file.
  postMessage({ threads, ...epochs.at(-1), model: writeModel(autoencoder) });
}
