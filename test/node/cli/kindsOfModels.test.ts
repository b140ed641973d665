/** The commands that use a model, with one of each kind: plain autoencoder, variational autoencoder, GAN. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { modelFingerprint } from '../../../src/compression/modelFingerprint.ts';
import { denormalize } from '../../../src/data/denormalize.ts';
import { type AnyModel, writeModel } from '../../../src/io/model.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { GaussianDistribution } from '../../../src/latent/gaussian.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { type CliResult, folderWith, isthmus, jsonLines, removeFolders } from '../../helpers/cli.ts';
import {
  COUNT,
  codesNpy,
  DIVIDED,
  ganModel,
  imagesNpy,
  model,
  pixels,
  variationalModel,
} from './fixtures.ts';
import { testRefusals } from './refusals.ts';

afterAll(removeFolders);

const images = { shape: [COUNT, 8, 8], data: Uint8Array.from(pixels()), normalization: DIVIDED };
const codes = [0.5, -1, 2, 1];
const files = {
  'plain.safetensors': writeModel(model()),
  'sampling.safetensors': writeModel(model(), { codes: GaussianDistribution.fit(model().encode(images)) }),
  'vae.safetensors': writeModel(variationalModel()),
  'gan.safetensors': writeModel(ganModel()),
  'images.npy': imagesNpy(),
  'codes.npy': codesNpy(codes),
};
let cwd = '';
const run = (line: string): Promise<CliResult> => isthmus(line.split(' '), { cwd });
const arrayAt = (name: string) => readNpy(new Uint8Array(readFileSync(join(cwd, name))));
beforeAll(() => {
  cwd = folderWith(files);
});

describe('info', () => {
  const ratio = '2 numbers, the image has 32.0 times as many';
  test.each<[string, AnyModel, string, string, string, string, string | null]>([
    [
      'plain',
      model(),
      'autoencoder',
      'autoencoder',
      ratio,
      'none, as the file does not hold the distribution of the codes of the training data',
      null,
    ],
    [
      'sampling',
      model(),
      'autoencoder',
      'autoencoder',
      ratio,
      'from the distribution of the codes of the training data, which the file holds',
      'training codes',
    ],
    [
      'vae',
      variationalModel(),
      'vae',
      'variational autoencoder',
      ratio,
      'from the standard normal distribution',
      'standard normal',
    ],
    [
      'gan',
      ganModel(),
      'gan',
      'GAN',
      '2 numbers, of which the generator makes an image of 64',
      'from the standard normal distribution',
      'standard normal',
    ],
  ])('of %s.safetensors says what kind it is, and where codes for new images come from', async (...row) => {
    const [name, expected, kind, words, code, newCodesInWords, newCodes] = row;
    const text = await run(`info ${name}.safetensors`);
    const json = await run(`info ${name}.safetensors --json`);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    const lines = text.stdout.split('\n');
    expect(text.stdout).toContain(`parameters\n\n${expected.summary()}\n\nkind `);
    const fingerprint = modelFingerprint(expected);
    const facts = {
      kind: words,
      images: '8×8, divided by 255',
      code,
      'new codes': newCodesInWords,
      fingerprint,
    };
    for (const [fact, value] of Object.entries(facts)) expect(lines).toContain(fact.padEnd(13) + value);
    expect(jsonLines(json.stdout)).toMatchObject([
      {
        kind,
        fingerprint,
        encodingDim: 2,
        newCodes,
        parameters: expected.parameters.size,
        normalization: DIVIDED,
        model: { type: kind },
      },
    ]);
  });

  test('gives plain models the same fingerprint with and without that distribution, and each kind its own', () => {
    const fingerprints = [model(), variationalModel(), ganModel()].map(modelFingerprint);
    expect(new Set(fingerprints).size).toBe(3);
  });
});

describe('encode and decode', () => {
  test('give the mean of the codes of a variational autoencoder, and what its decoder makes of them', async () => {
    const vae = variationalModel();
    await run('encode --model vae.safetensors --data images.npy --out means.npy');
    const { code, stderr } = await run('decode --model vae.safetensors --codes means.npy --out restored.npy');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '40 codes became images of 8×8: restored.npy\n' });
    const means = vae.encode(images);
    expect(arrayAt('means.npy')).toMatchObject({ shape: [COUNT, 2], data: means.data });
    const restored = arrayAt('restored.npy');
    expect(restored).toMatchObject({ shape: [COUNT, 8, 8], dtype: 'u1' });
    expect(Array.from(restored.data)).toEqual([...denormalize(vae.decode(means).data, DIVIDED).data]);
  });

  test('decode makes images of codes with the generator of a GAN, as an array and as a picture', async () => {
    const result = await run('decode --model gan.safetensors --codes codes.npy --out made.npy');
    expect(result).toEqual({ code: 0, stdout: '', stderr: '2 codes became images of 8×8: made.npy\n' });
    const expected = denormalize(ganModel().decode(Tensor.from(codes, [2, 2])).data, DIVIDED).data;
    const made = arrayAt('made.npy');
    expect(made).toMatchObject({ shape: [2, 8, 8], dtype: 'u1' });
    expect(Array.from(made.data)).toEqual([...expected]);
    expect(new Set(expected).size).toBeGreaterThan(10);
    const picture = await run('decode --model gan.safetensors --codes codes.npy --out made.png');
    expect(picture).toMatchObject({ code: 0 });
  });
});

const NO_ENCODER =
  /: gan\.safetensors: the model is a GAN, which has no encoder, expected an autoencoder; isthmus generate, /;
testRefusals(
  1,
  [
    'evaluate --model gan.safetensors --data images.npy',
    'encode --model gan.safetensors --data images.npy --out c.npy',
    'compress --model gan.safetensors --data images.npy --out i.isth',
    'decompress images.isth --model gan.safetensors --out i.npy',
  ].map((words) => ({ name: words, files, args: words.split(' '), says: NO_ENCODER })),
);
testRefusals(1, [
  {
    name: 'codes of another length than those of a GAN',
    files: { ...files, 'long.npy': codesNpy([1, 2, 3], 3) },
    args: 'decode --model gan.safetensors --codes long.npy --out i.npy'.split(' '),
    says: /long\.npy: the array is \[1, 3\], the model takes codes of \[n, 2\]\./,
  },
]);
