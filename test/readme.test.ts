/** The README's commands and examples are run; what they print must be what stands there. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateDigits } from '../src/data/digits.ts';
import { writeNpy } from '../src/io/numpy/npy.ts';
import { Random } from '../src/tensor/random.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const ci = readFileSync(join(root, '.ci/run'), 'utf8');
const main = join(root, 'dist/src/node/cli/main.js');

/** The contents of the fenced blocks of a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , text]) => text);
}

/** A table as that of the README: 178 rows, 13 columns of very different units. */
function wine() {
  const random = new Random(1);
  const data = Float64Array.from(
    { length: 178 * 13 },
    (_, i) => 10 ** ((i % 13) / 4 - 1) * (5 + random.normal()),
  );
  return { shape: [178, 13], data };
}

const commands = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .flatMap((line) => line.replace(/ +#.*/, '').split(' && '))
  .filter((command) => command !== '');

describe('the commands', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'isthmus-readme-'));
    for (const [i, name] of ['images', 'test', 'fashion-train-10k', 'fashion-test-2k'].entries()) {
      const { labels, ...digits } = generateDigits({ count: 60 - 10 * i, seed: i });
      writeFileSync(join(folder, `${name}.npy`), writeNpy(digits));
      writeFileSync(join(folder, `${name}-labels.npy`), writeNpy({ shape: [labels.length], data: labels }));
    }
    writeFileSync(join(folder, 'wine.npy'), writeNpy(wine()));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('there are some', () => {
    expect(commands.length).toBeGreaterThan(10);
  });

  /** The exit code, and what was said if it is not 0. Nothing where CI runs the command. */
  function run(command: string): object | undefined {
    const [, script, args = ''] = /^npm run (train|isthmus)(?: -- (.*))?$/.exec(command) ?? [];
    if (script === undefined) return undefined;
    const words = [...(script === 'train' ? ['train'] : []), ...args.split(' ').filter(Boolean)];
    // Shorter, but else as it stands: the built-in digits are 6,000, and 100 epochs take minutes.
    if (words[0] === 'train' && !words.includes('--epochs')) words.push('--epochs', '2');
    const isDrawn = !['--data', '--count', '--resume'].some((word) => words.includes(word));
    if (words[0] === 'train' && isDrawn) words.push('--count', '100');
    const { status, stderr } = spawnSync(process.execPath, [main, ...words], {
      cwd: folder,
      env: { ...process.env, INIT_CWD: folder }, // where the user stands, as npm tells it
      encoding: 'utf8',
    });
    return { status, ...(status !== 0 && { stderr }) };
  }

  const inOrder = [...new Set(commands)];
  const outcomes = new Map<string, object | undefined>();

  test.each(inOrder)('%s', (command) => {
    // Those above it have made the files that it reads, whichever test comes first.
    for (const one of inOrder.slice(0, inOrder.indexOf(command) + 1)) {
      if (!outcomes.has(one)) outcomes.set(one, run(one));
    }
    const outcome = outcomes.get(command);
    // What builds, tests and measures the whole repository is run by CI, not inside a test.
    if (outcome === undefined) expect(ci).toContain(command);
    else expect(outcome).toEqual({ status: 0 });
  });
});

describe('the examples', () => {
  const examples = ['quickstart', 'composeNetwork'];

  test('stand in the README as they are in their files', () => {
    const sources = examples.map((name) => readFileSync(join(root, 'examples', `${name}.ts`), 'utf8'));
    expect(blocks('ts')).toEqual(sources);
  });

  test.each(examples)('%s prints what the README says', (name) => {
    const program = join(root, `dist/examples/${name}.js`);
    const env = { PATH: process.env.PATH }; // no colours
    const { stdout, stderr } = spawnSync(process.execPath, [program], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(blocks('text')).toContain(stdout);
  });
});

test('the map names every source file, and none that is not there', () => {
  const named = [...readme.matchAll(/`(src\/[\w/.-]+\.ts)`/g)].map(([, path]) => path);
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll('\\', '/'));
  expect([...new Set(named)].sort()).toEqual(files.sort());
});
