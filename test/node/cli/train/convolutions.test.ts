/** `train --conv`, `--layers conv` and the presets with convolutions: the networks they make, and for which samples. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { PRESETS } from '../../../../src/autoencoder/presets.ts';
import { describeAutoencoder } from '../../../../src/autoencoder/spec.ts';
import { NO_NORMALIZATION } from '../../../../src/data/samples.ts';
import { readAnyModel } from '../../../../src/io/model.ts';
import { parseOptions } from '../../../../src/node/cli/terminal/options.ts';
import { refuseUnsuitableImages } from '../../../../src/node/cli/train/convolutions.ts';
import { helpfulChanges } from '../../../../src/node/cli/train/learningAdvice.ts';
import { TRAIN_OPTIONS } from '../../../../src/node/cli/train/options.ts';
import { addedByPreset, KINDS, type PresetName } from '../../../../src/node/cli/train/presets.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, pixels } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const FILES = { 'images.npy': imagesNpy() };

async function train(line: string, cwd = folderWith(FILES)) {
  const words = ['train', '--data', 'images.npy', '--out', 'run', ...line.split(' ')];
  return { ...(await isthmus(words, { cwd })), cwd };
}

const modelIn = (cwd: string) => readFileSync(join(cwd, 'run/model.safetensors'));
const specIn = (cwd: string) => readAnyModel(modelIn(cwd)).model.spec();

const added = (kind: (typeof KINDS)[number], preset: PresetName, given: Record<string, string>) =>
  addedByPreset(kind, preset, new Map(Object.entries(given)));

describe('the options', () => {
  test('--conv takes the dense layers of every preset away, --hidden puts others between', () => {
    for (const kind of KINDS) {
      const { 'decoder-hidden': _, ...best } = added(kind, 'best', {});
      const hidden = kind === 'vae' ? '256' : 'none';
      expect(added(kind, 'best', { layers: 'conv' })).toEqual({ ...best, conv: '16,32', hidden });
      expect(added(kind, 'best', { conv: '8' })).toEqual({ ...best, hidden });
    }
    const { hidden: _, 'decoder-hidden': __, ...others } = added('gan', 'article', {});
    expect(added('gan', 'article', { conv: '8', hidden: '5' })).toEqual(others);
    expect(added('autoencoder', 'article', { layers: 'dense' })).toEqual({});
  });

  test('--layers conv, and widths that are given, keep the rest of a preset that has convolutions', () => {
    const all = added('autoencoder', 'conv-small', {});
    expect(all).toMatchObject({ conv: PRESETS['conv-small'].conv?.join(), hidden: 'none' });
    expect(added('autoencoder', 'conv-small', { layers: 'conv' })).toEqual(all);
    const { conv: _, ...others } = all;
    expect(added('autoencoder', 'conv-small', { conv: '4' })).toEqual(others);
  });

  test('a run that learns nothing is told of a better activation, of channels too', () => {
    const { values } = parseOptions(TRAIN_OPTIONS, ['--conv', '4', '--hidden', 'none']);
    const changes = helpfulChanges(values, { stall: 'at the mean', largestInput: 1 });
    expect(changes).toEqual({ start: 'mean', activation: 'silu' });
  });
});

describe('train --conv', () => {
  test('makes the network of the option conv, and a run goes on to the same bits', async () => {
    const line = '--conv 3,4 --hidden 9 --encoding-dim 2 --batch-size 20 --start mean';
    const whole = await train(`${line} --epochs 3`);
    expect(whole.code).toBe(0);
    expect(whole.stderr).toMatch(/^encoder\.3 Conv2d +\[batch, 2, 2, 4\] +112$/m);
    const options = { inputShape: [8, 8], conv: [3, 4], hidden: [9], encodingDim: 2 };
    expect(specIn(whole.cwd)).toEqual(describeAutoencoder(options));
    const { cwd } = await train(`${line} --epochs 2`);
    expect(modelIn(cwd)).not.toEqual(modelIn(whole.cwd));
    const resume = (words: string) => isthmus(['train', '--resume', 'run', ...words.split(' ')], { cwd });
    expect(await resume('--epochs 3 --layers dense')).toMatchObject({ code: 2 });
    expect((await resume('--epochs 3 --conv 5')).stderr).toMatch(/but --conv is 5, the run has 3,4\./);
    expect(await resume('--epochs 3')).toMatchObject({ code: 0 });
    expect(modelIn(cwd)).toEqual(modelIn(whole.cwd));
  });

  test('without a dense code the stages make the code', async () => {
    const { code, cwd } = await train(
      '--conv 3,4 --no-dense-code --noise gaussian:0.1 --epochs 1 --batch-size 20',
    );
    expect(code).toBe(0);
    const { model, codes } = readAnyModel(modelIn(cwd));
    expect([model.encodingDim, codes]).toEqual([16, undefined]);
    expect(model.spec()).toEqual(describeAutoencoder({ inputShape: [8, 8], conv: [3, 4], denseCode: false }));
  });

  test('vectors that are taken for pictures have their shape', async () => {
    const cwd = folderWith({ 'images.npy': imagesNpy([64]) });
    expect((await train('--conv 3 --encoding-dim 2 --epochs 1', cwd)).code).toBe(0);
    expect(specIn(cwd)).toMatchObject({ inputShape: [8, 8] });
    const encode = ['encode', '--model', 'run', '--data', 'images.npy', '--out', 'codes.npy'];
    expect(await isthmus(encode, { cwd })).toMatchObject({ code: 0 });
    expect(await isthmus(['train', '--resume', 'run', '--epochs', '2'], { cwd })).toMatchObject({ code: 0 });
  });

  test('a dense run is not resumed with convolutions', async () => {
    const { cwd } = await train('--hidden 3 --encoding-dim 2 --epochs 1');
    const { code, stderr } = await isthmus(['train', '--resume', 'run', '--layers', 'conv'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/but --conv is 16,32, the run has none\./);
  });

  test('makes variational autoencoders and GANs, of colours too', async () => {
    const colours = { 'images.npy': imagesNpy([8, 8, 3]) };
    const tiny = '--epochs 1 --conv 3 --encoding-dim 2 --batch-size 20';
    const vae = await train(`--kind vae ${tiny}`, folderWith(colours));
    const gan = await train(`--kind gan --hidden none ${tiny}`, folderWith(colours));
    expect([vae.code, gan.code]).toEqual([0, 0]);
    const conv = { type: 'conv2d', inChannels: 3, outChannels: 3 };
    expect(specIn(vae.cwd)).toMatchObject({
      type: 'vae',
      encoder: expect.arrayContaining([expect.objectContaining(conv)]),
    });
    expect(specIn(gan.cwd)).toMatchObject({
      type: 'gan',
      discriminator: expect.arrayContaining([expect.objectContaining(conv)]),
    });
    // Dropout has activations to follow, although there are no dense hidden layers.
    expect(gan.stderr).toMatch(/^dropout 0\.4 after each hidden layer of the discriminator$/m);
  });
});

describe('samples that do not suit', () => {
  const vectors = npyBytes({
    descr: '<f4',
    shape: [20, 64],
    values: pixels(64, 20).map((value) => value / 255),
  });
  const table = {
    'table.csv': `a,b,c\n${Array.from({ length: 30 }, (_, i) => `${i},${i * i},${i % 7}`).join('\n')}\n`,
  };
  const refused = (line: string, files: Readonly<Record<string, string | Uint8Array>>, says: RegExp) => ({
    name: line,
    files,
    args: ['train', ...line.split(' ')],
    says,
  });
  testRefusals(1, [
    refused(
      '--data table.csv --conv 4',
      table,
      /--conv 4 is for images, and the samples are vectors of 3 numbers: without it all layers are dense\.$/,
    ),
    refused('--data table.csv --layers conv', table, /: --layers conv is for images/),
    refused('--data table.csv --preset conv-best', table, /: --preset conv-best is for images/),
    refused(
      '--data flat.npy --conv 4',
      { 'flat.npy': vectors },
      /vectors of 64 numbers: --image-shape 8x8 makes images of them\.$/,
    ),
    refused(
      '--data images.npy --conv 4,5,6',
      { 'images.npy': imagesNpy([20, 3]) },
      /images of 20×3 can't be halved 3 times, as --conv 4,5,6 does: expected a height and a width of at least 5, or fewer stages \(--conv 4,5\)\.$/,
    ),
  ]);
  testRefusals(2, [
    refused(
      '--data images.npy --conv 4 --tied',
      FILES,
      /--tied shares the weights of dense layers, --conv has others: expected one of them\./,
    ),
    refused(
      '--data images.npy --conv none',
      FILES,
      /--conv is none, expected widths such as 16,32, or --layers dense\./,
    ),
    refused(
      '--data images.npy --conv 4 --layers dense',
      FILES,
      /--layers dense has no convolutions, --conv 4 has some/,
    ),
    refused('--data images.npy --preset conv-best --layers dense', FILES, /--preset conv-best has some/),
    refused('--data images.npy --no-dense-code', FILES, /--no-dense-code needs --conv\./),
    refused(
      '--data images.npy --conv 4 --no-dense-code --encoding-dim 3',
      FILES,
      /--no-dense-code and --encoding-dim are both given, expected one of them\./,
    ),
    refused(
      '--data images.npy --conv 4 --no-dense-code --hidden 3',
      FILES,
      /--no-dense-code and --hidden are both given/,
    ),
    refused(
      '--kind vae --conv 4 --no-dense-code',
      {},
      /--no-dense-code makes no sense for a variational autoencoder .*: its encoder ends with two dense layers\./,
    ),
    refused(
      '--kind gan --preset conv-small',
      {},
      /--preset conv-small is not for a GAN \(--kind gan\), expected one of: article, best, conv-best\./,
    ),
  ]);

  test('small pictures are resized by the option that is named', () => {
    const pictures = {
      inputShape: [4, 41, 3],
      normalization: NO_NORMALIZATION,
      facts: { form: { kind: 'pictures' } },
    };
    const values = { conv: [4, 4, 4], layers: undefined, kind: 'autoencoder', preset: 'article' } as const;
    expect(() => refuseUnsuitableImages(values, pictures)).toThrow(
      "images of 4×41 can't be halved 3 times, as --conv 4,4,4 does: expected a height and a width of at least 5 (--resize 5x41), or fewer stages (--conv 4,4).",
    );
    const patches = { size: [4, 41], count: 500 };
    expect(() =>
      refuseUnsuitableImages(values, { ...pictures, facts: { form: { kind: 'pictures', patches } } }),
    ).toThrow('at least 5 (--patches 5x41:500), or');
    expect(() => refuseUnsuitableImages(values, { ...pictures, inputShape: [5, 41, 3] })).not.toThrow();
    expect(() => refuseUnsuitableImages(values, { ...pictures, inputShape: [7, 7] })).not.toThrow();
    expect(() =>
      refuseUnsuitableImages({ ...values, conv: undefined }, { ...pictures, inputShape: [5] }),
    ).not.toThrow();
  });
});
