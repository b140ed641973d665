/**
 * What each runtime is tried with: `RUNTIME program.mjs FOLDER` trains with the built engine, writes files into the folder,
 * and prints what came out as one line of JSON. judge.mjs compares the lines.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Autoencoder,
  GAN,
  generateDigits,
  normalize,
  setKernels,
  useThreads,
  VariationalAutoencoder,
  writeModel,
} from '../../dist/src/index.js';
import { readNpy, writeNpy } from '../../dist/src/io/index.js';
import { loadModel } from '../../dist/src/node/index.js';

const [folder] = process.argv.slice(2);
const EPOCHS = 4;

async function sha256(array) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const digits = generateDigits({ count: 2000, seed: 0 });
const samples = normalize(digits);
const shape = { inputShape: [28, 28], seed: 0 };

/** The bits of everything that a training makes: losses, weights, the model file. */
async function bitsOf(model, { epochs }) {
  return {
    losses: await sha256(Float64Array.from(epochs, ({ loss }) => loss)),
    weights: await sha256(model.parameters.values),
    file: await sha256(writeModel(model)),
  };
}

/** With functions of the kernels: SIMD kernels compute them from products and sums, others call Math.exp and Math.tanh. */
const SMOOTH = { ...shape, activation: 'tanh', outputActivation: 'sigmoid' };

/** Trains the default autoencoder; the rate is that of the fastest epoch. */
async function train(threads) {
  const inUse = { kernels: setKernels('simd'), ...(await useThreads(threads)) };
  const model = new Autoencoder(shape);
  let start = performance.now();
  let rate = 0;
  const history = await model.fit(samples, {
    epochs: EPOCHS,
    onEpochEnd: () => {
      const now = performance.now();
      rate = Math.max(rate, (1000 * digits.shape[0]) / (now - start));
      start = now;
    },
  });
  const losses = history.epochs.map(({ loss }) => loss);
  return { model, inUse, losses, rate: Math.round(rate), bits: await bitsOf(model, history) };
}

async function trainOther(model) {
  return bitsOf(model, await model.fit(samples, { epochs: 2 }));
}

/** By how many bytes the process grows with 500 networks that are dropped, each of 0.9 MB. */
async function dropNetworks() {
  let first = 0;
  for (let i = 0; i < 520; i++) {
    new Autoencoder({ ...shape, hidden: [64, 32], encodingDim: 32 });
    if (i === 20) first = process.memoryUsage().rss;
    await new Promise((resolve) => setTimeout(resolve)); // memory is given back in a pause
  }
  return process.memoryUsage().rss - first;
}

/** Files go to the disk and come back: a model with its codes, an array of floats. */
async function files(model) {
  const modelFile = join(folder, 'model.safetensors');
  writeFileSync(modelFile, writeModel(model));
  const { autoencoder } = await loadModel(modelFile);
  const codes = model.encode(samples).data;
  const npyFile = join(folder, 'codes.npy');
  writeFileSync(npyFile, writeNpy({ shape: [digits.shape[0], model.encodingDim], data: codes }));
  return {
    codes: await sha256(codes),
    codesOfFile: await sha256(autoencoder.encode(samples).data),
    codesOfNpy: await sha256((await readNpy(new Uint8Array(readFileSync(npyFile)))).data),
  };
}

const one = await train(1);
const two = await train(2);
const others = {
  'tanh and sigmoid': await trainOther(new Autoencoder(SMOOTH)),
  convolutions: await trainOther(new Autoencoder({ ...shape, conv: [8, 16] })),
  'variational autoencoder': await trainOther(new VariationalAutoencoder(shape)),
  GAN: await trainOther(new GAN(shape)),
};
const made = await files(two.model);
const grownBytes = await dropNetworks();
setKernels('blocked');
others['plain kernels'] = await trainOther(new Autoencoder(shape));
others['plain kernels, tanh and sigmoid'] = await trainOther(new Autoencoder(SMOOTH));

console.log(
  JSON.stringify({
    engine: process.versions.webkit ? 'JavaScriptCore' : `V8 ${process.versions.v8}`,
    kernels: two.inUse.kernels,
    threads: two.inUse.threads,
    warning: two.inUse.warning,
    losses: two.losses,
    rates: [one.rate, two.rate],
    files: made,
    grownBytes,
    bits: {
      digits: await sha256(digits.data),
      'one thread': one.bits,
      'two threads': two.bits,
      ...others,
    },
  }),
);
