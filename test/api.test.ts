/**
 * The API reference: every public name has a comment, classes and functions have an example, each example runs and gives
 * what it says, and docs/api.md is what `npm run docs:api` writes.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseComment, publicApi, undocumented } from '../scripts/api/declarations.mjs';
import { renderApi } from '../scripts/api/page.mjs';
import * as compression from '../src/compression/index.ts';
import * as engine from '../src/index.ts';
import * as io from '../src/io/index.ts';
import * as node from '../src/node/index.ts';
import { folderWith, removeFolders } from './helpers/cli.ts';

const API = publicApi();
const NAMES: Readonly<Record<string, unknown>> = { ...node, ...io, ...compression, ...engine };

test('every public name that exists at run time is in it, and no other', () => {
  const code = API.filter(({ kind }) => ['class', 'function', 'const'].includes(kind)).map(
    ({ name }) => name,
  );
  expect(code.sort()).toEqual(Object.keys(NAMES).sort());
});

test('every public name and method has a comment, every class and function an example, and parameters are there', () => {
  expect(undocumented(API)).toEqual([]);
});

test('a name without a comment is found, a method, and a parameter that is gone', () => {
  const [one] = API.filter(({ kind }) => kind === 'function');
  const doc = parseComment('');
  expect(undocumented([{ ...one, name: 'bare', doc }])).toEqual([
    'bare has no comment',
    'bare has no example',
  ]);
  const members = [
    { name: 'run', signature: 'run(x: Tensor): void', doc },
    { name: 'width', signature: 'readonly width: number', doc }, // a field may speak for itself
    { name: 'constructor', signature: 'constructor(y: number)', doc: parseComment('@param x - Any number.') },
  ];
  expect(undocumented([{ ...one, name: 'Bare', members }])).toEqual([
    'Bare.run has no comment',
    'constructor has no parameter x',
  ]);
});

test('what a public type is made of is shown, although it has no name outside', () => {
  const options = API.find(({ name }) => name === 'AutoencoderOptions');
  expect(options?.inner.flatMap(({ members }) => members.map(({ name }) => name))).toContain('seed');
  const unexplained = API.filter(({ signature, members }) =>
    /\(typeof \w+\)/.test([signature, ...members.map((member) => member.signature)].join('\n')),
  );
  expect(unexplained.map(({ name }) => name)).toEqual([]);
});

test('docs/api.md is up to date: npm run docs:api writes it', () => {
  expect(readFileSync('docs/api.md', 'utf8')).toBe(renderApi(API));
});

/** A value behind a statement: `// [2, 3]`, `// 0.5`, `// 'mse'`, `// true`. */
const STATED =
  /^(?:const (\w+) = )?(.*);\s*\/\/ (\[[^\]]*\]|-?[\d.]+(?:e[+-]?\d+)?|'[^']*'|true|false|undefined)$/;

/** Begins as a value, but goes on in another way. */
const LIKE_A_VALUE = /;\s*\/\/ (?:[[\d'"-]|true\b|false\b|undefined\b)/;

/** An example whose stated values are compared with those that it computes. */
function programOf(example: string): string {
  return example
    .split('\n')
    .map((line) => {
      const [, name, expression, value] = STATED.exec(line) ?? [];
      if (value === undefined && LIKE_A_VALUE.test(line)) throw new Error(`Not compared: ${line}`);
      if (value === undefined) return line;
      return name === undefined ? `same(${expression}, ${value});` : `${line}\nsame(${name}, ${value});`;
    })
    .join('\n');
}

/** A tensor is told by its shape, an array of numbers by its values. */
function plain(value: unknown): unknown {
  if (value instanceof engine.Tensor) return value.shape;
  return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
}

/** What the head of docs/api.md says that the examples know. */
const digits = engine.generateDigits({ count: 100, seed: 1 });
const images = engine.normalize(digits);
const autoencoder = new engine.Autoencoder({ inputShape: [28, 28], seed: 42 });
await autoencoder.fit(images, { epochs: 2 });
const KNOWN = { images, labels: digits.labels, autoencoder, codes: autoencoder.encode(images) };

/** Runs an example with all public names in scope, in a folder of its own. */
async function runExample(example: string): Promise<void> {
  const same = (value: unknown, expected: unknown) => expect(plain(value)).toEqual(expected);
  const console = { log: () => {} };
  const scope = { ...NAMES, ...KNOWN, same, console };
  const AsyncFunction = (async () => {}).constructor as new (
    ...texts: string[]
  ) => (...values: unknown[]) => unknown;
  const run = new AsyncFunction(...Object.keys(scope), `{\n${programOf(example)}\n}`);
  const before = process.cwd();
  process.chdir(folderWith({}));
  try {
    await run(...Object.values(scope));
  } finally {
    process.chdir(before);
    removeFolders();
  }
}

describe('the examples', () => {
  const examples = API.flatMap(({ name, doc, members }) => [
    ...doc.examples.map((example) => ({ name, example })),
    ...members.flatMap((member) =>
      member.doc.examples.map((example) => ({ name: `${name}.${member.name}`, example })),
    ),
  ]);

  test.each(examples)('$name', async ({ example }) => {
    await runExample(example);
  });

  test('that fail, or give something else, are found', async () => {
    await expect(runExample('new Dense(0, 1);')).rejects.toThrow('Dense');
    await expect(runExample('new Dense(2, 3).outFeatures; // 4')).rejects.toThrow('4');
    await expect(runExample('new Dense(2, 3).outFeatures; // 3, as asked for')).rejects.toThrow(
      'Not compared',
    );
    await expect(
      runExample('const layer = new Dense(2, 3);\nlayer.weight.value.shape; // [2, 4]'),
    ).rejects.toThrow();
    await runExample(
      'const layer = new Dense(2, 3);\nconst { shape } = layer.weight.value;\nshape; // [2, 3]',
    );
  });
});
