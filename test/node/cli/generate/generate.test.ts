import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { denormalize } from '../../../../src/data/denormalize.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { GaussianDistribution, standardNormal } from '../../../../src/latent/gaussian.ts';
import { sampleGridPicture } from '../../../../src/node/pictures/generated.ts';
import { type CliResult, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { COUNT, DIVIDED, imagesNpy, pixels } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';
import { CODES, FILES, gan, npyAt, plain, TABLE, vae } from './models.ts';

afterAll(removeFolders);

const FITTED =
  "codes from a normal distribution that was fitted to those of the training data: a plain autoencoder's decoder is not trained for random codes\n";

const run = (cwd: string, line: string): Promise<CliResult> =>
  isthmus(`generate ${line}`.split(' '), { cwd });

describe('generate', () => {
  test.each([
    ['vae', vae()],
    ['gan', gan()],
  ])('writes what a %s makes of standard normal codes, in the type of the data', async (name, model) => {
    const cwd = folderWith(FILES);
    const result = await run(cwd, `--model ${name}.safetensors --count 5 --seed 9 --out new.npy`);
    expect(result).toEqual({ code: 0, stdout: '', stderr: '5 new images of 8×8, seed 9: new.npy\n' });
    const samples = model.decode(standardNormal(5, 2, { seed: 9 }));
    const { data, dtype } = denormalize(samples.data, DIVIDED);
    expect(npyAt(cwd, 'new.npy')).toEqual({ shape: [5, 8, 8], data, dtype });
    expect(dtype).toBe('u1');
    expect(model.sample(5, { seed: 9 }).data).toEqual(samples.data);
  });

  test('draws the codes of a plain autoencoder as those of its training data lie, and says so', async () => {
    const cwd = folderWith(FILES);
    const { stderr } = await run(cwd, '--model plain.safetensors --count 6 --seed 2 --out new.npy');
    expect(stderr).toBe(`${FITTED}6 new images of 8×8, seed 2: new.npy\n`);
    const { data } = denormalize(plain().decode(CODES.sample(6, { seed: 2 })).data, DIVIDED);
    expect(npyAt(cwd, 'new.npy').data).toEqual(data);
  });

  test.each(['old', 'plain'])('with --data, fits the codes of these samples (%s model)', async (name) => {
    const cwd = folderWith(FILES);
    const { stderr } = await run(
      cwd,
      `--model ${name}.safetensors --data images.npy --count 6 --out new.npy`,
    );
    expect(stderr).toContain(FITTED.replace('the training data', 'the samples in images.npy'));
    const images = { shape: [COUNT, 8, 8], data: Uint8Array.from(pixels()), normalization: DIVIDED };
    const fitted = GaussianDistribution.fit(plain().encode(images));
    const { data } = denormalize(plain().decode(fitted.sample(6)).data, DIVIDED);
    expect(npyAt(cwd, 'new.npy').data).toEqual(data);
  });

  test.each([
    [1023, ''],
    [1024, 'fitting a normal distribution to codes of 1,024 numbers, which may take minutes\n'],
  ])('says before it that a distribution of codes of %s numbers takes long', async (encodingDim, says) => {
    const cwd = folderWith({ ...FILES, 'long.safetensors': writeModel(plain({ encodingDim })) });
    const { code, stderr } = await run(
      cwd,
      '--model long.safetensors --data images.npy --count 2 --out new.npy',
    );
    expect(code).toBe(0);
    expect(stderr).toContain(`divided by 255 (images.npy)\n${says}codes from a normal distribution`);
  });

  test('draws all of them, 64 without --count', async () => {
    const cwd = folderWith(FILES);
    const { stderr } = await run(cwd, '--model vae.safetensors --out new.png');
    expect(stderr).toBe('64 new images of 8×8, seed 0: new.png\n');
    const picture = sampleGridPicture(vae(), { count: 64, seed: 0 });
    expect(new Uint8Array(readFileSync(join(cwd, 'new.png')))).toEqual(picture);
  });

  test('says that a picture does not hold more than 1,024', async () => {
    const { stderr } = await run(folderWith(FILES), '--model gan.safetensors --count 1500 --out new.png');
    expect(stderr).toBe(
      'note: the picture shows the first 1,024 of 1,500.\n1,024 new images of 8×8, seed 0: new.png\n',
    );
  });

  test.each(['npy', 'png'])(
    'gives the same .%s for a seed, with any number of threads, and another for another',
    async (ending) => {
      const cwd = folderWith(FILES);
      const lines = ['--seed 1 --threads 1', '--seed 1 --threads 2', '--seed 2 --threads 1'];
      for (const [i, line] of lines.entries()) {
        const { code } = await run(
          cwd,
          `--model vae.safetensors --count ${ending === 'npy' ? 700 : 20} ${line} --out ${i}.${ending}`,
        );
        expect(code).toBe(0);
      }
      const [one, two, other] = lines.map((_, i) => readFileSync(join(cwd, `${i}.${ending}`)));
      expect(two.equals(one)).toBe(true);
      expect(other.equals(one)).toBe(false);
    },
  );

  test('makes rows of a table in their units', async () => {
    const cwd = folderWith(FILES);
    const { stderr } = await run(cwd, '--model table.safetensors --count 4 --out rows.npy');
    expect(stderr).toBe('4 new samples of 3 numbers, seed 0: rows.npy\n');
    const { data } = denormalize(vae(TABLE).sample(4).data, vae(TABLE).normalization);
    expect(npyAt(cwd, 'rows.npy')).toEqual({ shape: [4, 3], data, dtype: 'f8' });
  });
});

const refusal = (name: string, line: string, says: RegExp, files = {}) => ({
  name,
  args: `generate ${line}`.split(' '),
  files: { ...FILES, ...files },
  says,
});

testRefusals(2, [
  refusal('a missing model', '--out a.png', /--model is missing/),
  refusal(
    'a missing file',
    '--model vae.safetensors',
    /--out is missing, expected --out FILE.npy, FILE.csv, FILE.tsv, FILE.wav or FILE.png/,
  ),
  refusal(
    'a file of another kind',
    '--model vae.safetensors --out a.jpg',
    /--out is 'a.jpg', expected FILE.npy, FILE.csv, FILE.tsv, FILE.wav or FILE.png/,
  ),
  refusal(
    'no images',
    '--model vae.safetensors --count 0 --out a.png',
    /--count is '0', expected an integer, at least 1/,
  ),
  refusal(
    'more than fit into memory',
    '--model vae.safetensors --count 100000000 --out a.npy',
    /--count is 100000000, expected at most \d+: more do not fit into one file\. Other seeds make others\./,
  ),
  refusal('a seed below 0', '--model vae.safetensors --seed=-1 --out a.png', /--seed is '-1'/),
  refusal('words of no option', '--model vae.safetensors --out a.png b', /'b' belongs to no option/),
  refusal('a key without data', '--model plain.safetensors --key a --out a.png', /--key needs --data FILE/),
  refusal(
    'a plain autoencoder that does not say how its codes are distributed',
    '--model old.safetensors --out a.png',
    /^isthmus generate: old.safetensors is a plain autoencoder and doesn't say how its codes are distributed, expected --data FILE: samples/,
  ),
  refusal(
    'data for a variational autoencoder',
    '--model vae.safetensors --data images.npy --out a.png',
    /--data is given, but the codes of a variational autoencoder are standard normal numbers: leave --data out/,
  ),
  refusal(
    'data for a GAN',
    '--model gan.safetensors --data images.npy --out a.png',
    /the codes of a GAN are/,
  ),
]);

testRefusals(1, [
  refusal(
    'a picture of a table',
    '--model table.safetensors --out a.png',
    /samples of 3 numbers are no pictures, expected --out FILE.npy/,
  ),
  refusal('to replace a file', '--model vae.safetensors --out images.npy', /images.npy exists already/),
  refusal('a model that is not there', '--model nowhere --out a.png', /nowhere/),
  refusal(
    'samples of another shape',
    '--model old.safetensors --data small.npy --out a.png',
    /the samples are 4×4, the model takes 8×8/,
    {
      'small.npy': imagesNpy([4, 4]),
    },
  ),
  refusal(
    'samples on all of which the network overflows',
    '--model standard.safetensors --data huge.npy --out a.png',
    /overflows on every image/,
  ),
]);
