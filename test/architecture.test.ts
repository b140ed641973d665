/**
 * The floors of the house: who may import whom, which packages and which globals. A change that ties together what should
 * stay apart fails here, with the name of the file.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from '@jest/globals';
import {
  codeFilesIn,
  crowdedFolders,
  findCycle,
  graphOf,
  importsOf,
  isRelative,
  reachableFrom,
  withoutComments,
} from './helpers/sources.ts';

/** The engine: it runs in browsers, too, and knows nothing of Node. */
const ENGINE = [
  'src/tensor/',
  'src/data/',
  'src/layers/',
  'src/losses/',
  'src/optim/',
  'src/training/',
  'src/evaluation/',
  'src/latent/',
  'src/autoencoder/',
  'src/vae/',
  'src/gan/',
  'src/io/',
  'src/compression/',
] as const;

/** What the models that make new samples may import. */
const GENERATIVE = [
  'src/autoencoder/',
  'src/latent/',
  'src/training/',
  'src/evaluation/',
  'src/layers/',
  'src/losses/',
  'src/optim/',
  'src/data/',
  'src/tensor/',
] as const;

/** What a command may import: not the folders of other commands. */
const COMMAND = [
  ...ENGINE,
  'src/node/pictures/',
  'src/node/charts/',
  'src/node/files/',
  'src/node/samples/',
  'src/node/runs/',
  'src/node/cli/terminal/',
  'src/node/cli/shared/',
] as const;

/**
 * From the ground up: what the files of each folder may import beside each other, types included. The longest folder that
 * a file's path begins with counts.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/tensor/kernels/simd/wasm/': [],
  'src/tensor/kernels/simd/code/': ['src/tensor/kernels/simd/wasm/', 'src/tensor/kernels/simd/sharedPage.ts'],
  'src/tensor/kernels/simd/': ['src/tensor/kernels/'],
  'src/tensor/kernels/convolution/': ['src/tensor/kernels/'],
  'src/tensor/kernels/': ['src/tensor/options.ts'],
  'src/tensor/': [],
  'src/data/': ['src/tensor/'],
  'src/layers/': ['src/tensor/'],
  'src/losses/': ['src/tensor/'],
  'src/optim/': ['src/tensor/'],
  'src/training/': ['src/layers/', 'src/losses/', 'src/optim/', 'src/data/', 'src/tensor/'],
  'src/evaluation/': ['src/data/', 'src/tensor/'],
  'src/autoencoder/': [
    'src/latent/',
    'src/training/',
    'src/evaluation/',
    'src/layers/',
    'src/losses/',
    'src/optim/',
    'src/data/',
    'src/tensor/',
  ],
  'src/latent/': ['src/tensor/'],
  'src/vae/': GENERATIVE,
  'src/gan/': GENERATIVE,
  'src/io/numpy/': ['src/data/', 'src/tensor/', 'src/io/errors.ts', 'src/io/crc32.ts', 'src/io/fileKinds.ts'],
  'src/io/sound/': ['src/tensor/', 'src/io/errors.ts', 'src/io/fileKinds.ts'],
  'src/io/table/': ['src/data/', 'src/tensor/', 'src/io/errors.ts'],
  'src/io/export/': [
    'src/io/',
    'src/autoencoder/',
    'src/vae/',
    'src/gan/',
    'src/layers/spec.ts',
    'src/optim/optimizer.ts',
    'src/data/',
    'src/tensor/',
  ],
  'src/io/': [
    'src/autoencoder/',
    'src/vae/',
    'src/gan/',
    'src/latent/',
    'src/training/',
    'src/evaluation/errorDistribution.ts',
    'src/layers/spec.ts',
    'src/optim/optimizer.ts',
    'src/data/',
    'src/tensor/',
  ],
  'src/compression/coder/': ['src/io/errors.ts', 'src/data/', 'src/tensor/'],
  'src/compression/': ['src/io/', 'src/autoencoder/', 'src/evaluation/', 'src/data/', 'src/tensor/'],
  'src/index.ts': ENGINE,
  'src/node/pictures/jpeg/': ENGINE,
  'src/node/pictures/': [...ENGINE, 'src/node/optionalPackage.ts'],
  'src/node/charts/': [...ENGINE, 'src/node/pictures/'],
  'src/node/files/': ENGINE,
  'src/node/samples/stored/': [...ENGINE, 'src/node/files/'],
  'src/node/samples/images/': [...ENGINE, 'src/node/files/', 'src/node/pictures/', 'src/node/samples/'],
  'src/node/samples/': [...ENGINE, 'src/node/files/', 'src/node/pictures/', 'src/node/optionalPackage.ts'],
  'src/node/runs/': [
    ...ENGINE,
    'src/node/pictures/',
    'src/node/charts/',
    'src/node/files/',
    'src/node/samples/',
  ],
  'src/node/cli/terminal/': [...ENGINE, 'src/node/files/'],
  'src/node/cli/shared/': COMMAND,
  'src/node/cli/train/data/': [...COMMAND, 'src/node/cli/train/options.ts', 'src/node/cli/train/settings.ts'],
  'src/node/cli/train/': COMMAND,
  'src/node/cli/evaluate/': COMMAND,
  'src/node/cli/compress/': COMMAND,
  'src/node/cli/generate/': COMMAND,
  'src/node/cli/': COMMAND, // below it are the folders of commands
  'src/node/': [...ENGINE, 'src/node/'],
  // The page stands outside, as other users of the engine do. What visitors see first is loaded without the engine.
  'demo/messages.ts': ['src/index.ts'], // types
  'demo/page/': ['demo/messages.ts'],
  'demo/worker/': [
    'demo/messages.ts',
    'src/index.ts',
    'src/io/index.ts',
    'src/io/table/',
    'src/data/',
    'src/tensor/shape.ts',
  ],
  'demo/isolation.ts': [],
};

/** With more files side by side, nobody sees what a folder is about. */
const MAX_FILES_IN_FOLDER = 20;

/** The packages that may be imported, and the only file that may import each. */
const PACKAGES: Readonly<Record<string, string>> = {
  'jpeg-js': 'src/node/pictures/jpeg.ts',
  ndarray: 'src/io/numpy/npy.ts',
  npyjs: 'src/io/numpy/npy.ts',
  papaparse: 'src/io/table/rows.ts',
  pngjs: 'src/node/pictures/png.ts',
};

/** The one file that asks for Node's modules without importing them: threads work wherever the engine does. */
const ASKS_FOR_NODE = 'src/tensor/kernels/simd/worker.ts';

/** Only src/node may say these: all else runs in browsers, prints nothing, and gives the same on every run. */
const NODE_ONLY: readonly RegExp[] = [
  /\bprocess\s*[.[?]/,
  /\bconsole\s*[.[]/,
  /\bMath\.random\b/,
  /\brandom\b[^;={}]*\}\s*=\s*Math\b/,
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\brequire\(/,
];

/** What visitors ask for at a button need not be the same on every run: demo/page draws the seeds. */
const DRAWS_SEEDS = 'demo/page/';

/** The folder whose rule holds for a file, or undefined if there is none. */
function folderOf(path: string): string | undefined {
  const folders = Object.keys(MAY_IMPORT).filter((folder) => path.startsWith(folder));
  return folders.sort((a, b) => b.length - a.length)[0];
}

/** The folders of these files that have no rule, but only that of a folder around them. */
function foldersWithoutRule(paths: readonly string[]): string[] {
  const ruled = (path: string) => [path, `${dirname(path)}/`].some((name) => Object.hasOwn(MAY_IMPORT, name));
  return [...new Set(paths.filter((path) => !ruled(path)).map((path) => dirname(path)))];
}

/** What a source file does that the rules of its folder forbid, in words. */
function violationsOf(path: string, source: string): string[] {
  const folder = folderOf(path);
  if (folder === undefined) return [`${path} lies in a folder without rules`];
  const imports = importsOf(source).flatMap((specifier) => {
    const problem = isRelative(specifier)
      ? importProblem(path, folder, specifier)
      : packageProblem(path, specifier);
    return problem ? [`${path} imports ${specifier}: ${problem}`] : [];
  });
  if (path.startsWith('src/node/') || path === ASKS_FOR_NODE) return imports;
  const said = NODE_ONLY.flatMap((pattern) => pattern.exec(withoutComments(source))?.[0] ?? []);
  const globals = said.filter((text) => text !== 'Math.random' || !path.startsWith(DRAWS_SEEDS));
  return [...imports, ...globals.map((text) => `${path} says ${text}: only src/node may`)];
}

function importProblem(path: string, folder: string, specifier: string): string | undefined {
  const target = join(path, '..', specifier);
  if (!/\.ts$/.test(target)) return 'relative imports end in .ts';
  if (/^src\/(?!index\.ts$)/.test(path) && target === 'src/index.ts')
    return 'src/index.ts is for those outside';
  if (path === 'src/index.ts' && target.startsWith('src/node/')) return 'it must run in browsers';
  const allowed = [folder, ...MAY_IMPORT[folder]];
  return allowed.some((prefix) => target.startsWith(prefix)) ? undefined : 'not its business';
}

function packageProblem(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return path.startsWith('src/node/') ? undefined : 'only src/node may';
  const only = PACKAGES[specifier];
  if (only === undefined) return 'the engine has no dependencies';
  return only === path ? undefined : `only ${only} may`;
}

const SOURCES = new Map(
  [...codeFilesIn('src'), ...codeFilesIn('demo').filter((path) => path.endsWith('.ts'))].map((path) => [
    path,
    readFileSync(path, 'utf8'),
  ]),
);

describe('the sources', () => {
  test('are all there', () => {
    expect(SOURCES.size).toBeGreaterThan(60);
    for (const folder of Object.keys(MAY_IMPORT)) {
      expect([...SOURCES.keys()].some((path) => path.startsWith(folder))).toBe(true);
    }
  });

  test.each([...SOURCES])('%s keeps to the rules of its folder', (path, source) => {
    expect(violationsOf(path, source)).toEqual([]);
  });

  test('lie in folders that have rules', () => {
    expect(foldersWithoutRule([...SOURCES.keys()])).toEqual([]);
  });

  test('import files that exist', () => {
    const missing = [...graphOf(SOURCES)].flatMap(([path, targets]) =>
      targets
        .filter((target) => /^(src|demo)\//.test(target) && !existsSync(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });

  test('have no circle of imports, types included', () => {
    expect(findCycle(graphOf(SOURCES))).toBeUndefined();
  });

  test.each(['src', 'demo', 'bench', 'test'])('lie in folders of at most 20 files in %s', (top) => {
    expect(crowdedFolders(codeFilesIn(top), MAX_FILES_IN_FOLDER)).toEqual([]);
  });

  test.each(['src/index.ts', 'src/compression/index.ts'])(
    'let %s run without packages and without Node',
    (entry) => {
      const needed = [...reachableFrom(entry, graphOf(SOURCES))];
      expect(needed.length).toBeGreaterThan(30);
      expect(needed.filter((path) => !path.startsWith('src/') || path.startsWith('src/node/'))).toEqual([]);
    },
  );
});

test('the benchmarks beside other engines import files that exist', () => {
  const programs = codeFilesIn('bench').filter((path) => path.endsWith('.mjs'));
  const targets = programs.flatMap((path) =>
    importsOf(readFileSync(path, 'utf8'))
      .filter(isRelative)
      .map((specifier) => join(path, '..', specifier)),
  );
  // They run the build: dist/bench/main.js is made of bench/main.ts.
  const sources = targets.map((path) => path.replace(/^dist\/(.*)\.js$/, '$1.ts'));
  expect(sources.filter((path) => path.endsWith('.ts')).length).toBeGreaterThan(5);
  expect(sources.filter((path) => !existsSync(path))).toEqual([]);
});

describe('the package', () => {
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

  test('has no dependencies', () => {
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
      read('package.json');
    expect(dependencies).toEqual({});
    expect(optionalDependencies).toBeUndefined();
    expect(Object.keys(peerDependencies).sort()).toEqual(Object.keys(PACKAGES).sort());
    for (const name of Object.keys(PACKAGES)) expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  });

  test('names no registry in its lock file', () => {
    const lock = read('package-lock.json');
    const entries = Object.values(lock.packages) as Record<string, unknown>[];
    expect(entries.length).toBeGreaterThan(10);
    expect(entries.filter((entry) => 'resolved' in entry)).toEqual([]);
    expect(lock.packages[''].dependencies).toBeUndefined();
  });
});

describe('the check itself', () => {
  test.each([
    ['src/tensor/a.ts', "import { Dense } from '../layers/dense.ts';", 'not its business'],
    ['src/tensor/a.ts', "import type { Dense } from '../layers/dense.ts';", 'not its business'],
    ['src/tensor/a.ts', "import {\n  one,\n  two,\n} from '../layers/dense.ts';", 'not its business'],
    ['src/tensor/kernels/a.ts', "import { Tensor } from '../tensor.ts';", 'not its business'],
    ['src/tensor/kernels/simd/a.ts', "import { Tensor } from '../../tensor.ts';", 'not its business'],
    ['src/data/a.ts', "export * from '../autoencoder/autoencoder.ts';", 'not its business'],
    ['src/layers/a.ts', "import { Loss } from '../losses/loss.ts';", 'not its business'],
    ['src/losses/a.ts', "export { Adam } from '../optim/adam.ts';", 'not its business'],
    ['src/optim/a.ts', "import { Layer } from '../layers/layer.ts';", 'not its business'],
    ['src/autoencoder/a.ts', "import { readNpy } from '../io/numpy/npy.ts';", 'not its business'],
    ['src/training/a.ts', "import { psnr } from '../evaluation/metrics.ts';", 'not its business'],
    ['src/evaluation/a.ts', "import { fit } from '../training/fit.ts';", 'not its business'],
    ['src/io/a.ts', "import { buildLayer } from '../layers/build.ts';", 'not its business'],
    ['src/io/a.ts', "import type { Dense } from '../layers/dense.ts';", 'not its business'],
    ['src/io/a.ts', "import { fileError } from '../node/files/files.ts';", 'not its business'],
    ['src/io/a.ts', "const files = await import('../node/files/files.ts');", 'not its business'],
    ['src/io/a.ts', "import '../node/files/files.ts';", 'not its business'],
    ['src/io/a.ts', "import { compressImages } from '../compression/compress.ts';", 'not its business'],
    ['src/compression/coder/a.ts', "import { Codec } from '../codec.ts';", 'not its business'],
    ['src/compression/a.ts', "import { FileError } from '../node/files/files.ts';", 'not its business'],
    ['src/io/numpy/npz.ts', "import { parse } from 'npyjs';", 'only src/io/numpy/npy.ts may'],
    ['src/node/samples/load.ts', "import ndarray from 'ndarray';", 'only src/io/numpy/npy.ts may'],
    ['src/node/pictures/grid.ts', "import { PNG } from 'pngjs';", 'only src/node/pictures/png.ts may'],
    ['src/node/cli/main.ts', "import yargs from 'yargs';", 'no dependencies'],
    ['src/io/numpy/npy.ts', "import { readFile } from 'node:fs/promises';", 'only src/node may'],
    ['src/index.ts', "export { loadImages } from './node/samples/load.ts';", 'must run in browsers'],
    ['src/node/pictures/a.ts', "import { writeRun } from '../runs/writeRun.ts';", 'not its business'],
    ['src/node/files/a.ts', "import { say } from '../cli/terminal/output.ts';", 'not its business'],
    ['src/node/cli/train/a.ts', "import { scores } from '../evaluate/scores.ts';", 'not its business'],
    ['src/node/a.ts', "import { Tensor } from '../index.ts';", 'for those outside'],
    ['src/node/a.ts', "import { Tensor } from '../tensor/tensor.js';", 'end in .ts'],
    ['src/tensor/a.ts', 'const seed = Math.random();', 'says Math.random'],
    ['src/tensor/a.ts', 'const { exp, random } = Math;', 'says random } = Math'],
    ['src/autoencoder/a.ts', 'console.log(loss);', 'says console.'],
    ['src/autoencoder/a.ts', 'const start = Date.now();', 'says Date.now'],
    ['src/io/a.ts', 'if (process.env.DEBUG) stop();', 'says process.'],
    ['src/io/a.ts', "const fs = require('fs');", 'says require('],
    ['src/other/a.ts', '', 'a folder without rules'],
    ['demo/page/a.ts', "import { Autoencoder } from '../../src/index.ts';", 'not its business'],
    ['demo/page/a.ts', "import { Session } from '../worker/session.ts';", 'not its business'],
    ['demo/worker/a.ts', "import { text } from '../page/language.ts';", 'not its business'],
    ['demo/worker/a.ts', "import { Dense } from '../../src/layers/dense.ts';", 'not its business'],
    ['demo/worker/a.ts', "import { loadImages } from '../../src/node/index.ts';", 'not its business'],
    ['demo/messages.ts', "import { Session } from './worker/session.ts';", 'not its business'],
    ['demo/isolation.ts', "import type { Kind } from './messages.ts';", 'not its business'],
    ['src/autoencoder/a.ts', "import { Session } from '../../demo/worker/session.ts';", 'not its business'],
    ['demo/worker/a.ts', "import Papa from 'papaparse';", 'only src/io/table/rows.ts may'],
    ['src/io/a.ts', "import Papa from 'papaparse';", 'only src/io/table/rows.ts may'],
    ['demo/page/a.ts', "import { h } from 'preact';", 'no dependencies'],
    ['demo/worker/a.ts', 'const seed = Math.random();', 'says Math.random'],
    ['demo/page/a.ts', 'console.log(1);', 'says console.'],
  ])('finds what is wrong in %s: %s', (path, source, words) => {
    const violations = violationsOf(path, `/** A made-up file. */\n\n${source}\n`);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(path);
    expect(violations[0]).toContain(words);
  });

  test.each([
    ['src/tensor/a.ts', "import { naive } from './kernels/naive.ts';"],
    ['src/io/numpy/npy.ts', "import { dump, parse } from 'npyjs';"],
    ['demo/worker/a.ts', "import { Autoencoder } from '../../src/index.ts';"],
    ['demo/page/a.ts', "import type { Kind } from '../messages.ts';\nconst seed = Math.random();"],
    ['src/io/a.ts', "import type { LayerSpec } from '../layers/spec.ts';"],
    ['src/node/a.ts', "import { open } from 'node:fs/promises';\nprocess.exitCode = 1;"],
    ['src/autoencoder/a.ts', "import { Dense } from '../layers/dense.ts';"],
    ['src/autoencoder/a.ts', '/**\n * @example\n * console.log(Math.random());\n */'],
    ['src/autoencoder/a.ts', 'const x = 1; // not Date.now(): time must not count'],
    ['src/tensor/a.ts', "throw new Error('ran out of work');\nexport const from = 'x';"],
  ])('finds nothing wrong in %s: %s', (path, source) => {
    expect(violationsOf(path, source)).toEqual([]);
  });

  test('finds circles of any length, those of types too', () => {
    const files = (last: string) =>
      new Map([
        ['src/a.ts', "import { b } from './b.ts';"],
        ['src/b.ts', "import { c } from './c/c.ts';\nimport { d } from './d.ts';"],
        ['src/c/c.ts', last],
        ['src/d.ts', ''],
      ]);
    expect(findCycle(graphOf(files("import { a } from '../a.ts';")))).toEqual([
      'src/a.ts',
      'src/b.ts',
      'src/c/c.ts',
      'src/a.ts',
    ]);
    expect(findCycle(graphOf(files("export * from './c.ts';")))).toEqual(['src/c/c.ts', 'src/c/c.ts']);
    expect(findCycle(graphOf(files("import type { A } from '../a.ts';")))).toHaveLength(4);
    expect(findCycle(graphOf(files('')))).toBeUndefined();
  });

  test('finds a folder of too many files, not those below it', () => {
    const files = (folder: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${folder}/${i}.ts`);
    expect(crowdedFolders([...files('src/a', 20), ...files('src/a/b', 20)], 20)).toEqual([]);
    expect(crowdedFolders([...files('src/a', 21), ...files('src/a/b', 2)], 20)).toEqual([
      'src/a holds 21 files',
    ]);
  });

  test('finds a folder that has only the rule of the one around it', () => {
    expect(foldersWithoutRule(['src/index.ts', 'src/data/a.ts', 'src/node/cli/a.ts'])).toEqual([]);
    expect(foldersWithoutRule(['src/a.ts', 'src/data/a/b.ts', 'src/data/a/c.ts'])).toEqual([
      'src',
      'src/data/a',
    ]);
  });

  test('finds what a file needs through others', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'pngjs']],
      ['d', ['e']],
    ]);
    expect([...reachableFrom('a', graph)]).toEqual(['b', 'c', 'pngjs']);
  });
});
