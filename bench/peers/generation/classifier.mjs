/**
 * The classifier 784-256-10 that judges samples: trained on real images, it says what a sample shows, and its hidden layer
 * gives the features of the Fréchet distance.
 */

import {
  Adam,
  accuracyOf,
  classesOf,
  Dense,
  FlatParameters,
  frechetDistance,
  Random,
  ReLU,
  Sequential,
  SoftmaxCrossEntropy,
  Tensor,
} from '../../../dist/src/index.js';

const HIDDEN = 256;
const EPOCHS = 10;
const BATCH_SIZE = 64;
/** One that finds fewer classes has learnt nothing that would be worth comparing: the labels are others, or in another order. */
const MIN_ACCURACY = 0.8;

export class Judge {
  /** The share of test images whose class is found. */
  accuracy;
  #hidden;
  #output;
  #classes;
  #real;

  /**
   * Trains the classifier; the same numbers each time.
   *
   * @param train - `{ images, labels }`: a tensor [n, features] with values in [0, 1], and n integers.
   * @param test - The same of others, with which samples are compared.
   */
  constructor(train, test) {
    const random = new Random(0);
    const features = train.images.shape[1];
    this.#classes = classesOf(train.labels);
    this.#hidden = new Sequential([new Dense(features, HIDDEN, { random }), new ReLU()]);
    this.#output = new Dense(HIDDEN, this.#classes.length, { random });
    this.#train(train, random);
    const found = this.#classNumbers(this.#featuresOf(test.images)).map((number) => this.#classes[number]);
    this.accuracy = accuracyOf(found, test.labels);
    if (!(this.accuracy > MIN_ACCURACY)) {
      throw new Error(
        `the classifier finds the class of ${(100 * this.accuracy).toFixed(1)} % of the test images, expected more than ${100 * MIN_ACCURACY} %: are the labels those of the images, in the same order?`,
      );
    }
    this.#real = test.images;
  }

  #train({ images, labels }, random) {
    const c = this.#classes.length;
    const targets = Tensor.zeros([labels.length, c]);
    labels.forEach((label, i) => {
      targets.data[i * c + this.#classes.indexOf(label)] = 1;
    });
    const network = new Sequential([this.#hidden, this.#output]);
    const parameters = new FlatParameters(network.parameters());
    const optimizer = new Adam();
    const loss = new SoftmaxCrossEntropy();
    const order = Array.from(labels.keys());
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      random.shuffle(order);
      for (let start = 0; start < order.length; start += BATCH_SIZE) {
        const rows = order.slice(start, start + BATCH_SIZE);
        parameters.zeroGradients();
        loss.forward(network.forward(images.pick(rows)), targets.pick(rows));
        network.backwardParameters(loss.backward());
        optimizer.step(parameters);
      }
    }
  }

  #featuresOf(images) {
    return this.#hidden.forward(images).copy();
  }

  #classNumbers(features) {
    const logits = this.#output.forward(features);
    return Array.from({ length: features.shape[0] }, (_, i) => {
      const row = logits.rows(i, i + 1).data;
      return row.indexOf(Math.max(...row));
    });
  }

  /**
   * @param samples - A tensor [n, features] with values in [0, 1].
   * @returns The Fréchet distance from the test images; the share of the samples that are taken for each class, the smallest
   * of the shares, and their entropy in nats, log(10) = 2.30 if ten are equal.
   */
  judge(samples) {
    const features = this.#featuresOf(samples);
    const shares = this.#classes.map(() => 0);
    for (const number of this.#classNumbers(features)) shares[number] += 1 / samples.shape[0];
    return {
      distance: frechetDistance(features, this.#featuresOf(this.#real)),
      entropy: entropy(shares),
      smallestShare: Math.min(...shares),
      shares,
    };
  }
}

/** -Σ p log p; a share of 0 adds nothing. */
function entropy(shares) {
  return shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}
