import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { GaussianDistribution } from '../../../../src/latent/gaussian.ts';
import { manifoldPicture } from '../../../../src/node/pictures/generated.ts';
import { type CliResult, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { COUNT, DIVIDED, pixels } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';
import { CODES, FILES, gan, plain, vae } from './models.ts';

afterAll(removeFolders);

const run = (cwd: string, line: string): Promise<CliResult> =>
  isthmus(`manifold ${line}`.split(' '), { cwd });
const bytesAt = (...path: string[]) => new Uint8Array(readFileSync(join(...path)));

describe('manifold', () => {
  test('draws the plane of codes', async () => {
    const cwd = folderWith(FILES);
    const result = await run(cwd, '--model vae.safetensors --out plane.png');
    expect(result).toEqual({
      code: 0,
      stdout: '',
      stderr: '20×20 images of 8×8 over the plane of codes: plane.png\n',
    });
    expect(Buffer.compare(bytesAt(cwd, 'plane.png'), manifoldPicture(vae()) as Uint8Array)).toBe(0);
  });

  test.each([1, 2])('takes the size, and a GAN, with the same bytes on %i threads', async (threads) => {
    const cwd = folderWith(FILES);
    const line = `--model gan.safetensors --size 3 --threads ${threads} --out plane.png`;
    expect((await run(cwd, line)).stderr).toBe('3×3 images of 8×8 over the plane of codes: plane.png\n');
    expect(bytesAt(cwd, 'plane.png')).toEqual(manifoldPicture(gan(), undefined, 3));
  });

  test('draws that of a plain autoencoder where the codes of its training data lie, or of other samples', async () => {
    const cwd = folderWith(FILES);
    const { stderr } = await run(cwd, '--model plain.safetensors --size 4 --out plane.png');
    expect(stderr).toMatch(
      /^codes from a normal distribution that was fitted to those of the training data: /,
    );
    expect(bytesAt(cwd, 'plane.png')).toEqual(manifoldPicture(plain(), CODES, 4));
    await run(cwd, '--model old.safetensors --data images.npy --size 4 --out fitted.png');
    const images = { shape: [COUNT, 8, 8], data: Uint8Array.from(pixels()), normalization: DIVIDED };
    const fitted = GaussianDistribution.fit(plain().encode(images));
    expect(bytesAt(cwd, 'fitted.png')).toEqual(manifoldPicture(plain(), fitted, 4));
  });
});

const refusal = (name: string, line: string, says: RegExp) => ({
  name,
  args: `manifold ${line}`.split(' '),
  files: FILES,
  says,
});

testRefusals(2, [
  refusal('a missing file', '--model vae.safetensors', /--out is missing, expected --out FILE.png/),
  refusal('an array', '--model vae.safetensors --out a.npy', /--out is 'a.npy', expected FILE.png/),
  refusal(
    'a size of 1',
    '--model vae.safetensors --size 1 --out a.png',
    /--size is '1', expected an integer, at least 2 and at most 32/,
  ),
  refusal('a size of 33', '--model vae.safetensors --size 33 --out a.png', /--size is '33'/),
  refusal(
    'a plain autoencoder that does not say how its codes are distributed',
    '--model old.safetensors --out a.png',
    /expected --data FILE: samples/,
  ),
  refusal(
    'data for a variational autoencoder',
    '--model vae.safetensors --data images.npy --out a.png',
    /leave --data out/,
  ),
]);

testRefusals(1, [
  refusal(
    'codes of another length',
    '--model vae3.safetensors --out a.png',
    /vae3.safetensors: the codes have 3 numbers, expected 2: isthmus traverse draws codes of any length, and train --encoding-dim 2 makes/,
  ),
  refusal(
    'a table',
    '--model table.safetensors --out a.png',
    /samples of 3 numbers are no pictures, expected a model of pictures/,
  ),
]);
