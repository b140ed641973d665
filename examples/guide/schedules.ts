/**
 * Two pictures of chapter 4 of the guide, of four schedules: the learning rate of each step, and the loss of a training on
 * 400 digits with each.
 *
 * To draw them: `npm run -s build && node dist/examples/guide/schedules.js docs/images/guide/schedules.svg`, with `loss` and
 * another name for the second one.
 */

import { writeFileSync } from 'node:fs';
import { Adam, Autoencoder, constant, cosine, generateDigits, linear, normalize, warmUp } from 'isthmus';
import { lineChart } from '../../src/node/charts/lineChart.ts';

const [path = 'schedules.svg', what = 'rate'] = process.argv.slice(2);
const [COUNT, EPOCHS, BATCH_SIZE] = [400, 40, 32];
const STEPS_PER_EPOCH = Math.ceil(COUNT / BATCH_SIZE);
const STEPS = EPOCHS * STEPS_PER_EPOCH;
const WARM_UP = 4 * STEPS_PER_EPOCH;
const learningRate = 0.01;

const schedules = [
  { name: 'constant', schedule: constant(learningRate) },
  { name: 'cosine', schedule: cosine({ learningRate, steps: STEPS }) },
  { name: 'linear', schedule: linear({ learningRate, steps: STEPS }) },
  {
    name: 'warm-up',
    schedule: warmUp({ steps: WARM_UP, schedule: cosine({ learningRate, steps: STEPS - WARM_UP }) }),
  },
];

if (what === 'rate') {
  const lines = schedules.map(({ name, schedule }) => ({
    name,
    points: Array.from({ length: STEPS / 4 + 1 }, (_, i) => ({ x: 4 * i, y: schedule.at(4 * i) })),
  }));
  const title = `Four schedules over ${STEPS} steps`;
  writeFileSync(path, lineChart({ title, xLabel: 'step', yLabel: 'learning rate' }, lines));
} else {
  const images = normalize(generateDigits({ count: COUNT, seed: 1 }));
  const lines = [];
  for (const { name, schedule } of schedules) {
    const shape = { inputShape: [28, 28], hidden: [64, 32], encodingDim: 32 };
    const autoencoder = new Autoencoder({ ...shape, seed: 42 });
    autoencoder.compile({ optimizer: new Adam({ learningRate: schedule }) });
    const { epochs } = await autoencoder.fit(images, { epochs: EPOCHS, batchSize: BATCH_SIZE });
    lines.push({ name, points: epochs.slice(9).map(({ epoch, loss }) => ({ x: epoch, y: loss })) });
    console.log(`${name.padEnd(10)} loss ${epochs[EPOCHS - 1].loss.toFixed(5)}`);
  }
  const title = `${COUNT} digits, Adam at most at ${learningRate}`;
  writeFileSync(path, lineChart({ title, xLabel: 'epoch', yLabel: 'loss' }, lines));
}
