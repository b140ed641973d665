import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { AnyModel } from '../../../../src/io/model.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { GaussianDistribution, standardNormal } from '../../../../src/latent/gaussian.ts';
import { type TraversalStart, traversalPicture } from '../../../../src/node/pictures/traversal.ts';
import { type CliResult, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { COUNT, DIVIDED, pixels } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';
import { CODES, FILES, gan, plain, vae } from './models.ts';

afterAll(removeFolders);

const IMAGES = { shape: [COUNT, 8, 8], data: Uint8Array.from(pixels()), normalization: DIVIDED };
const { deviations: ONES, mean: ZEROS } = GaussianDistribution.standard(2);

const run = (cwd: string, line: string): Promise<CliResult> =>
  isthmus(`traverse ${line}`.split(' '), { cwd });

function expectPicture(cwd: string, model: AnyModel, start: TraversalStart, steps = 11): void {
  const { picture } = traversalPicture(model, start, { steps, maxRows: 32 });
  expect(new Uint8Array(readFileSync(join(cwd, 'out.png')))).toEqual(picture);
}

describe('traverse', () => {
  test('goes around zero with a variational autoencoder', async () => {
    const cwd = folderWith(FILES);
    const result = await run(cwd, '--model vae.safetensors --out out.png');
    expect(result).toEqual({
      code: 0,
      stdout: '',
      stderr: '2 numbers of the code, 11 values of each around the mean of all codes: out.png\n',
    });
    expectPicture(cwd, vae(), { code: ZEROS, deviations: ONES });
  });

  test.each([
    ['', 0],
    [' --seed 4', 4],
  ])('goes around a random code with a GAN%s', async (option, seed) => {
    const cwd = folderWith(FILES);
    const { stderr } = await run(cwd, `--model gan.safetensors${option} --steps 5 --out out.png`);
    expect(stderr).toMatch(new RegExp(`5 values of each around the random code of seed ${seed}: out.png\n$`));
    expectPicture(cwd, gan(), { code: standardNormal(1, 2, { seed }).reshape([2]), deviations: ONES }, 5);
  });

  test('goes around the code of a sample', async () => {
    const cwd = folderWith(FILES);
    const { stderr } = await run(cwd, '--model vae.safetensors --data images.npy --sample 3 --out out.png');
    expect(stderr).toMatch(/around the code of sample 3: out.png\n$/);
    expectPicture(cwd, vae(), { code: vae().encode(IMAGES).rows(3, 4).reshape([2]), deviations: ONES });
  });

  test('goes as far as the codes of the training data of a plain autoencoder', async () => {
    const cwd = folderWith(FILES);
    await run(cwd, '--model plain.safetensors --out out.png');
    expectPicture(cwd, plain(), { code: CODES.mean, deviations: CODES.deviations });
    await run(cwd, '--model plain.safetensors --data images.npy --sample 3 --out out.png --overwrite');
    const code = plain().encode(IMAGES).rows(3, 4).reshape([2]);
    expectPicture(cwd, plain(), { code, deviations: CODES.deviations });
  });

  test.each(['', ' --sample 3'])(
    'goes as far as the codes of --data if it does not know those%s',
    async (option) => {
      const cwd = folderWith(FILES);
      await run(cwd, `--model old.safetensors --data images.npy${option} --out out.png`);
      const codes = plain().encode(IMAGES);
      const { mean, deviations } = GaussianDistribution.fit(codes);
      expectPicture(cwd, plain(), { code: option === '' ? mean : codes.rows(3, 4).reshape([2]), deviations });
    },
  );

  test('draws 32 rows at most, and says so', async () => {
    const cwd = folderWith({ 'long.safetensors': writeModel(vae({ encodingDim: 40 })) });
    const { stderr } = await run(cwd, '--model long.safetensors --steps 3 --out out.png');
    expect(stderr).toBe(
      'note: the picture shows the 32 of 40 numbers that change it most.\n32 numbers of the code, 3 values of each around the mean of all codes: out.png\n',
    );
  });
});

const refusal = (name: string, line: string, says: RegExp) => ({
  name,
  args: `traverse ${line}`.split(' '),
  files: FILES,
  says,
});

testRefusals(2, [
  refusal('a missing file', '--model vae.safetensors', /--out is missing, expected --out FILE.png/),
  refusal('an array', '--model vae.safetensors --out a.npy', /--out is 'a.npy', expected FILE.png/),
  refusal(
    'a single step',
    '--model vae.safetensors --steps 1 --out a.png',
    /--steps is '1', expected an integer, at least 2/,
  ),
  refusal(
    'a sample without data',
    '--model vae.safetensors --sample 3 --out a.png',
    /--sample needs --data FILE/,
  ),
  refusal(
    'a sample and a seed',
    '--model vae.safetensors --data images.npy --sample 3 --seed 1 --out a.png',
    /--sample and --seed are both given/,
  ),
  refusal(
    'data without a sample',
    '--model plain.safetensors --data images.npy --out a.png',
    /--data is given without --sample, expected --sample N/,
  ),
  refusal(
    'a sample behind the last one',
    '--model vae.safetensors --data images.npy --sample 40 --out a.png',
    /--sample is 40, expected the number of a sample of images.npy, from 0 to 39/,
  ),
  refusal(
    'data for a GAN',
    '--model gan.safetensors --data images.npy --sample 3 --out a.png',
    /the model is a GAN, which can't encode samples: --seed N begins/,
  ),
  refusal(
    'a plain autoencoder that does not say how its codes are distributed',
    '--model old.safetensors --out a.png',
    /expected --data FILE: samples/,
  ),
]);

testRefusals(1, [
  refusal(
    'a table',
    '--model table.safetensors --out a.png',
    /samples of 3 numbers are no pictures, expected a model of pictures/,
  ),
]);
