/**
 * brain.js: it updates after every sample and has one activation for all layers, the code and the output too. So
 * it trains the same widths on the same images with its own Adam, in batches of one; its loss is another one, and
 * has to fall.
 */

import { createRequire } from 'node:module';
import { shuffledRows } from '../network.mjs';
import { serve } from '../serve.mjs';

// The browser's bundle holds all that it needs; the other asks for gpu.js, which a plain network never uses.
const { NeuralNetwork } = createRequire(import.meta.url)('brain.js/dist/browser.js');

serve({
  training: ({ widths, images, count, adam }) => {
    const features = widths[0];
    // Plain arrays: a Float32Array would be taken for an object with keys, by a slower path.
    const data = Array.from({ length: count }, (_, i) => {
      const image = Array.from(images.subarray(i * features, (i + 1) * features));
      return { input: image, output: image };
    });
    const network = new NeuralNetwork({
      inputSize: features,
      hiddenLayers: widths.slice(1, -1),
      outputSize: widths.at(-1),
      activation: 'relu',
    });
    const options = { ...adam, praxis: 'adam', errorThresh: 1e-9, iterations: 1, errorCheckInterval: 1 };
    return {
      batchSize: 1,
      epoch: (steps) => {
        const rows = [...shuffledRows(count).subarray(0, steps)];
        const some = rows.map((row) => data[row]);
        return network.train(some, options).error;
      },
    };
  },
});
