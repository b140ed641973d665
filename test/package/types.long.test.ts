/** The types of the package in projects of TypeScript, and what the linters of packages say. */

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { install, type Packed, pack, removePackages, runIn, temporaryFolder } from './packed.ts';

/** Names of all entry points; wrong calls show that they are not `any`. */
const PROGRAM = `
import { Adam, Autoencoder, type FitOptions, GAN, generateDigits, normalize, VariationalAutoencoder } from 'isthmus';
import { compressImages } from 'isthmus/compression';
import { readNpy } from 'isthmus/io';
import { Tensor } from 'isthmus/min.js';
import { encodePng, imageGrid, loadModel } from 'isthmus/node';

export async function train(options: FitOptions): Promise<number> {
  const images = normalize(generateDigits({ count: 10, seed: 1 }));
  const autoencoder = new Autoencoder({ inputShape: [28, 28], encodingDim: 8 });
  autoencoder.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse' });
  const { epochs } = await autoencoder.fit(images, options);
  const { psnr } = await autoencoder.evaluate(images);
  const codes: Float32Array = autoencoder.encode(images).data;
  return epochs.length + psnr + codes.length;
}
export const samples = new VariationalAutoencoder({ inputShape: [4] }).sample(3, { seed: 1 });
export const others = new GAN({ inputShape: [4] }).sample(3);
export const picture: Uint8Array = encodePng(imageGrid(samples));
export const scale = (file: Uint8Array) => normalize(readNpy(file));
export const model = async () => (await loadModel('model.safetensors')).autoencoder satisfies Autoencoder;
export const bytes = async () =>
  (await compressImages(await model(), scale(new Uint8Array()), { lossless: true })).bytes;
export const zeros = Tensor.zeros([2, 3]);

// @ts-expect-error a shape is a list
new Autoencoder({ inputShape: 784 });
// @ts-expect-error the option is learningRate
new Adam({ lr: 1e-3 });
// @ts-expect-error there is no such name
export type { Autoencodr } from 'isthmus';
`;

let packed: Packed;
let folder = '';

beforeAll(() => {
  packed = pack();
  folder = install(packed, ['@types/node']);
  for (const kind of ['ts', 'mts', 'cts']) writeFileSync(join(folder, `program.${kind}`), PROGRAM);
});
afterAll(removePackages);

/** Compiles a program with the strictest rules, the types of the package too: no skipLibCheck. */
function compile(file: string, options: Readonly<Record<string, unknown>>) {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: 'es2022',
    types: [],
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  const { status, stdout } = runIn(folder)(process.execPath, resolve('node_modules/typescript/bin/tsc'));
  return { status, stdout };
}

const NODE_TYPES = { module: 'nodenext', lib: ['es2022'], types: ['node'] };

describe('a program in TypeScript', () => {
  test.each([
    [
      'for a bundler',
      'program.ts',
      { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'] },
    ],
    ['for Node, an ES module', 'program.mts', { module: 'nodenext', lib: ['es2022', 'dom'] }],
    ['for Node, a CommonJS module', 'program.cts', { module: 'nodenext', lib: ['es2022', 'dom'] }],
    ['with the types of Node in place of those of browsers', 'program.mts', NODE_TYPES],
  ])('compiles %s', (_, file, options) => {
    expect(compile(file, options)).toEqual({ status: 0, stdout: '' });
  });

  test('does not compile if a call is wrong', () => {
    const wrong = PROGRAM.replaceAll('// @ts-expect-error', '//');
    writeFileSync(join(folder, 'wrong.mts'), wrong);
    const { status, stdout } = compile('wrong.mts', { module: 'nodenext' });
    expect(status).not.toBe(0);
    expect(stdout.match(/error TS\d+/g)).toHaveLength(3);
  });
});

describe('the types', () => {
  const read = () => readFileSync(join(folder, 'node_modules/isthmus/dist/src/declarations.d.ts'), 'utf8');

  test('have their comments, which editors show, but not the examples and TypeErrors of docs/api.md', () => {
    expect(read()).toMatch(
      /^\/\*\* An autoencoder of dense layers, or with convolutions\..* \*\/\nexport class Autoencoder /m,
    );
    expect(read()).toMatch(/@throws \{ShapeError\}/);
    expect(read()).not.toContain('@example');
    expect(read()).not.toContain('{TypeError}');
  });

  test('have paragraphs on one line, but formulas as they are', () => {
    const [comment] = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\nexport class GaussianSample /.exec(read()) ?? [];
    expect(comment).toMatch(/^ \* {5}KL = .*\n \* {5}dμ = .*\n \* {5}d\(log σ²\) = .*$/m);
    expect(comment).toMatch(/^\/\*\*\n \* Draws codes, .* averaged over the batch of B:$/m);
    expect(read()).toMatch(/^\t\/\*\* Encodes and decodes, .*\n\t@param samples - .*\n\t@param options - /m);
  });

  test('leave out what no public name leads to', () => {
    const names = [...read().matchAll(/^(?:export )?(?:declare )?(?:abstract )?\w+ (\w+)/gm)].map(
      ([, name]) => name,
    );
    expect(names).toEqual(expect.arrayContaining(['Autoencoder', 'History', 'CompressedFile', 'PixelImage']));
    expect(names).not.toContain('Assembler');
    expect(names).not.toContain('requireTensor');
  });
});

describe('the package, for linters of packages,', () => {
  test('is as publint wants it', () => {
    const { status, stdout } = runIn(folder)(
      process.execPath,
      resolve('node_modules/publint/src/cli.js'),
      'run',
      join(folder, 'node_modules/isthmus'),
      '--strict',
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('All good!') });
  });

  // esm-only leaves out two ways: node10, which knows no entry points, and CommonJS as TypeScript's node16 sees it, from before
  // Node's require() took ES modules. strict leaves out none, and so finds something.
  test.each([
    ['esm-only', 0],
    ['strict', 1],
  ])('has types that are not wrong for the profile %s of attw: exit code %d', (profile, code) => {
    const copy = join(temporaryFolder(), 'isthmus.tgz'); // attw removes what it has read
    copyFileSync(packed.file, copy);
    const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
    const { status, stdout } = runIn(folder)(process.execPath, attw, copy, '--profile', profile);
    expect({ status, stdout }).toEqual({
      status: code,
      stdout: expect.stringContaining('isthmus/compression'),
    });
  });
});
