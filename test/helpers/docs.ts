/**
 * README and docs as tests see them: their links, the names in them, and their commands, which are run in order on small
 * data.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anchorOf, commandsIn, fencesOf, withoutFences } from '../../scripts/markdown.mjs';
import { generateDigits } from '../../src/data/digits.ts';
import { writeNpy } from '../../src/io/numpy/npy.ts';
import { writeWav } from '../../src/io/sound/writeWav.ts';
import { encodePng } from '../../src/node/pictures/png.ts';
import { Random } from '../../src/tensor/random.ts';
import { type Files, folderWith, isthmus, removeFolders } from './cli.ts';

/** By their paths from the repository's root. */
export const PAGES: ReadonlyMap<string, string> = new Map(
  [
    ...readdirSync('.'),
    ...(readdirSync('docs', { recursive: true }) as string[]).map((name) => `docs/${name}`),
  ]
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md')
    .map((path) => [path, readFileSync(path, 'utf8')]),
);

/** The contents of a page's fenced blocks of a language. */
export function blocksOf(page: string, language: string): string[] {
  return fencesOf(page)
    .filter((fence) => fence.language === language)
    .map(({ text }) => text);
}

/** What a reader sees as prose: without fenced blocks, code in backticks and formulas. */
export function proseOf(page: string): string {
  return withoutFences(page)
    .replace(/`[^`\n]*`/g, '')
    .replace(/\$\$.*?\$\$|\$[^$\n]*\$/gs, '');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): string[] {
  const headings = withoutFences(page).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, text]) => anchorOf(text));
}

/** The commands of a page's `sh` blocks, in order, without comments. */
export function commandsOf(page: string): string[] {
  return [...new Set(blocksOf(page, 'sh').flatMap(commandsIn))];
}

/**
 * Digits in place of the images that a page's commands read, but for those that a command writes, and a table of 13 columns
 * of very different units in place of the wines and biopsies.
 */
function smallData(commands: readonly string[]): Files {
  const files: Record<string, Uint8Array> = {};
  const digits = ['images', 'test', 'fashion-train-10k', 'fashion-test-2k', 'shoes', 'mixed'];
  const isWritten = (name: string) =>
    commands.some((command) => command.endsWith(`writeDigits.js ${name}.npy`));
  for (const [i, name] of digits.entries()) {
    if (isWritten(name)) continue;
    const { labels, ...images } = generateDigits({ count: 60 - 5 * i, seed: i });
    files[`${name}.npy`] = writeNpy(images);
    files[`${name}-labels.npy`] = writeNpy({ shape: [labels.length], data: labels });
  }
  const random = new Random(1);
  const measured = (_: unknown, i: number) => 10 ** ((i % 13) / 4 - 1) * (5 + random.normal());
  files['wine.npy'] = writeNpy({ shape: [178, 13], data: Float64Array.from({ length: 178 * 13 }, measured) });
  for (const [name, count] of Object.entries({ benign: 40, biopsies: 30 })) {
    const data = Float64Array.from({ length: 30 * count }, measured);
    files[`${name}.npy`] = writeNpy({ shape: [count, 30], data });
  }
  const labels = Uint8Array.from({ length: 30 }, (_, i) => i % 2);
  files['biopsies-labels.npy'] = writeNpy({ shape: [30], data: labels });
  const names = (count: number) => Array.from({ length: count }, (_, i) => `name ${i}`).join('\n');
  const rows = Array.from({ length: 60 }, (_, i) => [5 + random.normal(), 100 * random.normal(), i % 3]);
  files['wine.csv'] = new TextEncoder().encode(`a,b,target\n${rows.join('\n')}\n`);
  files['voice.wav'] = writeWav({
    samples: Float32Array.from({ length: 40 * 512 }, (_, i) => 0.5 * Math.sin(i / 20)),
    sampleRate: 16_000,
    encoding: 's16',
  });
  const photo = readFileSync('test/golden/jpeg/ycc420.jpg');
  for (const [i, folder] of ['photos', 'pets/cat', 'pets/dog'].entries()) {
    for (let j = 0; j < 10; j++) {
      const { data } = generateDigits({ count: 1, seed: 10 * i + j });
      files[`${folder}/${j}.png`] = encodePng({ width: 28, height: 28, channels: 1, data });
    }
    files[`${folder}/photo.jpg`] = photo;
  }
  for (const name of ['photo', 'noisy-photo']) files[`${name}.jpg`] = photo;
  return { ...files, 'names.txt': names(30), 'wine-names.txt': names(13) };
}

interface Outcome {
  readonly code: unknown;
  /** What was said, if the code is not 0. */
  readonly stderr?: string;
}

/** Runs a command of a page, shorter but else as it stands; undefined if it is one of the whole repository. */
async function run(command: string, folder: string): Promise<Outcome | undefined> {
  const [, example, exampleArgs = ''] = /^node (dist\/examples\/\w+\.js)(.*)$/.exec(command) ?? [];
  if (example !== undefined) {
    const words = [resolve(example), ...wordsOf(exampleArgs)];
    if (example.endsWith('/writeDigits.js')) words.push('60');
    if (example.endsWith('/writePairs.js')) words.push('.', '60');
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
    return { code: status, ...(status !== 0 && { stderr }) };
  }
  const [, script, args = ''] = /^npm run (train|isthmus)(?: -- (.*))?$/.exec(command) ?? [];
  if (script === undefined) return undefined;
  const words = [...(script === 'train' ? ['train'] : []), ...wordsOf(args)];
  const isWithout = (...names: string[]) => !names.some((name) => words.includes(name));
  // The built-in digits are 6,000, and 100 epochs take a while.
  if (words[0] === 'train' && isWithout('--epochs')) words.push('--epochs', '2');
  if (words[0] === 'train' && isWithout('--data', '--count', '--resume')) words.push('--count', '100');
  const { code, stderr } = await isthmus(words, { cwd: folder });
  return { code, ...(code !== 0 && { stderr }) };
}

const wordsOf = (text: string): string[] => text.split(' ').filter(Boolean);

/** Whether CI runs a command that builds, tests or measures the whole repository: no test could. */
export function isRunByCi(command: string): boolean {
  const ci = readFileSync('.ci/run', 'utf8');
  if (command === 'npm test') return /npm (test|run test:all)\b/.test(ci);
  const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
  const [name] = command.split(' -- ');
  return (
    new RegExp(`${name}(?![\\w:])`).test(ci) ||
    Object.values(scripts).some((script) => script.startsWith(`${command} &&`))
  );
}

/** Runs all commands of a page, in a folder with small files of the names that they ask for. */
export function testCommandsOf(path: string): void {
  const commands = commandsOf(PAGES.get(path) ?? '');

  describe(`the commands of ${path}`, () => {
    let folder = '';
    beforeAll(() => {
      folder = folderWith(smallData(commands));
    });
    afterAll(removeFolders);

    const outcomes = new Map<string, Outcome | undefined>();

    test.each(commands)('%s', async (command) => {
      // Those above it have made the files that it reads, whichever test comes first.
      for (const one of commands.slice(0, commands.indexOf(command) + 1)) {
        if (!outcomes.has(one)) outcomes.set(one, await run(one, folder));
      }
      const outcome = outcomes.get(command);
      if (outcome === undefined)
        expect({ command, isRunByCi: isRunByCi(command) }).toMatchObject({ isRunByCi: true });
      else expect(outcome).toEqual({ code: 0 });
    });
  });
}

/** Every file of the repository that readers may be sent to, by its path from the root. */
export function repositoryFiles(): string[] {
  const tops = ['src', 'demo', 'bench', 'scripts', 'test', 'examples', 'docs'];
  return tops.flatMap((top) =>
    (readdirSync(top, { recursive: true }) as string[])
      .filter((name) => !name.includes('node_modules'))
      .map((name) => join(top, name).replaceAll('\\', '/')),
  );
}
