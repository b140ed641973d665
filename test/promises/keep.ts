/**
 * Makes a command say its message, then does what the message recommends. The lists are beside this file: usage.ts,
 * contradictions.ts and work.ts of commands, engine.ts of calls, snippets.ts of Python.
 */

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { writeModel } from '../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { writeWav } from '../../src/io/sound/writeWav.ts';
import { npyBytes } from '../helpers/bytes/npyBytes.ts';
import { GRAY, pngBytes } from '../helpers/bytes/pngBytes.ts';
import { zipBytes } from '../helpers/bytes/zipBytes.ts';
import { type CliResult, folderWith, isthmus } from '../helpers/cli.ts';
import { asPattern } from '../helpers/messages.ts';
import { runPython } from '../helpers/python.ts';
import {
  COUNT,
  codesNpy,
  ganModel,
  imagesIdx,
  imagesNpy,
  model,
  modelBytes,
  npz,
  pixels,
  variationalModel,
} from '../node/cli/fixtures.ts';
import type { CallPromise } from './engine.ts';
import type { SnippetPromise } from './snippets.ts';
import { TABLE_FILES } from './tables.ts';

/**
 * The text of a message as it stands in the sources, a command line that makes it say so, and those that do what it
 * recommends: they must succeed and not say it again. TINY stands for the options of a training that takes no time and
 * writes to a new folder, `SAID{pattern}` for what the message says there.
 */
export type CommandPromise = readonly [says: string, wrong: string, ...advice: string[]];

/** A .npy of floats: `count` samples, each number by its place. */
function floats(count: number, sample: readonly number[], at: (i: number, j: number) => number): Uint8Array {
  const size = sample.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: count * size }, (_, k) => at(Math.floor(k / size), k % size));
  return npyBytes({ descr: '<f8', shape: [count, ...sample], values });
}

const bytes = (shape: readonly number[], values: readonly number[]) =>
  npyBytes({ descr: '|u1', shape, values });
/** Between 0 and 1, differing from sample to sample. */
const wave = (i: number, j: number) => 0.5 + 0.5 * Math.sin(1 + i * 0.7 + j * (1 + 0.1 * i));
const PER_FEATURE = {
  kind: 'minmax',
  dtype: 'f8',
  shift: [0, 0, 0, 0, 0],
  scale: [1, 10, 100, 1000, 1],
} as const;

const FILES: Readonly<Record<string, Uint8Array>> = {
  'images.npy': imagesNpy(),
  'other.npy': bytes([COUNT, 8, 8], pixels().toReversed()),
  'clean.npy': bytes(
    [COUNT, 8, 8],
    pixels().map((value) => 255 - value),
  ),
  'few.npy': imagesNpy([8, 8], 3),
  'one.npy': bytes([8, 8], pixels(64, 1)),
  'dark.npy': bytes(
    [COUNT, 8, 8],
    pixels().map((value) => value >> 4),
  ),
  'shaky.npy': bytes(
    [COUNT, 8, 8],
    pixels().map((value, i) => Math.max(0, Math.min(255, Math.round(value + 60 * Math.sin(i * i))))),
  ),
  // White pictures with a dark square somewhere.
  'white.npy': bytes(
    [COUNT, 16, 16],
    Array.from({ length: COUNT * 256 }, (_, k) => {
      const [i, y, x] = [Math.floor(k / 256), Math.floor(k / 16) % 16, k % 16];
      const isDark = Math.abs(y - ((i * 7) % 16)) < 2 && Math.abs(x - ((i * 3) % 16)) < 2;
      return isDark ? 0 : 255;
    }),
  ),
  'flat.npy': imagesNpy([64]),
  'bytes.npy': imagesNpy([5]),
  'flat-floats.npy': floats(COUNT, [64], wave),
  'table.npy': floats(COUNT, [5], (i, j) => 10 ** (j % 4) * wave(i, j)),
  'unit.npy': floats(COUNT, [5], wave),
  'beyond.npy': floats(COUNT, [5], (i, j) => 1.5 * wave(i, j) - 0.2),
  'channels.npy': floats(COUNT, [6, 2], (i, j) => (j % 2 === 0 ? 1 : 1000) * wave(i, j)),
  'sound.npy': floats(COUNT, [70], (i, j) => 0.5 + 0.5 * Math.sin(1.3 * i + 0.3 * j)),
  'labels.npy': bytes(
    [COUNT],
    Array.from({ length: COUNT }, (_, i) => i % 2),
  ),
  'classes.npy': bytes(
    [COUNT],
    Array.from({ length: COUNT }, (_, i) => i % 4),
  ),
  'few-labels.npy': bytes([3], [0, 1, 0]),
  'two.npz': npz({ a: imagesNpy(), b: imagesNpy() }),
  'images.idx': imagesIdx(),
  // Written as no program writes integers: one cell is in quotes.
  'quoted.csv': Buffer.from(
    `a,b,c\n${Array.from({ length: COUNT }, (_, i) => `${i},${(i * 7) % 50},${i === 5 ? '"9"' : (i * i) % 100}`).join('\n')}\n`,
  ),
  'decimals.csv': Buffer.from(
    `a,b\n${Array.from({ length: COUNT }, (_, i) => `${i / 4},${wave(i, 1)}`).join('\n')}\n`,
  ),
  'numbers.npy': bytes(
    [COUNT, 3],
    Array.from({ length: 3 * COUNT }, (_, k) => (k * k) % 100),
  ),
  'tone.wav': writeWav({
    samples: new Float32Array(16 * COUNT).map((_, i) => 0.5 * Math.sin(0.4 * i)),
    sampleRate: 8000,
    encoding: 's16',
  }),
  ...TABLE_FILES,
  'codes.npy': codesNpy([0, 0, 1, 0.5, -1, 2]),
  'deep.png': pngBytes({ width: 8, height: 8, depth: 16, colorType: GRAY, pixel: (x, y) => [x * 8000 + y] }),
  'model.safetensors': modelBytes(),
  'model.pt': zipBytes([{ name: 'model/data.pkl', contents: new Uint8Array(9) }]), // as torch.save begins
  'isth.npy': Uint8Array.from('\x89ISTH\r\n\x1a\n', (letter) => letter.charCodeAt(0)),
  'vae.safetensors': writeModel(variationalModel()),
  'gan.safetensors': writeModel(ganModel()),
  'table.safetensors': writeModel(model(PER_FEATURE, { inputShape: [5] })),
  'long.safetensors': modelBytes(undefined, { encodingDim: 3 }),
  'sigmoid.safetensors': modelBytes(undefined, { outputActivation: 'sigmoid' }),
  'standard.safetensors': writeModel(
    model({ kind: 'standard', dtype: 'u1', shift: 100, scale: 50 }, { outputActivation: 'sigmoid' }),
  ),
  'shallow.safetensors': modelBytes(undefined, { hidden: [] }),
  'large.safetensors': writeModel(variationalModel(undefined, { inputShape: [300, 300], hidden: [] })),
};

const RUN = '--hidden 8 --encoding-dim 2 --batch-size 20';

/** What the commands themselves make of these files. */
const PREPARATION = [
  `train --data images.npy ${RUN} --epochs 2 --out run`,
  `train --data images.npy ${RUN} --epochs 1 --kernels naive --out naive`,
  `train --count 60 ${RUN} --epochs 1 --out digits`,
  `train --data images.npy ${RUN} --epochs 1 --out unfinished`,
  'train --data table.npy --normalize standard --learning-rate 3 --hidden none --encoding-dim 2 --epochs 4 --keep best --out best',
  'export --model model.safetensors --format pytorch --out exported',
  'compress --model model.safetensors --data images.npy --out images.isth',
  'compress --model model.safetensors --data images.idx --lossless --out idx.isth',
  `train --data tone.wav --frame 16 ${RUN} --epochs 1 --out tone`,
  'compress --model tone --data tone.wav --out tone.isth',
  `train --data decimals.csv ${RUN} --epochs 1 --out decimals`,
  `train --data quoted.csv ${RUN} --epochs 1 --out integers`,
  `train --data sheet.csv ${RUN} --epochs 1 --out sheet`,
  `train --data photo.png --patches 8x8:40 ${RUN} --epochs 1 --out patches`,
  `train --data nameless.csv --missing mean ${RUN} --epochs 1 --out nameless`,
];

async function prepare(): Promise<string> {
  const cwd = folderWith(FILES);
  for (const command of PREPARATION) {
    const { code, stderr } = await isthmus(command.split(' '), { cwd });
    if (code !== 0) throw new Error(`${command}: ${stderr}`);
  }
  rmSync(join(cwd, 'unfinished/model.safetensors'));
  const weights = readSafetensors(new Uint8Array(readFileSync(join(cwd, 'exported/weights.safetensors'))));
  const tensors = Array.from(weights.tensors, ([name, tensor]) => ({ name, tensor }));
  writeFileSync(join(cwd, 'bare.safetensors'), writeSafetensors(tensors, {}));
  return cwd;
}

let prepared: Promise<string> | undefined;

/** A new folder with all files that the promises speak of. */
export async function folderOfPromises(): Promise<string> {
  prepared ??= prepare();
  const cwd = folderWith();
  cpSync(await prepared, cwd, { recursive: true });
  return cwd;
}

let trainings = 0;

/** TINY is a training that takes no time, in a new folder. */
const spelled = (line: string) => line.replace('TINY', () => `${RUN} --epochs 1 --out tiny-${++trainings}`);

/** Runs a line as it stands in a promise. */
export function runLine(line: string, cwd: string): Promise<CliResult> {
  return isthmus(line === '' ? [] : spelled(line).split(' '), { cwd });
}

const spoken = ({ stdout, stderr }: CliResult): string => `${stdout}\n${stderr}`;

/** The line of a piece of advice, in which `SAID{pattern}` is what the message says there: the first group of the pattern. */
function lineOf(advice: string, said: string): string {
  return advice.replace(/SAID\{(.*)\}/, (_, pattern) => {
    const [, words] = new RegExp(pattern).exec(said) ?? [];
    if (words === undefined) throw new Error(`no ${advice} in: ${said}`);
    return words;
  });
}

/** The options and commands that a message names. */
function namedIn(message: string): string[] {
  const options = [...message.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([option]) => option);
  const commands = [...message.matchAll(/\bisthmus ([a-z]+)\b(?!:)/g)].map(([, command]) => command);
  return [...options, ...commands];
}

/** @throws If the message is not said, or what it recommends fails or says it again. */
export async function keep([says, wrong, ...advice]: CommandPromise): Promise<void> {
  const cwd = await folderOfPromises();
  const said = spoken(await runLine(wrong, cwd));
  const pattern = asPattern(says);
  expect(said).toMatch(pattern);
  expect(advice.length).toBeGreaterThan(0);
  const lines = advice.map((each) => lineOf(each, said));
  for (const line of lines) {
    const result = await runLine(line, cwd);
    const { code, stderr } = result;
    expect({ line, code, ...(code !== 0 && { stderr }) }).toEqual({ line, code: 0 });
    // A part of a message that is one option may stand in other messages as well.
    if (says.includes(' ')) expect(spoken(result)).not.toMatch(pattern);
  }
  // What the message names was tried, or was what was wrong.
  const tried = spelled([wrong, ...lines].join('\n'));
  expect(namedIn(pattern.exec(said)?.[0] ?? '').filter((name) => !tried.includes(name))).toEqual([]);
}

/** @throws If the call does not throw this message, or a call that it recommends fails. */
export async function keepCall([says, wrong, ...advice]: CallPromise): Promise<void> {
  const error = await Promise.resolve()
    .then(wrong)
    .then(
      () => undefined,
      (reason: Error) => reason,
    );
  expect(error?.message).toMatch(asPattern(says));
  expect(advice.length).toBeGreaterThan(0);
  for (const call of advice) await call();
}

/** @throws If the command does not say these messages, or what NumPy makes by their snippet is refused. */
export async function keepSnippet(promise: SnippetPromise, python: string): Promise<void> {
  const { says, bad, wrong, snippet, advice } = promise;
  const cwd = await folderOfPromises();
  const run = (code: string) => {
    const lines = ['import os', 'import numpy as np', `os.chdir(${JSON.stringify(cwd)})`, code];
    const { status, stderr } = runPython(python, ['-c', lines.join('\n')]);
    expect({ code, status, ...(status !== 0 && { stderr }) }).toEqual({ code, status: 0 });
  };
  run(`np.random.seed(0)\nnp.save('bad.npy', ${bad})`);
  const said = spoken(await runLine(wrong, cwd));
  for (const text of says) expect(said).toMatch(asPattern(text));
  const [, expression] = snippet.exec(said) ?? [];
  if (expression === undefined) throw new Error(`no ${snippet} in: ${said}`);
  run(`arr = labels = np.load('bad.npy', allow_pickle=True)\nnp.save('good.npy', ${expression})`);
  const { code, stderr } = await runLine(advice, cwd);
  expect({ advice, code, ...(code !== 0 && { stderr }) }).toEqual({ advice, code: 0 });
  for (const text of says.filter((each) => each.includes(' '))) expect(stderr).not.toMatch(asPattern(text));
}
