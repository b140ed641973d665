/**
 * Two kinds of data, one code: an autoencoder over an image and its label side by side. In training its input lacks the
 * image, the label or nothing; its target is always the whole pair. So it learns to find the label from the image alone, and
 * to draw an image from the label alone. (Ngiam, Khosla, Kim, Nam, Lee & Ng, "Multimodal deep learning", ICML 2011, train
 * one on sound and video.)
 *
 * To run it on the built-in digits: `npm run -s build && node dist/examples/multimodal.js`, on images of your own:
 * `node dist/examples/multimodal.js --data images.npy --labels labels.npy`. It draws multimodal.png, or `--out FILE.png`.
 */

import { parseArgs } from 'node:util';
import {
  Adam,
  Autoencoder,
  accuracyOf,
  BinaryCrossEntropy,
  classesOf,
  generateDigits,
  LinearProbe,
  linear,
  normalize,
  Random,
  Sequential,
  Tensor,
} from 'isthmus';
import { encodePng, imageGrid, loadImages, loadLabels, writeFileAtomically } from 'isthmus/node';

const EPOCHS = 10;
const BATCH_SIZE = 64;

// 1. A pair is one row: the pixels from 0 to 1, then the label as a one-hot vector.
const { samples, labels, out } = await readArguments();
const [count, ...imageShape] = samples.shape;
const divisor = Number(samples.normalization.scale); // 255 for uint8
const classes = classesOf(labels);
const pixels = samples.data.length / count;
const width = pixels + classes.length;
const pairs = Tensor.zeros([count, width]);
for (let i = 0; i < count; i++) {
  for (let j = 0; j < pixels; j++) pairs.data[i * width + j] = samples.data[i * pixels + j] / divisor;
  pairs.data[i * width + pixels + classes.indexOf(labels[i])] = 1;
}

// A fifth of each class is kept for the test. Both sets are sorted by class.
const random = new Random(1);
const order = [...Array(count).keys()];
random.shuffle(order);
order.sort((a, b) => labels[a] - labels[b]);
const training = pairs.pick(order.filter((_, i) => i % 5 !== 0));
const test = pairs.pick(order.filter((_, i) => i % 5 === 0));

// 2. The network. The loss contains the sigmoid, so training leaves out the decoder's last layer.
const architecture = { hidden: [256], activation: 'silu', outputActivation: 'sigmoid' } as const;
const model = new Autoencoder({ inputShape: [width], ...architecture });
const network = new Sequential([...model.encoder.layers, ...model.decoder.layers.slice(0, -1)]);
const loss = new BinaryCrossEntropy();
const steps = EPOCHS * Math.ceil(training.shape[0] / BATCH_SIZE);
const newOptimizer = () => new Adam({ learningRate: linear({ learningRate: 4e-3, steps }) });

// 3. Train: a third of the inputs lacks the image, a third the label. No target lacks anything.
const optimizer = newOptimizer();
const rows = [...Array(training.shape[0]).keys()];
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  random.shuffle(rows);
  for (let start = 0; start < rows.length; start += BATCH_SIZE) {
    const target = training.pick(rows.slice(start, start + BATCH_SIZE));
    const input = without(target, () => (['image', 'label', 'nothing'] as const)[random.integer(3)]);
    loss.forward(network.forward(input), target);
    const gradient = loss.backward();
    for (let i = 0; i < gradient.size; i++) {
      // The label is to count as much as the image, although it has fewer numbers.
      if (i % width >= pixels) gradient.data[i] *= pixels / classes.length;
    }
    model.parameters.zeroGradients();
    network.backwardParameters(gradient);
    optimizer.step(model.parameters);
  }
}

// 4. Restore the test pairs. For comparison, an autoencoder that knows no labels, and linear classifiers of what it sees.
const plain = new Autoencoder({ inputShape: [pixels], ...architecture });
plain.compile({ loss: 'bce', optimizer: newOptimizer() });
await plain.fit(imagesOf(training), { epochs: EPOCHS, batchSize: BATCH_SIZE });
const probe = (features: (pairs: Tensor) => Tensor) =>
  LinearProbe.fit(features(training), classesIn(training)).predict(features(test));

const fromImage = model.predict(without(test, () => 'label'));
const fromLabel = model.predict(without(test, () => 'image'));
const fromBoth = model.predict(test);
const title = `${test.shape[0]} test pairs, ${training.shape[0]} for training`;
console.log(`${title.padEnd(46)}labels found   MSE of pixels`);
report('from the image alone', classesIn(fromImage), imagesOf(fromImage));
report('from the label alone', classesIn(fromLabel), imagesOf(fromLabel));
report('from both', classesIn(fromBoth), imagesOf(fromBoth));
report('linear probe of the pixels', probe(imagesOf));
const codesOf = (pairs: Tensor) => plain.encode(imagesOf(pairs));
report('plain autoencoder, linear probe of its codes', probe(codesOf), plain.predict(imagesOf(test)));

// 5. Draw each class from its label alone, then from a code halfway to that of an image, and from the image's own code.
const firstOf = (set: Tensor, skip = 0) => set.pick(classes.map((_, k) => classesIn(set).indexOf(k) + skip));
const real = [firstOf(test), firstOf(training), firstOf(training, 1)];
const labelCodes = model.encode(without(real[0], () => 'image'));
const imageCodes = model.encode(without(real[0], () => 'label'));
const drawn = [0, 1 / 2, 1].map((way) => {
  const codes = labelCodes.data.map((code, i) => code + way * (imageCodes.data[i] - code));
  return model.decode(new Tensor(codes, labelCodes.shape));
});
const rowsOfPicture = [...drawn, ...real].map(imagesOf);
const shape = [rowsOfPicture.length * classes.length, ...imageShape];
const data = Float32Array.from(rowsOfPicture.flatMap((row) => [...row.data]));
await writeFileAtomically(out, encodePng(imageGrid({ shape, data }, { columns: classes.length, scale: 2 })));
console.log(`${out}: a column for each class. From the top: drawn from the label alone; from a code halfway`);
console.log('between label and test image; from the image alone; the image itself; two others of the class');

/** A copy of the pairs, each of them without one side: zeros take its place. */
function without(pairs: Tensor, side: () => 'image' | 'label' | 'nothing'): Tensor {
  const rest = pairs.copy();
  for (let start = 0; start < rest.size; start += width) {
    const hidden = side();
    if (hidden === 'image') rest.data.fill(0, start, start + pixels);
    if (hidden === 'label') rest.data.fill(0, start + pixels, start + width);
  }
  return rest;
}

/** Shape `[n, pixels]`. */
function imagesOf({ shape: [n], data }: Tensor): Tensor {
  const found = Tensor.zeros([n, pixels]);
  for (let i = 0; i < n; i++) found.data.set(data.subarray(i * width, i * width + pixels), i * pixels);
  return found;
}

/** The place of each label's largest number. */
function classesIn({ shape: [n], data }: Tensor): number[] {
  return Array.from({ length: n }, (_, i) => {
    const label = data.subarray(i * width + pixels, (i + 1) * width);
    return label.indexOf(label.reduce((a, b) => Math.max(a, b)));
  });
}

function report(name: string, found: ArrayLike<number>, restored?: Tensor): void {
  const accuracy = accuracyOf(found, classesIn(test)).toFixed(4);
  const originals = imagesOf(test).data;
  const squares = restored?.data.map((value, i) => (value - originals[i]) ** 2);
  const mse = squares ? (squares.reduce((a, b) => a + b) / squares.length).toFixed(5) : '–';
  console.log(`${name.padEnd(46)}${accuracy.padStart(12)}${mse.padStart(16)}`);
}

/** The built-in digits, or the data that the command line names. What can't be used gets one sentence. */
async function readArguments() {
  try {
    const string = { type: 'string' } as const;
    const { values } = parseArgs({ options: { data: string, labels: string, out: string } });
    const { data, labels, out = 'multimodal.png' } = values;
    if (data === undefined && labels === undefined) {
      const digits = generateDigits({ count: 6000, seed: 1 });
      return { samples: normalize(digits), labels: Array.from(digits.labels), out };
    }
    if (data === undefined || labels === undefined) {
      throw new Error('Only one of --data and --labels is given, expected both or neither.');
    }
    const images = await loadImages(data);
    if (images.shape.length < 3)
      throw new Error(`${data}: it holds vectors, expected images [n, height, width].`);
    const found = await loadLabels(labels, { count: images.shape[0] });
    const numbers = Array.from<number>(found.labels);
    const rare = classesOf(numbers).find((one) => numbers.filter((other) => other === one).length < 5);
    if (rare !== undefined)
      throw new Error(`${labels}: label ${rare} occurs less than 5 times, expected at least 5.`);
    return { samples: normalize(images), labels: numbers, out };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
