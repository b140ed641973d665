/**
 * The build: scripts/engineFiles.mjs puts the modules of the engine into four files, and in place of each a line that exports
 * its names from there.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { builtFile, runScript } from './helpers/script.ts';
import { codeFilesIn, importsOf } from './helpers/sources.ts';

const FILES = ['./basics.js', './core.js', './convolutions.js', './others.js'];

const builtOf = (source: string) => source.replace(/\.ts$/, '.js').replace(/^src\//, '');
const read = (path: string) => readFileSync(`dist/src/${path}`, 'utf8');
const isLine = (text: string) =>
  /^export \{[^}]*\} from '[./]+\/(basics|core|convolutions|others)\.js';\n$/.test(text);
const modules = codeFilesIn('src').filter((path) => isLine(read(builtOf(path))));

test('whoever imports the engine loads five files, the command line at first only one of them', () => {
  expect(modules).toContain('src/index.ts');
  expect(modules.length).toBeGreaterThan(100);
  expect(modules.filter((path) => path.startsWith('src/node/'))).toEqual([]);
  const imports = FILES.map((path) => importsOf(read(path).replaceAll(/\bfrom"/g, ' from"')));
  expect(imports.map((paths) => [...new Set(paths)].filter((path) => !FILES.includes(path)))).toEqual([
    [],
    [],
    [],
    [],
  ]);
  expect(imports[0]).toEqual([]);
  for (const path of FILES) expect(read(path)).not.toMatch(/\bclass _/); // the names of classes in stack traces
});

test('each module exports what its source does, and all share one state', async () => {
  const { stdout, stderr } = await runScript(`
    const { Tensor, setKernels } = await import('${builtFile('index.js')}');
    const { kernels } = await import('${builtFile('tensor/kernels/active.js')}');
    setKernels('naive');
    const paths = ${JSON.stringify(modules.map((path) => builtFile(builtOf(path))))};
    const names = await Promise.all(paths.map(async (path) => Object.keys(await import(path))));
    console.log(JSON.stringify({ kernels: kernels().name, tensor: Tensor.name, names }));`);
  expect(stderr).toBe('');
  const { names, ...state } = JSON.parse(stdout);
  expect(state).toEqual({ kernels: 'naive', tensor: 'Tensor' });
  const sources: object[] = [];
  for (const path of modules) sources.push(await import(`../${path}`)); // at once, jest's loader loses some
  expect(names).toEqual(sources.map((source) => Object.keys(source)));
});
