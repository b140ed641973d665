/**
 * Text in an autoencoder of dense layers, and where that ends. The text is cut into windows of 16 characters, each character
 * one-hot, so that a window is a row of 16 times as many numbers as there are different characters. Its code has 32 numbers.
 * docs/guide/11-text-sound-video.md reads what it prints.
 *
 * To run it on the beginning of Alice's Adventures in Wonderland (Lewis Carroll, 1865): `npm run -s build && node
 * dist/examples/text.js`, on a text of your own, of which it takes the beginning: `node dist/examples/text.js FILE`.
 */

import { fileURLToPath } from 'node:url';
import {
  Adam,
  Autoencoder,
  type Loss,
  type LossName,
  linear,
  matmul,
  PCA,
  SoftmaxCrossEntropy,
  Tensor,
} from 'isthmus';
import { readWholeFile } from 'isthmus/node';

const WINDOW = 16; // characters
const CODE = 32; // numbers
const EPOCHS = 20;
const BATCH_SIZE = 64;
const MOST_CHARACTERS = 25_000; // so that it takes seconds
const MOST_DIFFERENT = 64; // all rarer characters become one

const text = await readText();
const alphabet = commonFirst(text);
const letters = alphabet.length;

// 1. Nine tenths are for training. The same characters from the second one on: every window is shifted by one.
const end = Math.floor(0.9 * text.length);
const sets = {
  training: windowsOf(text.slice(0, end)),
  shifted: windowsOf(text.slice(1, end)),
  unseen: windowsOf(text.slice(end)),
};
const samples = oneHot(sets.training);
console.log(`${text.length} characters, ${letters} different ones, in windows of ${WINDOW}:`);
console.log(
  `${sets.training.length} windows for training, ${sets.unseen.length} that are not seen in training`,
);
console.log('\ncharacters that come back, %        training   shifted by 1   unseen');

// 2. What takes no network: always the most frequent character, and PCA with as many numbers as a code.
report(`always "${alphabet[0]}"`, (windows) => windows.map(() => Array(WINDOW).fill(alphabet[0])));
const pca = PCA.fit(samples, CODE);
report('PCA', (windows) => {
  const restored = matmul(pca.transform(oneHot(windows)), pca.axes, { transposeB: true });
  for (let i = 0; i < restored.size; i++) restored.data[i] += pca.mean[i % pca.mean.length];
  return charactersIn(restored);
});

// 3. One network, trained with three losses. The third one asks of each character: which of the alphabet is it?
class CharacterCrossEntropy extends SoftmaxCrossEntropy {
  override forward(prediction: Tensor, target: Tensor): number {
    const shape = [prediction.size / letters, letters]; // a row for each character, not for each window
    return super.forward(prediction.reshape(shape), target.reshape(shape));
  }

  override backward(): Tensor {
    const gradient = super.backward();
    return gradient.reshape([gradient.size / (WINDOW * letters), WINDOW * letters]);
  }
}

const windows = { samples, inputShape: [WINDOW, letters], hidden: [256], encodingDim: CODE };
await learn('autoencoder, mean squared error', { ...windows, loss: 'mse' });
await learn('autoencoder, binary cross-entropy', { ...windows, loss: 'bce' });
const loss = new CharacterCrossEntropy();
const autoencoder = await learn('autoencoder, softmax of characters', { ...windows, loss });

// 4. As many numbers for a window, but of a network that sees one character, the same one at each of the 16 places.
await learn('one character, 2 numbers, 16 times', {
  samples: samples.reshape([samples.size / letters, letters]),
  inputShape: [letters],
  hidden: [32],
  encodingDim: CODE / WINDOW,
  loss: new SoftmaxCrossEntropy(),
});

console.log('\nthree unseen windows, and below each what the third autoencoder makes of it');
for (const window of sets.unseen.slice(0, 3)) {
  console.log(
    `  |${window.join('')}|\n  |${charactersIn(autoencoder.predict(oneHot([window])))[0].join('')}|`,
  );
}

interface Lesson {
  /** Shape `[n, ...inputShape]`. */
  readonly samples: Tensor;
  readonly inputShape: readonly number[];
  readonly hidden: readonly number[];
  readonly encodingDim: number;
  readonly loss: LossName | Loss;
}

/** Trains an autoencoder, and prints how many characters come back. */
async function learn(name: string, { samples, loss, ...architecture }: Lesson): Promise<Autoencoder> {
  const outputActivation = loss === 'bce' ? 'sigmoid' : 'linear';
  const autoencoder = new Autoencoder({ ...architecture, outputActivation, seed: 1 });
  const steps = EPOCHS * Math.ceil(samples.shape[0] / BATCH_SIZE);
  autoencoder.compile({ optimizer: new Adam({ learningRate: linear({ learningRate: 3e-3, steps }) }), loss });
  await autoencoder.fit(samples, { epochs: EPOCHS, batchSize: BATCH_SIZE, start: 'mean' });
  const features = samples.size / samples.shape[0];
  report(name, (windows) => {
    const { size, data } = oneHot(windows);
    const inputs = new Tensor(data, [size / features, ...architecture.inputShape]);
    return charactersIn(autoencoder.predict(inputs));
  });
  return autoencoder;
}

/** Prints how many characters of each set come back at their place. */
function report(name: string, restore: (windows: readonly string[][]) => string[][]): void {
  const percents = Object.values(sets).map((windows) => {
    const restored = restore(windows).flat();
    const right = windows.flat().filter((character, i) => character === restored[i]);
    return ((100 * right.length) / restored.length).toFixed(1);
  });
  const [training, shifted, unseen] = percents;
  console.log(`${name.padEnd(36)}${training.padStart(8)}${shifted.padStart(15)}${unseen.padStart(9)}`);
}

/** The text in pieces of 16 characters, without the rest at its end. */
function windowsOf(characters: readonly string[]): string[][] {
  const count = Math.floor(characters.length / WINDOW);
  return Array.from({ length: count }, (_, i) => characters.slice(i * WINDOW, (i + 1) * WINDOW));
}

/** Shape `[n, 16, letters]`: 1 at the place of the character in the alphabet, else 0. */
function oneHot(windows: readonly string[][]): Tensor {
  const rows = Tensor.zeros([windows.length, WINDOW, letters]);
  for (const [i, character] of windows.flat().entries()) {
    rows.data[i * letters + alphabet.indexOf(character)] = 1;
  }
  return rows;
}

/** The opposite of `oneHot`: at each place the character with the largest number. */
function charactersIn({ size, data }: Tensor): string[][] {
  const found = Array.from({ length: size / letters }, (_, i) => {
    const place = data.subarray(i * letters, (i + 1) * letters);
    return alphabet[place.indexOf(Math.max(...place))];
  });
  return Array.from({ length: found.length / WINDOW }, (_, i) => found.slice(i * WINDOW, (i + 1) * WINDOW));
}

/** In small letters, with one space in place of several and of line breaks. What can't be used gets one sentence. */
async function readText(): Promise<string[]> {
  const builtIn = fileURLToPath(new URL('../../examples/alice.txt', import.meta.url));
  const [path = builtIn] = process.argv.slice(2);
  try {
    const whole = new TextDecoder().decode(await readWholeFile(path));
    const characters = [...whole.toLowerCase().replace(/\s+/g, ' ').trim()].slice(0, MOST_CHARACTERS);
    if (characters.length < 1000) {
      throw new Error(`${path}: it holds ${characters.length} characters, expected at least 1,000.`);
    }
    const common = new Set(commonFirst(characters).slice(0, MOST_DIFFERENT - 1));
    return characters.map((character) => (common.has(character) ? character : '□'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** The different characters, the most frequent one first. */
function commonFirst(characters: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([character]) => character);
}
