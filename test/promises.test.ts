/**
 * Every message that recommends something is a promise: what it says can be done, and helps. Here all of them are found in
 * the sources, and those of the engine and of wrong usage are tried; promises.long.test.ts tries the others.
 */

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { removeFolders } from './helpers/cli.ts';
import { asPattern, messagesIn } from './helpers/messages.ts';
import { codeFilesIn } from './helpers/sources.ts';
import { CONTRADICTIONS } from './promises/contradictions.ts';
import { CALLS } from './promises/engine.ts';
import { keep, keepCall } from './promises/keep.ts';
import { NO_ADVICE, OUT_OF_REACH, TESTED_ELSEWHERE } from './promises/others.ts';
import { READING } from './promises/reading.ts';
import { SNIPPETS } from './promises/snippets.ts';
import { USAGE } from './promises/usage.ts';
import { WORK } from './promises/work.ts';

afterAll(removeFolders);

/** Those of which each is tried in every `npm test`: they read little. */
const QUICK = USAGE.slice(0, 20);

const PROMISED: ReadonlySet<string> = new Set([
  ...[...CALLS, ...USAGE, ...CONTRADICTIONS, ...WORK, ...READING].map(([says]) => says),
  ...SNIPPETS.flatMap(({ says }) => says),
  ...[NO_ADVICE, TESTED_ELSEWHERE, OUT_OF_REACH].flatMap((texts) => Object.keys(texts)),
]);

/** What is wrong with the list of promises. */
function gaps(found: ReadonlyMap<string, readonly string[]>, promised: ReadonlySet<string>): string[] {
  const all = new Set([...found.values()].flat());
  return [
    ...[...found].flatMap(([path, texts]) =>
      texts.filter((text) => !promised.has(text)).map((text) => `${path}: nobody tries: ${text}`),
    ),
    ...[...promised].filter((text) => !all.has(text)).map((text) => `nothing in src says: ${text}`),
  ];
}

const FOUND = new Map(codeFilesIn('src').map((path) => [path, messagesIn(path, readFileSync(path, 'utf8'))]));

describe('the promises', () => {
  test('are those of all messages', () => {
    expect([...FOUND.values()].flat().length).toBeGreaterThan(200);
    expect(gaps(FOUND, PROMISED)).toEqual([]);
  });

  test.each(Object.entries(TESTED_ELSEWHERE))('%s is tried in another test', (_, [file, words]) => {
    expect(readFileSync(file, 'utf8')).toContain(words);
  });

  test.each(CALLS.map((promise) => [promise[0], promise] as const))('%s', (_, promise) => keepCall(promise));

  test.each(QUICK.map((promise) => [promise[0], promise] as const))('%s', (_, promise) => keep(promise));
});

describe('the check itself', () => {
  const PLACE = '$'.concat('{'); // in a string of its own: a linter takes it for a mistake
  test.each([
    ["throw new Error('--x is wrong, expected --y.');", '--x is wrong, expected --y.'],
    [`say(\`note: ${PLACE}name} needs --x ${PLACE}value}\`);`, 'note: {} needs --x {}'],
    ["const HINT = { a: ['a kind', 'np.abs(arr)'] } as const;", 'np.abs(arr)'],
    [
      `throw new OptionError((option) => \`pass ${PLACE}option('like')}, or ${PLACE}option("key", key)}.\`);`,
      'pass --like, or --key {}.',
    ],
    ["needs('key', '--data', true);", '--key needs --data.'],
    ["const expected = ok ? 'a Tensor: Tensor.from(rows)' : '';", 'a Tensor: Tensor.from(rows)'],
    ["say('isthmus train goes on with it');", 'isthmus train goes on with it'],
    [`say(\`run ${PLACE}'npm run build'}\`);`, 'npm run build'],
  ])('finds %s', (source, text) => {
    expect(messagesIn('src/a.ts', source)).toEqual([text]);
  });

  test.each([
    "// say('--x')",
    "import { x } from './a(b).ts';",
    "throw new Error('the model has 3 layers, expected 2.');",
    "const OPTIONS = { key: text('NAME', 'With --data: the name of the array.') };",
    "const command = { help: { usage: 'isthmus train --data FILE' } };",
    "type Part = '--x';",
  ])('finds nothing in %s', (source) => {
    expect(messagesIn('src/a.ts', source)).toEqual([]);
  });

  test('misses no message and no promise', () => {
    const found = new Map([['src/a.ts', ['use --x', 'use --y']]]);
    expect(gaps(found, new Set(['use --x', 'use --z']))).toEqual([
      'src/a.ts: nobody tries: use --y',
      'nothing in src says: use --z',
    ]);
  });

  test('knows a message by any words in its places', () => {
    expect('isthmus train: --epochs is 3, expected less.').toMatch(asPattern('--{} is {}, expected less.'));
    expect('isthmus train: --epochs is 3, expected more.').not.toMatch(
      asPattern('--{} is {}, expected less.'),
    );
  });

  const PART = 'export --model model.safetensors --format pytorch --out p --part encoder';
  test.each<[string, Parameters<typeof keep>[0]]>([
    ['is not said', ['--part needs --format onnx.', 'info model.safetensors', 'info model.safetensors']],
    ['fails', ['--part needs --format onnx.', PART, 'export --model model.safetensors --format onnx']],
    [
      'does not help',
      [
        '{}, read as arr[None]',
        'encode --model model.safetensors --data one.npy --out c.npy',
        'encode --model model.safetensors --data one.npy --out d.npy',
      ],
    ],
    [
      'is not done',
      ['--min-delta needs --patience.', 'train --count 60 --min-delta 0.1', 'info model.safetensors'],
    ],
  ])('fails if advice %s', async (_, promise) => {
    await expect(keep(promise)).rejects.toThrow();
  });

  test.each<[string, Parameters<typeof keepCall>[0]]>([
    ['is not said', ['use f(x)', () => 1, () => 1]],
    [
      'throws',
      [
        'use f(x)',
        () => {
          throw new Error('use f(x)');
        },
        () => {
          throw new Error('no');
        },
      ],
    ],
  ])('fails if a call %s', async (_, promise) => {
    await expect(keepCall(promise)).rejects.toThrow();
  });
});
