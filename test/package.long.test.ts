/** What `npm install isthmus` gives: packed, installed into an empty folder, and used from there. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the package', () => {
  let folder = '';
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8' });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'isthmus-package-'));
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    // The tests run on a fresh build already: no scripts, no second one.
    const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    });
    run('npm', 'install', '--offline', '--no-audit', '--no-fund', `./${packed.stdout.trim()}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is one package, without dependencies', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['isthmus']);
  });

  test('brings the compiled sources and nothing else', () => {
    const top = readdirSync(join(folder, 'node_modules/isthmus')).sort();
    expect(top).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json']);
    expect(readdirSync(join(folder, 'node_modules/isthmus/dist'))).toEqual(['src']);
  });

  test.each([
    ['import', "import { Autoencoder } from 'isthmus';"],
    ['require', "const { Autoencoder } = require('isthmus');"],
  ])('works with %s', (kind, line) => {
    const type = kind === 'import' ? 'module' : 'commonjs';
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

  test('the command says which packages the formats need', () => {
    const { status, stderr } = run(
      process.execPath,
      'node_modules/isthmus/dist/src/node/cli/main.js',
      'train',
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^isthmus train: the package '\w+' is missing: npm install npyjs ndarray pngjs\.\n$/,
    );
  });

  test('the command helps without them', () => {
    const { status, stdout } = run('npx', '--offline', 'isthmus', '--help');
    expect({ status, first: stdout.split('\n')[0] }).toEqual({
      status: 0,
      first: 'Usage: isthmus COMMAND [options]',
    });
  });
});
