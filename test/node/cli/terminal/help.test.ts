import { existsSync, openSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { compressCommand } from '../../../../src/node/cli/compress/compress.ts';
import { decompressCommand } from '../../../../src/node/cli/compress/decompress.ts';
import { decodeCommand } from '../../../../src/node/cli/decode.ts';
import { encodeCommand } from '../../../../src/node/cli/encode.ts';
import { evaluateCommand } from '../../../../src/node/cli/evaluate/evaluate.ts';
import { exportCommand } from '../../../../src/node/cli/export.ts';
import { generateCommand } from '../../../../src/node/cli/generate/generate.ts';
import { interpolateCommand } from '../../../../src/node/cli/generate/interpolate.ts';
import { manifoldCommand } from '../../../../src/node/cli/generate/manifold.ts';
import { traverseCommand } from '../../../../src/node/cli/generate/traverse.ts';
import { importCommand } from '../../../../src/node/cli/import.ts';
import { infoCommand } from '../../../../src/node/cli/info.ts';
import { reconstructCommand } from '../../../../src/node/cli/reconstruct.ts';
import type { Command } from '../../../../src/node/cli/terminal/help.ts';
import { formatHelp } from '../../../../src/node/cli/terminal/help.ts';
import { flag, integers, number, text } from '../../../../src/node/cli/terminal/options.ts';
import { trainCommand } from '../../../../src/node/cli/train/train.ts';
import { folderWith, isthmus, isthmusProcess, removeFolders } from '../../../helpers/cli.ts';

const COMMANDS: readonly (readonly [name: string, command: Command])[] = [
  ['train', trainCommand],
  ['evaluate', evaluateCommand],
  ['encode', encodeCommand],
  ['decode', decodeCommand],
  ['reconstruct', reconstructCommand],
  ['generate', generateCommand],
  ['interpolate', interpolateCommand],
  ['manifold', manifoldCommand],
  ['traverse', traverseCommand],
  ['compress', compressCommand],
  ['decompress', decompressCommand],
  ['export', exportCommand],
  ['import', importCommand],
  ['info', infoCommand],
];

afterAll(removeFolders);

describe('--help', () => {
  test.each(COMMANDS)('of %s lists every option on stdout, in at most 80 columns', async (name, { help }) => {
    const { code, stdout, stderr } = await isthmus([name, '--help'], { cwd: folderWith() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: isthmus ${name} `));
    for (const [, options] of help.groups) {
      for (const [option, { placeholder }] of Object.entries(options)) {
        expect(stdout).toContain(`\n  --${option}${placeholder ? ` ${placeholder}` : ' '}`);
      }
    }
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toMatch(/ $|undefined|\[object/m);
  });

  test('may stand anywhere, be short, or be a command', async () => {
    const cwd = folderWith();
    const [expected, ...others] = await Promise.all(
      [
        ['info', '--help'],
        ['info', 'nowhere', '-h'],
        ['help', 'info'],
      ].map((words) => isthmus(words, { cwd })),
    );
    for (const other of others) expect(other).toEqual(expected);
    const [overview, same] = await Promise.all(
      [['--help'], ['help']].map((words) => isthmus(words, { cwd })),
    );
    expect(overview).toMatchObject({ code: 0, stderr: '' });
    expect(same).toEqual(overview);
  });

  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
    );
    expect(await isthmus(['--version'], { cwd: folderWith() })).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  test('is not troubled by a reader that closes the pipe', async () => {
    const result = await isthmusProcess(['train', '--help'], {
      cwd: folderWith(),
      onStart: (child) => child.stdout?.destroy(), // long before the first line
    });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  const fullDevice = '/dev/full';
  (existsSync(fullDevice) ? test : test.skip)('that cannot be written is a failure', async () => {
    const result = await isthmusProcess(['train', '--help'], {
      cwd: folderWith(),
      stdout: openSync(fullDevice, 'w'), // a device of Linux whose disk is always full: elsewhere there is none
    });
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: "isthmus: can't write to stdout: no space is left.\n",
    });
  });
});

describe('formatHelp', () => {
  const page = (help: string): string =>
    formatHelp({
      usage: 'isthmus try',
      description: ['One word after the other. '.repeat(9).trimEnd(), 'Short.'],
      groups: [
        [
          'Options',
          {
            name: text('NAME', help),
            'an-option-whose-name-is-long': number(3, {}, 'Counts.'),
            widths: integers([4, 2], 'Lists.'),
            help: flag('Shows.'),
          },
        ],
      ],
      sections: [['Examples', ['isthmus try', 'isthmus try again']]],
    });

  test('puts options, what they do and their defaults in two columns', () => {
    expect(page('Says.').split('\n').slice(8)).toEqual([
      'Options:',
      `${'  --name NAME'.padEnd(28)}Says.`,
      '  --an-option-whose-name-is-long N',
      `${' '.repeat(28)}Counts. [3]`,
      `${'  --widths N,N,…'.padEnd(28)}Lists. [4,2]`,
      `${'  --help'.padEnd(28)}Shows.`,
      '',
      'Examples:',
      '  isthmus try',
      '  isthmus try again',
      '',
    ]);
  });

  test('wraps at 80 columns and loses no word', () => {
    const help =
      'It wraps here and there, wherever a word would be the first to stand too far to the right of all.';
    const lines = page(help).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const words = page(help).split(/\s+/).join(' ');
    expect(words).toContain(help);
    expect(words).toContain('One word after the other. '.repeat(9).trimEnd());
    expect(lines.filter((line) => /^ {28}\S/.test(line)).length).toBeGreaterThan(1);
  });

  test('leaves a word that is too long whole', () => {
    const word = 'x'.repeat(90);
    expect(page(`See ${word} there.`)).toContain(`\n${' '.repeat(28)}${word}\n`);
  });
});
