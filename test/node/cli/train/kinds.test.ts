/** `train --kind vae` and `--kind gan`: what is said, written, kept and refused. */

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readAnyModel, readModel } from '../../../../src/io/model.ts';
import { presetOptions, presetsOf } from '../../../../src/node/cli/train/presets.ts';
import { decodePng } from '../../../../src/node/pictures/png.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { type CliResult, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, TINY } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const IMAGES = { 'images.npy': imagesNpy([16, 16], 40) };

interface Run extends CliResult {
  readonly cwd: string;
}

async function train(words: string, cwd = folderWith(IMAGES)): Promise<Run> {
  const args = ['train', '--data', 'images.npy', ...TINY, ...words.split(' '), '--out', 'run'];
  return { ...(await isthmus(args, { cwd })), cwd };
}

const file = (cwd: string, name: string) => readFileSync(join(cwd, 'run', name));
const historyOf = (cwd: string) =>
  file(cwd, 'history.csv')
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(','));

describe('train --kind vae', () => {
  test('shows both parts of the loss, and writes new samples and the plane of codes', async () => {
    const { code, stderr, stdout, cwd } = await train('--kind vae --epochs 3 --validation-split 0.2');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^preset article: --loss bce --beta 1$/m);
    expect(stderr).toMatch(/encoder\.2 GaussianCode +\[batch, 2\] +36\n/);
    expect(stderr).toMatch(
      /^epoch 1\/3 {2}loss \d+\.\d+ {2}reconstruction \d+\.\d+ {2}KL \d+\.\d+ {2}validation \d/m,
    );
    expect(stdout).toMatch(/^epoch \d, validation: loss [\d.]+ {2}reconstruction [\d.]+ {2}KL [\d.]+$/m);
    for (const name of ['reconstructions.png', 'samples.png', 'manifold.png']) {
      expect(decodePng(file(cwd, name)).width).toBeGreaterThan(100);
    }
    const [head, ...rows] = historyOf(cwd);
    expect(head.join()).toBe(
      'epoch,loss,reconstruction,kl,validation_loss,validation_reconstruction,validation_kl,learning_rate,seconds',
    );
    expect(rows).toHaveLength(3);
    for (const [, loss, reconstruction, kl, ...validation] of rows.map((row) => row.map(Number))) {
      expect(reconstruction + kl).toBeCloseTo(loss, 6);
      expect(validation[1] + validation[2]).toBeCloseTo(validation[0], 6);
    }
    const { autoencoder, training } = readModel(file(cwd, 'model.safetensors'));
    expect(autoencoder.spec()).toMatchObject({
      type: 'vae',
      decoder: expect.arrayContaining([{ type: 'sigmoid' }]),
    });
    expect(training).toMatchObject({ loss: 'bce', beta: 1 });
  });

  test('gives each epoch with its parts as JSON', async () => {
    const { stdout } = await train('--kind vae --epochs 1 --json');
    const [, epoch] = jsonLines(stdout);
    expect(epoch).toMatchObject({
      event: 'epoch',
      parts: { reconstruction: expect.any(Number), kl: expect.any(Number) },
    });
  });

  test('weighs the divergence by --beta', async () => {
    const { cwd, stderr } = await train('--kind vae --epochs 1 --beta 4 --beta-warmup-epochs 0.5');
    expect(stderr).toMatch(/^weight of the KL divergence: 4, after rising from 0 \(epochs: 0\.5\)$/m);
    const [, loss, reconstruction, kl] = historyOf(cwd)[1].map(Number);
    expect(reconstruction + 4 * kl).toBeCloseTo(loss, 6);
  });

  test('restores other values than pixels by the squared error, with a linear output', async () => {
    const table = npyBytes({
      descr: '<f4',
      shape: [40, 5],
      values: Array.from({ length: 200 }, (_, i) => 100 * Math.sin(i)),
    });
    const { code, stderr, cwd } = await train(
      '--kind vae --epochs 2 --normalize standard',
      folderWith({ 'images.npy': table }),
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/, mse, seed 0/);
    const { autoencoder } = readModel(file(cwd, 'model.safetensors'));
    expect(autoencoder.spec().decoder.at(-1)).toMatchObject({ type: 'dense' });
    expect(existsSync(join(cwd, 'run/reconstructions.csv'))).toBe(true);
    expect(existsSync(join(cwd, 'run/samples.png'))).toBe(false);
  });
});

describe('train --kind gan', () => {
  test('shows both losses, and the samples of the same codes after every few epochs', async () => {
    const { code, stderr, cwd } = await train('--kind gan --epochs 5 --samples-every 2');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^preset article: .*--label-smoothing 0\.1 --dropout 0\.4/m);
    expect(stderr).toMatch(/generator\.0 Dense +\[batch, 8\]/);
    expect(stderr).toMatch(/^dropout 0\.4 after each hidden layer of the discriminator$/m);
    expect(stderr).toMatch(
      /^epoch 1\/5 {2}generator [\d.]+ {2}discriminator [\d.]+ {2}accuracy [\d.]+ {2}spread [\d.]+ /m,
    );
    const pictures = ['001', '002', '004'].map((epoch) => file(cwd, `samples/epoch-${epoch}.png`));
    expect(new Set(pictures.map((bytes) => bytes.toString('latin1'))).size).toBe(3);
    expect(existsSync(join(cwd, 'run/samples/epoch-003.png'))).toBe(false);
    // Three rows of eight pictures, 16 pixels five times as large.
    const { width, height } = decodePng(file(cwd, 'progress.png'));
    expect(height).toBeGreaterThan(3 * 80);
    expect(height).toBeLessThan(4 * 80);
    expect(width).toBeGreaterThan(8 * 80);
    expect(decodePng(file(cwd, 'samples.png')).width).toBe(8 * 82 + 2);
    expect(historyOf(cwd)[0].join()).toBe(
      'epoch,loss,generator,discriminator,accuracy,spread,validation_loss,learning_rate,seconds',
    );
    const { model, training } = readAnyModel(file(cwd, 'model.safetensors'));
    expect(model.spec()).toMatchObject({ type: 'gan' });
    expect(training).not.toHaveProperty('loss');
  });

  test('says which weights a moving average is of', async () => {
    const tiny =
      'train --data images.npy --kind gan --encoding-dim 2 --batch-size 20 --epochs 2 --keep average';
    const { stdout } = await isthmus(tiny.split(' '), { cwd: folderWith({ 'images.npy': imagesNpy() }) });
    expect(stdout).toMatch(
      /^2 epochs in .*; the weights are a moving average that begins with those of epoch 1$/m,
    );
  });

  test('a sum of its losses that rises is no news, that of a VAE is', async () => {
    const wild = '--learning-rate 3 --epochs 2 --optimizer sgd';
    expect((await train(`--kind gan ${wild}`)).stderr).not.toContain('the loss rose');
    expect((await train(`--kind vae --learning-rate 0.3 --epochs 6`)).stderr).toContain('the loss rose');
  });

  test('another run in the same folder removes the pictures of the one before', async () => {
    const { cwd } = await train('--kind gan --epochs 2');
    await train('--kind gan --epochs 1 --overwrite', cwd);
    expect(existsSync(join(cwd, 'run/samples/epoch-001.png'))).toBe(true);
    expect(existsSync(join(cwd, 'run/samples/epoch-002.png'))).toBe(false);
  });

  test('of more than 50 epochs some are left out of the strip of all of them', async () => {
    const { cwd } = await train('--kind gan --epochs 1');
    for (let epoch = 2; epoch <= 60; epoch++) {
      const name = `run/samples/epoch-${String(epoch).padStart(3, '0')}.png`;
      copyFileSync(join(cwd, 'run/samples/epoch-001.png'), join(cwd, name));
    }
    await isthmus(['train', '--resume', 'run'], { cwd });
    const { height } = decodePng(file(cwd, 'progress.png'));
    expect(height).toBeGreaterThan(50 * 80);
    expect(height).toBeLessThan(51 * 82 + 12);
  });

  test('a picture that something else has damaged is named', async () => {
    const { cwd } = await train('--kind gan --epochs 1');
    writeFileSync(join(cwd, 'run/samples/epoch-001.png'), 'damaged');
    const { code, stderr } = await isthmus(['train', '--resume', 'run'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/samples\/epoch-001\.png: not a PNG file but a text: /);
  });

  test('a table has no pictures', async () => {
    const table = npyBytes({
      descr: '<f4',
      shape: [40, 5],
      values: Array.from({ length: 200 }, (_, i) => Math.sin(i)),
    });
    const cwd = folderWith({ 'images.npy': table });
    const { code } = await train('--kind gan --epochs 2 --normalize standard', cwd);
    expect(code).toBe(0);
    expect(existsSync(join(cwd, 'run/samples'))).toBe(false);
    const { model } = readAnyModel(file(cwd, 'model.safetensors'));
    expect(model.decode({ shape: [1, 2], data: new Float32Array(2) }).shape).toEqual([1, 5]);
  });
});

test('a plain autoencoder keeps how the codes of its training data are distributed', async () => {
  const { cwd } = await train('--epochs 2');
  const { codes, autoencoder } = readModel(file(cwd, 'model.safetensors'));
  expect(codes?.mean.shape).toEqual([2]);
  const images = { shape: [40, 16, 16], data: file(cwd, '../images.npy').subarray(-40 * 256) };
  const encoded = autoencoder.encode({ ...images, normalization: autoencoder.normalization });
  for (const j of [0, 1]) {
    const mean = Array.from({ length: 40 }, (_, i) => encoded.data[2 * i + j]).reduce((a, b) => a + b) / 40;
    expect(codes?.mean.data[j]).toBeCloseTo(mean, 4);
  }
  expect(existsSync(join(cwd, 'run/samples.png'))).toBe(false);
});

test('each kind has the presets article, best and conv-best, and the small ones are for the autoencoder', () => {
  expect(presetsOf('autoencoder')).toEqual(['article', 'small', 'best', 'conv-small', 'conv-best']);
  expect(presetsOf('vae')).toEqual(['article', 'best', 'conv-best']);
  expect(presetsOf('gan')).toEqual(['article', 'best', 'conv-best']);
  expect(presetOptions('gan', 'best')).toMatchObject({
    hidden: '512,256',
    'decoder-hidden': '256,512',
    'label-smoothing': '0.1',
    schedule: 'linear',
  });
  expect(presetOptions('vae', 'article')).toMatchObject({ loss: 'bce', beta: '1', hidden: '400' });
  expect(presetOptions('vae', 'small')).toEqual({});
});

describe('options that make no sense for a kind', () => {
  const refused = (line: string, says: RegExp) => ({
    name: line,
    files: IMAGES,
    args: ['train', '--data', 'images.npy', ...line.split(' ')],
    says: new RegExp(`${says.source}.* See isthmus train --help\\.$`),
  });
  testRefusals(2, [
    refused(
      '--beta 2',
      /--beta makes no sense for a plain autoencoder \(--kind autoencoder\): its loss has no KL/,
    ),
    refused('--label-smoothing 0.1', /--label-smoothing makes no sense for a plain autoencoder/),
    refused('--samples-every 3', /isthmus generate makes samples with it after training\./),
    refused('--kind vae --tied', /--tied makes no sense for a variational autoencoder \(--kind vae\)/),
    refused('--kind vae --sparsity 1e-3', /--beta keeps its codes close to 0\./),
    refused('--kind vae --dropout 0.1', /the noise of its codes has the same effect\./),
    refused(
      '--kind vae --preset small',
      /--preset small is not for a variational .*, expected one of: article, best, conv-best\./,
    ),
    refused('--kind vae --loss mae', /--loss mae is no likelihood, expected bce or mse/),
    refused('--kind vae --loss mse --output sigmoid', /--output sigmoid needs --loss bce/),
    refused('--kind vae --loss bce --output linear', /--loss bce needs --output sigmoid\./),
    refused(
      '--kind vae --epochs 2 --beta-warmup-epochs 2',
      /--beta-warmup-epochs is 2, expected less than --epochs, which is 2/,
    ),
    refused(
      '--kind gan --loss bce',
      /--loss makes no sense for a GAN \(--kind gan\): its two losses are fixed\./,
    ),
    refused('--kind gan --tied', /it has no encoder and restores nothing\./),
    refused('--kind gan --noise mask:0.1', /it has no encoder/),
    refused('--kind gan --sparsity 1', /it has no encoder/),
    refused('--kind gan --start mean', /its generator would begin with one sample for all codes/),
    refused('--kind gan --beta 1', /--beta makes no sense for a GAN/),
    refused(
      '--kind gan --test-data images.npy',
      /its losses don't say how good its samples are; --epochs decides/,
    ),
    refused('--kind gan --validation-split 0.1', /--validation-split makes no sense for a GAN/),
    refused('--kind gan --patience 3', /--patience makes no sense for a GAN/),
    refused('--kind gan --keep best', /--keep best makes no sense for a GAN/),
    refused(
      '--kind gan --label-smoothing 0.6',
      /--label-smoothing is '0\.6', expected a number, at least 0 and at most/,
    ),
    refused('--kind wgan', /--kind is 'wgan', expected .*autoencoder/),
  ]);
});

test('a run of one kind is not resumed as another', async () => {
  const { cwd } = await train('--kind vae --epochs 1');
  const { code, stderr } = await isthmus(['train', '--resume', 'run', '--kind', 'gan'], { cwd });
  expect(code).toBe(2);
  expect(stderr.trim().split('\n').at(-1)).toMatch(/--kind is gan, the run has vae/);
});
