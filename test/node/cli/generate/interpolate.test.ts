import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { denormalize } from '../../../../src/data/denormalize.ts';
import type { AnyModel } from '../../../../src/io/model.ts';
import { writeNpy } from '../../../../src/io/numpy/npy.ts';
import { standardNormal } from '../../../../src/latent/gaussian.ts';
import { type Interpolation, interpolateCodes } from '../../../../src/latent/paths.ts';
import type { Tensor } from '../../../../src/tensor/tensor.ts';
import { type CliResult, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { COUNT, DIVIDED, pixels } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';
import { CODES, FILES, gan, npyAt, plain, pngAt, TABLE, vae } from './models.ts';

afterAll(removeFolders);

const DESCRIBED = '40 images of 8×8, uint8 from 0 to 255, divided by 255 (images.npy)\n';
const IMAGES = { shape: [COUNT, 8, 8], data: Uint8Array.from(pixels()), normalization: DIVIDED };

const run = (cwd: string, line: string): Promise<CliResult> =>
  isthmus(`interpolate ${line}`.split(' '), { cwd });

/** What the model makes of a path between these codes, as bytes. */
function between(model: AnyModel, codes: readonly Tensor[], steps: number, kind: Interpolation) {
  const [from, to] = codes.map((code) => code.reshape([model.encodingDim]));
  const decoded = model.decode(interpolateCodes(from, to, steps, kind));
  return { shape: decoded.shape, ...denormalize(decoded.data, model.normalization) };
}

describe('interpolate', () => {
  test.each([
    ['vae', vae(), 'spherical'],
    ['plain', plain(), 'linear'],
  ] as const)('goes from one sample to another with a %s', async (name, model, kind) => {
    const cwd = folderWith(FILES);
    const line = `--model ${name}.safetensors --data images.npy --from 3 --to 39 --steps 5 --out path.npy`;
    const result = await run(cwd, line);
    const stderr = `${DESCRIBED}sample 3 to sample 39, ${kind}, 5 images: path.npy\n`;
    expect(result).toEqual({ code: 0, stdout: '', stderr });
    const codes = model.encode(IMAGES);
    const ends = [codes.rows(3, 4), codes.rows(39, 40)];
    expect(npyAt(cwd, 'path.npy')).toEqual(between(model, ends, 5, kind));
    const other = kind === 'linear' ? 'spherical' : 'linear';
    expect(npyAt(cwd, 'path.npy')).not.toEqual(between(model, ends, 5, other));
  });

  test.each([
    ['gan', gan(), 'spherical'],
    ['vae', vae(), 'spherical'],
    ['plain', plain(), 'linear'],
  ] as const)('goes from one random code of a %s to another without data', async (name, model, kind) => {
    const cwd = folderWith(FILES);
    const { code, stderr } = await run(
      cwd,
      `--model ${name}.safetensors --from 1 --to 2 --steps 30 --out path.npy`,
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(new RegExp(`^seed 1 to seed 2, ${kind}, 30 images: path.npy\n$`, 'm'));
    const draw = (seed: number) =>
      name === 'plain' ? CODES.sample(1, { seed }) : standardNormal(1, 2, { seed });
    expect(npyAt(cwd, 'path.npy')).toEqual(between(model, [draw(1), draw(2)], 30, kind));
  });

  test('draws the two samples apart from what the decoder made, at the ends', async () => {
    const cwd = folderWith(FILES);
    await run(cwd, '--model vae.safetensors --data images.npy --from 0 --to 1 --steps 4 --out strip.png');
    const { width, height, data } = pngAt(cwd, 'strip.png');
    const [scale, gap, apart, heading] = [11, 2, 14, 11];
    const step = Math.max(8 * scale, 53 + 4) + gap; // a heading such as "sample 0" takes 47
    expect({ width, height }).toEqual({
      width: gap + 6 * step + 2 * apart,
      height: heading + 8 * scale + gap,
    });
    const imageAt = (left: number) =>
      Array.from({ length: 64 }, (_, i) => {
        const [y, x] = [heading + scale * Math.floor(i / 8), left + scale * (i % 8)];
        return data[(y * width + x) * 4];
      });
    expect(imageAt(gap)).toEqual(pixels().slice(0, 64));
    expect(imageAt(gap + 5 * step + 2 * apart)).toEqual(pixels().slice(64, 128));
    const codes = vae().encode(IMAGES);
    const decoded = between(vae(), [codes.rows(0, 1), codes.rows(1, 2)], 4, 'spherical');
    expect(imageAt(gap + step + apart)).toEqual(Array.from(decoded.data.subarray(0, 64)));
  });

  test('finds the samples in a file that is larger than memory, too', async () => {
    const cwd = folderWith(FILES);
    const line = '--model vae.safetensors --data images.npy --from 39 --to 3 --out';
    await run(cwd, `${line} a.npy`);
    const free = jest.spyOn(process, 'availableMemory').mockReturnValue(0);
    const { stderr } = await run(cwd, `${line} b.npy`).finally(() => free.mockRestore());
    expect(stderr).toContain('read from the file batch by batch');
    expect(npyAt(cwd, 'b.npy')).toEqual(npyAt(cwd, 'a.npy'));
  });

  test('writes rows of a table in their units', async () => {
    const rows = { shape: [4, 3], data: Float64Array.from({ length: 12 }, (_, i) => i / 4) };
    const cwd = folderWith({ ...FILES, 'rows.npy': writeNpy(rows) });
    const line = '--model table.safetensors --data rows.npy --from 0 --to 3 --steps 3 --out path.npy';
    expect((await run(cwd, line)).stderr).toMatch(/sample 0 to sample 3, spherical, 3 samples: path.npy\n$/);
    const model = vae(TABLE);
    const codes = model.encode({ ...rows, normalization: model.normalization });
    expect(npyAt(cwd, 'path.npy')).toEqual(
      between(model, [codes.rows(0, 1), codes.rows(3, 4)], 3, 'spherical'),
    );
  });
});

const refusal = (name: string, line: string, says: RegExp, files = {}) => ({
  name,
  args: `interpolate ${line}`.split(' '),
  files: { ...FILES, ...files },
  says,
});

testRefusals(2, [
  refusal(
    'a missing end',
    '--model vae.safetensors --from 1 --out a.png',
    /--to is missing, expected --to N/,
  ),
  refusal('a missing beginning', '--model vae.safetensors --to 1 --out a.png', /--from is missing/),
  refusal(
    'a single step',
    '--model vae.safetensors --from 1 --to 2 --steps 1 --out a.png',
    /--steps is '1', expected an integer, at least 2/,
  ),
  refusal(
    'more steps than a picture can show',
    '--model vae.safetensors --from 1 --to 2 --steps 21 --out a.png',
    /--steps is 21, expected at most 20, or --out FILE.npy/,
  ),
  refusal(
    'a file of another kind',
    '--model vae.safetensors --from 1 --to 2 --out a.jpg',
    /--out is 'a.jpg', expected FILE.npy, FILE.csv, FILE.tsv, FILE.wav or FILE.png/,
  ),
  refusal(
    'a key without data',
    '--model vae.safetensors --from 1 --to 2 --key a --out a.png',
    /--key needs --data FILE/,
  ),
  refusal(
    'a sample behind the last one',
    '--model vae.safetensors --data images.npy --from 3 --to 40 --out a.png',
    /--to is 40, expected the number of a sample of images.npy, from 0 to 39/,
  ),
  refusal(
    'data for a GAN',
    '--model gan.safetensors --data images.npy --from 1 --to 2 --out a.png',
    /--data is given, but the model is a GAN, which can't encode samples: leave --data out, then --from and --to are seeds/,
  ),
  refusal(
    'seeds for a plain autoencoder that does not say how its codes are distributed',
    '--model old.safetensors --from 1 --to 2 --out a.png',
    /doesn't say how its codes are distributed, expected --data FILE, with the samples --from and --to/,
  ),
]);

testRefusals(1, [
  refusal(
    'a picture of a table',
    '--model table.safetensors --from 1 --to 2 --out a.png',
    /no pictures, expected --out FILE.npy/,
  ),
  refusal('to replace a file', '--model vae.safetensors --from 1 --to 2 --out images.npy', /exists already/),
  refusal(
    'a sample on which the network overflows',
    '--model standard.safetensors --data huge.npy --from 1 --to 2 --out a.png',
    /huge.npy: the network overflows on sample 1, whose values are too far from the training data/,
  ),
]);
