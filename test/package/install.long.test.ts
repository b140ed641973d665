/** What `npm install isthmus` gives: packed, installed into an empty folder, and used from there. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { install, type Packed, pack, type Run, removePackages, runIn } from './packed.ts';

const LIMIT = 1_100_000; // bytes
const PEERS = ['npyjs', 'ndarray', 'pngjs'];

let packed: Packed;
let folder = '';
let run: Run;

beforeAll(() => {
  packed = pack();
  folder = install(packed);
  run = runIn(folder);
});
afterAll(removePackages);

describe('the package', () => {
  test('is one package, without dependencies', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['isthmus']);
  });

  test('takes less than 1.1 MB', () => {
    console.info(`${packed.paths.length} files of ${packed.unpackedSize.toLocaleString('en')} bytes`);
    expect(packed.unpackedSize).toBeLessThan(LIMIT);
  });

  test('has modules, types for the entry points, one file for pages, and nothing else', () => {
    const isModule = (path: string) => /^dist\/src\/(\w+\/)*[\w-]+\.js$/.test(path);
    expect(packed.paths.filter((path) => !isModule(path)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'dist/isthmus.min.js',
      'dist/src/compression/index.d.ts',
      'dist/src/declarations.d.ts',
      'dist/src/index.d.ts',
      'dist/src/io/index.d.ts',
      'dist/src/node/index.d.ts',
      'package.json',
    ]);
  });
});

describe('the engine', () => {
  test.each([
    ['import', 'module', "import { Autoencoder } from 'isthmus';"],
    ['require', 'commonjs', "const { Autoencoder } = require('isthmus');"],
    ['import()', 'module', "const { Autoencoder } = await import('isthmus');"],
    ['the one file', 'module', "import { Autoencoder } from 'isthmus/min.js';"],
  ])('works with %s', (_, type, line) => {
    const program = `${line} console.log(String(new Autoencoder({ inputShape: [28, 28] }).parameters.size));`;
    const { stdout, stderr } = run(process.execPath, `--input-type=${type}`, '--eval', program);
    expect({ stdout, stderr }).toEqual({ stdout: '107504\n', stderr: '' });
  });

  test('compresses without other packages', () => {
    const program = `
      import { Autoencoder } from 'isthmus';
      import { compressImages, decompressImages } from 'isthmus/compression';
      const autoencoder = new Autoencoder({ inputShape: [4], hidden: [], encodingDim: 2 });
      const normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };
      const images = { shape: [2, 4], data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), normalization };
      const { bytes } = await compressImages(autoencoder, images, { lossless: true });
      console.log((await decompressImages(bytes, autoencoder)).data.join());`;
    const { stdout, stderr } = run(process.execPath, '--input-type=module', '--eval', program);
    expect({ stdout, stderr }).toEqual({ stdout: '1,2,3,4,5,6,7,8\n', stderr: '' });
  });

  test('has stack traces that name classes and methods, and lines short enough to be read', () => {
    const program = `
      import { Autoencoder, Tensor } from 'isthmus';
      const autoencoder = new Autoencoder({ inputShape: [4], hidden: [], encodingDim: 2 });
      try { autoencoder.encode(Tensor.zeros([1, 5])); } catch (error) { console.log(error.stack); }`;
    const { stdout } = run(process.execPath, '--input-type=module', '--eval', program);
    expect(stdout).toMatch(/^ShapeError: Autoencoder\.encode: /);
    expect(stdout).toMatch(/^ +at Autoencoder\.encode \(.*isthmus\/dist\/src\/[\w-]+\.js:\d+:\d+\)$/m);
    expect(stdout).not.toMatch(/^ +at (?:new )?_/m);
    const [, place] = /\((?:file:\/\/)?(\/.*?\.js):\d+:\d+\)/.exec(stdout) ?? [];
    const lines = readFileSync(place, 'utf8').split('\n');
    const longest = Math.max(...lines.filter((line) => !/["'`]/.test(line)).map(({ length }) => length)); // texts are not broken
    expect(lines.length).toBeGreaterThan(1000);
    expect(longest).toBeLessThan(500);
  });
});

describe('the command', () => {
  test('says which packages the formats need', () => {
    const { status, stderr } = run('npx', '--offline', 'isthmus', 'train');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^isthmus train: the package '\w+' is missing: npm install npyjs ndarray pngjs\.\n$/,
    );
  });

  test('helps without them', () => {
    const { status, stdout } = run('npx', '--offline', 'isthmus', '--help');
    expect({ status, first: stdout.split('\n')[0] }).toEqual({
      status: 0,
      first: 'Usage: isthmus COMMAND [options]',
    });
  });

  test('says its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(run('npx', '--offline', 'isthmus', '--version').stdout).toContain(version);
  });

  test('trains with them', () => {
    const project = install(packed, PEERS);
    const args = ['--count', '500', '--epochs', '3', '--out', 'run'];
    const { status, stderr } = runIn(project)('npx', '--offline', 'isthmus', 'train', ...args);
    expect({ status, ...(status !== 0 && { stderr }) }).toEqual({ status: 0 });
    const rows = readFileSync(join(project, 'run/history.csv'), 'utf8').trim().split('\n').slice(1);
    const losses = rows.map((row) => Number(row.split(',')[1]));
    expect(losses).toHaveLength(3);
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
    expect(losses[2]).toBeLessThan(0.9 * losses[0]);
  });
});
