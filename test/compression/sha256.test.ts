import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { isModelFingerprint, modelFingerprint } from '../../src/compression/modelFingerprint.ts';
import { Sha256 } from '../../src/compression/sha256.ts';
import { GAN } from '../../src/gan/gan.ts';
import { readAnyModel, readModel, writeModel } from '../../src/io/model.ts';
import { GaussianDistribution } from '../../src/latent/gaussian.ts';
import { Random } from '../../src/tensor/random.ts';
import { toyImages, toyModel } from '../training/toy.ts';

const random = new Random(5);
const bytesOf = (length: number) => Uint8Array.from({ length }, () => random.uniform(0, 256));
const nodes = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('SHA-256 gives what Node gives, for every length around its blocks', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = bytesOf(length);
    const hash = new Sha256();
    hash.add(bytes);
    expect(hash.digest()).toBe(nodes(bytes));
  }
});

test("SHA-256 doesn't care how the bytes arrive", () => {
  const bytes = bytesOf(10_000);
  for (const size of [1, 63, 64, 65, 1000]) {
    const hash = new Sha256();
    for (let at = 0; at < bytes.length; at += size) hash.add(bytes.subarray(at, at + size));
    expect(hash.digest()).toBe(nodes(bytes));
  }
});

test('a fingerprint is that of the network, not of its training', () => {
  const model = toyModel();
  const fingerprint = modelFingerprint(model);
  expect(isModelFingerprint(fingerprint)).toBe(true);
  const loaded = readModel(writeModel(model, { training: { epochs: 3 } })).autoencoder;
  expect(modelFingerprint(loaded)).toBe(fingerprint);
  const codes = GaussianDistribution.fit(model.encode(toyImages(30)));
  const withCodes = readModel(writeModel(model, { codes })).autoencoder;
  expect(modelFingerprint(withCodes)).toBe(fingerprint);
});

test('a GAN has a fingerprint, too, in which both networks count', () => {
  const gan = new GAN({ inputShape: [4, 4], encodingDim: 3, generatorHidden: [5], discriminatorHidden: [5] });
  const fingerprints = [modelFingerprint(gan)];
  expect(modelFingerprint(readAnyModel(writeModel(gan)).model)).toBe(fingerprints[0]);
  for (const network of [gan.generator, gan.discriminator]) {
    const [[, { value }]] = network.namedParameters();
    value.data[0] += 1;
    fingerprints.push(modelFingerprint(gan));
  }
  expect(new Set(fingerprints).size).toBe(3);
});

test('a fingerprint changes with any weight, the layers and the scaling', () => {
  const others = new Set([modelFingerprint(toyModel())]);
  const change = (edit: (model: Autoencoder) => void) => {
    const model = toyModel();
    edit(model);
    others.add(modelFingerprint(model));
  };
  change(({ parameters }) => {
    parameters.values[0] += 1e-7;
  });
  change(({ parameters }) => {
    parameters.values[parameters.size - 1] += 1e-7;
  });
  change((model) => {
    model.normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };
  });
  others.add(modelFingerprint(toyModel({ activation: 'silu' } as object)));
  expect(others.size).toBe(5);
});
