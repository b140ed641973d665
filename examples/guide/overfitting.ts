/**
 * The picture of chapter 5 of the guide: the loss on 60 digits that are trained on, and on 200 that are not.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/overfitting.js docs/images/guide/overfitting.svg`.
 */

import { writeFileSync } from 'node:fs';
import { Adam, Autoencoder, generateDigits, normalize } from 'isthmus';
import { lineChart } from '../../src/node/charts/lineChart.ts';

const [path = 'overfitting.svg'] = process.argv.slice(2);
const images = normalize(generateDigits({ count: 60, seed: 1 }));
const validationData = normalize(generateDigits({ count: 200, seed: 2 }));

const autoencoder = new Autoencoder({ inputShape: [28, 28], hidden: [64, 32], encodingDim: 32, seed: 42 });
autoencoder.compile({ optimizer: new Adam({ learningRate: 0.003 }) });
const { epochs, bestEpoch = 1 } = await autoencoder.fit(images, {
  epochs: 200,
  validationData,
  keep: 'best',
});

console.log('epoch  training  validation');
for (const epoch of [1, 20, bestEpoch, 120, 200]) {
  const { loss, validationLoss = 0 } = epochs[epoch - 1];
  const best = epoch === bestEpoch ? '  the best' : '';
  console.log(
    `${String(epoch).padStart(5)}  ${loss.toFixed(4).padStart(8)}  ${validationLoss.toFixed(4).padStart(10)}${best}`,
  );
}

const title = 'Trained on 60 digits';
const lines = [
  {
    name: 'validation',
    points: epochs.map(({ epoch, validationLoss = 0 }) => ({ x: epoch, y: validationLoss })),
  },
  { name: 'training', points: epochs.map(({ epoch, loss }) => ({ x: epoch, y: loss })) },
];
writeFileSync(path, lineChart({ title, xLabel: 'epoch', yLabel: 'mean squared error' }, lines));
