/**
 * New images of three models beside real ones, and how far each set is from real digits, for chapter 10 of the guide. The
 * Fréchet distance compares features: the hidden layer of a classifier that is trained here first.
 *
 * `npm run -s build && node dist/examples/guide/newImages.js new.png runs/guide-plain runs/guide-vae runs/guide-gan`
 */

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  Adam,
  accuracyOf,
  Dense,
  FlatParameters,
  frechetDistance,
  GaussianDistribution,
  generateDigits,
  Random,
  Sequential,
  SiLU,
  SoftmaxCrossEntropy,
  Tensor,
} from 'isthmus';
import { encodePng, imageGrid, loadAnyModel } from 'isthmus/node';

const [path = 'new.png', ...runs] = process.argv.slice(2);
const COUNT = 1000;
const SHOWN = 14;
const EPOCHS = 8;
const BATCH_SIZE = 50;

const random = new Random(1);
const hidden = new Sequential([new Dense(784, 64, { random }), new SiLU()]);
const classifier = new Sequential([hidden, new Dense(64, 10, { random })]);
trainClassifier(generateDigits({ count: 3000, seed: 1 }));

const unseen = generateDigits({ count: COUNT, seed: 2 });
const real = pixelsOf(unseen);
const sets = [{ name: 'real digits', images: pixelsOf(generateDigits({ count: COUNT, seed: 3 })) }];
for (const run of runs) {
  const { model, codes } = await loadAnyModel(`${run}/model.safetensors`);
  const name = basename(run).replace('guide-', '');
  if ('sample' in model) sets.push({ name, images: flat(model.sample(COUNT)) });
  else {
    const standard = GaussianDistribution.standard(model.encodingDim);
    sets.push({ name: `${name}, standard codes`, images: flat(model.decode(standard.sample(COUNT))) });
    if (codes) sets.push({ name: `${name}, fitted codes`, images: flat(model.decode(codes.sample(COUNT))) });
  }
}

const accuracy = 100 * accuracyOf(classesIn(real), unseen.labels);
console.log(`the classifier is right about ${accuracy.toFixed(1)} % of unseen digits\n`);
console.log(`${COUNT} images             distance   images of each class, 0 to 9`);
const realFeatures = hidden.forward(real).copy();
for (const { name, images } of sets) {
  const distance = frechetDistance(hidden.forward(images).copy(), realFeatures).toFixed(1);
  const found = classesIn(images);
  const counts = Array.from({ length: 10 }, (_, digit) => found.filter((one) => one === digit).length);
  const row = counts.map((count) => String(count).padStart(4)).join('');
  console.log(`${name.padEnd(24)}${distance.padStart(8)}  ${row}`);
}

const rows = sets.flatMap(({ images }) => [...images.data.subarray(0, SHOWN * 784)]);
const shown = Tensor.from(rows, [sets.length * SHOWN, 28, 28]);
writeFileSync(path, encodePng(imageGrid(shown, { columns: SHOWN, scale: 2 })));

function flat({ data }: Tensor): Tensor {
  return new Tensor(data, [COUNT, 784]);
}

function pixelsOf({ data, labels }: typeof unseen): Tensor {
  return Tensor.from(
    Array.from(data, (pixel) => pixel / 255),
    [labels.length, 784],
  );
}

/** Softmax cross-entropy, Adam, batches in random order. */
function trainClassifier(digits: typeof unseen): void {
  const [images, loss, optimizer] = [pixelsOf(digits), new SoftmaxCrossEntropy(), new Adam()];
  const parameters = new FlatParameters(classifier.namedParameters().map(([, parameter]) => parameter));
  const order = [...digits.labels.keys()];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    random.shuffle(order);
    for (let start = 0; start < order.length; start += BATCH_SIZE) {
      const rows = order.slice(start, start + BATCH_SIZE);
      const target = Tensor.zeros([rows.length, 10]);
      for (const [i, row] of rows.entries()) target.data[10 * i + digits.labels[row]] = 1;
      loss.forward(classifier.forward(images.pick(rows)), target);
      parameters.zeroGradients();
      classifier.backwardParameters(loss.backward());
      optimizer.step(parameters);
    }
  }
}

/** The class with the largest output for each image. */
function classesIn(images: Tensor): number[] {
  const { data } = classifier.forward(images);
  return Array.from({ length: images.shape[0] }, (_, i) => {
    const row = data.subarray(10 * i, 10 * i + 10);
    return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
  });
}
