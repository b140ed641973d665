/** Going on with a run, and what may stop one: signals, other data, other options, another run in the same folder. */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readCheckpoint } from '../../../../src/io/checkpoint.ts';
import {
  type CliResult,
  folderWith,
  isthmus,
  isthmusProcess,
  jsonLines,
  removeFolders,
} from '../../../helpers/cli.ts';
import { imagesNpy, TINY } from '../fixtures.ts';

afterAll(removeFolders);

/** A folder with images and other images, and one finished run of 4 epochs on the first. */
async function finishedRun(): Promise<string> {
  const images = imagesNpy();
  const others = images.with(images.length - 1, images[images.length - 1] ^ 1);
  const cwd = folderWith({
    'images.npy': images,
    'others.npy': others,
    'fewer.npy': imagesNpy([8, 8], 20),
    'test.npy': imagesNpy([8, 8], 10),
  });
  const { code } = await isthmus(trainArgs(4), { cwd });
  expect(code).toBe(0);
  return cwd;
}

const trainArgs = (epochs: number, out = 'run') => [
  ...['train', '--data', 'images.npy', '--test-data', 'test.npy', ...TINY],
  ...['--epochs', String(epochs), '--out', out],
];

let shared: Promise<string> | undefined;

/** One for all tests that leave it as it is. */
function sharedRun(): Promise<string> {
  shared ??= finishedRun();
  return shared;
}

function modelOf(cwd: string, run = 'run'): string {
  return readFileSync(join(cwd, run, 'model.safetensors')).toString('latin1');
}

/** The last line of what a command said; it must have failed with this code. */
async function refusal(code: number, ...words: readonly string[]): Promise<string> {
  const result = await isthmus(['train', ...words], { cwd: await sharedRun() });
  expect(result).toMatchObject({ code, stdout: '' });
  return result.stderr.trimEnd().split('\n').at(-1)!;
}

describe('a run is not resumed', () => {
  test.each([
    ['--learning-rate 0.01', /--learning-rate is 0\.01, the run has 0\.001/],
    ['--hidden 4 --seed 2', /--hidden is 4, the run has 8; --seed is 2, the run has 0/],
    ['--keep last', /--keep is last, the run has best/],
    ['--epochs 3', /--epochs is 3, the run has 4/],
    ['--epochs 9 --schedule cosine', /--schedule is cosine, the run has constant/],
    ['--overwrite', /--resume goes on with a run, --overwrite starts it from the beginning/],
    ['--out other', /--resume run and --out other are two folders/],
    ['--checkpoint-every 0', /--checkpoint-every is '0', expected a number of epochs such as 5, or a time/],
    ['--checkpoint-every 1.5', /expected a number of epochs/],
    ['--checkpoint-every 10x', /expected a number of epochs/],
  ])('with %s: exit code 2', async (words, says) => {
    expect(await refusal(2, '--resume', 'run', ...words.split(' '))).toMatch(says);
  });

  test.each([
    [
      '--data others.npy',
      /other data: its data had the same shape and type, \[40, 8, 8\] u1, but other values/,
    ],
    ['--data fewer.npy', /other data: its data was \[40, 8, 8\] u1, this is \[20, 8, 8\] u1/],
    ['--test-data fewer.npy', /its test data was \[10, 8, 8\], this is \[20, 8, 8\]/],
    ['--data gone.npy', /can't read gone\.npy: there is no such file/],
    ['--kernels naive', /computed by the simd kernels, but now the naive kernels are in use/],
  ])('with %s: exit code 1', async (words, says) => {
    expect(await refusal(1, '--resume', 'run', ...words.split(' '))).toMatch(says);
  });

  test('without a folder, in one that is not there, or where nothing is', async () => {
    expect(await refusal(2, '--resume')).toMatch(/--resume needs the folder of a run/);
    expect(await refusal(1, '--resume', 'nowhere')).toMatch(
      /can't read nowhere: there is no such file or folder/,
    );
    expect(await refusal(1, '--resume', '.')).toMatch(
      /nothing to resume in \.: expected a checkpoint\.safetensors/,
    );
  });

  test('from a damaged checkpoint', async () => {
    const bytes = readFileSync(join(await sharedRun(), 'run/checkpoint.safetensors'));
    bytes[bytes.length - 9] ^= 1;
    const cwd = folderWith({ 'run/checkpoint.safetensors': bytes });
    const { code, stderr } = await isthmus(['train', '--resume', 'run'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /checkpoint\.safetensors: the checkpoint is damaged: its checksum is not that of its contents/,
    );
    expect(readdirSync(join(cwd, 'run'))).toEqual(['checkpoint.safetensors']);
  });
});

describe('a run is resumed', () => {
  test('for more epochs, on data that has moved, as if they had been planned', async () => {
    const cwd = await finishedRun();
    mkdirSync(join(cwd, 'elsewhere'));
    renameSync(join(cwd, 'images.npy'), join(cwd, 'elsewhere/images.npy'));
    const resumed = await isthmus(
      [
        'train',
        '--resume',
        'run',
        '--data',
        'elsewhere/images.npy',
        '--epochs',
        '6',
        '--json',
        '--threads',
        '1',
      ],
      { cwd },
    );
    expect(resumed.code).toBe(0);
    const lines = jsonLines(resumed.stdout);
    expect(lines[0]).toMatchObject({ event: 'start', resumedFrom: { epoch: 5, batch: 0 } });
    expect(lines.slice(1, -1).map(({ epoch }) => epoch)).toEqual([5, 6]);
    const history = readFileSync(join(cwd, 'run/history.csv'), 'utf8').trimEnd().split('\n');
    expect(history.slice(1).map((row) => row.split(',')[0])).toEqual(['1', '2', '3', '4', '5', '6']);
    renameSync(join(cwd, 'elsewhere/images.npy'), join(cwd, 'images.npy'));
    await isthmus(trainArgs(6, 'long'), { cwd });
    expect(modelOf(cwd)).toBe(modelOf(cwd, 'long'));
  });

  test('when it is done already: the same files are written again', async () => {
    const cwd = await finishedRun();
    const before = modelOf(cwd);
    writeFileSync(join(cwd, 'run/model.safetensors'), 'lost');
    expect(await isthmus(['train', '--resume', 'run'], { cwd })).toMatchObject({ code: 0 });
    expect(modelOf(cwd)).toBe(before);
  });

  test('by --resume --out, which starts where there is nothing yet', async () => {
    const cwd = folderWith({ 'images.npy': imagesNpy(), 'test.npy': imagesNpy([8, 8], 10) });
    const first = await isthmus([...trainArgs(2), '--resume'], { cwd });
    const second = await isthmus([...trainArgs(2), '--resume'], { cwd });
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stderr).not.toMatch(/resuming/);
    expect(second.stderr).toMatch(/^resuming run after epoch 2$/m);
  });
});

test('--keep last keeps the weights of the last step, and the run says so', async () => {
  const cwd = await sharedRun();
  const { stdout } = await isthmus([...trainArgs(2, 'last'), '--keep', 'last'], { cwd });
  expect(stdout).toMatch(/^2 epochs in .*; the weights are those of the last step$/m);
});

/** Starts a long run and calls back at its first epoch. */
async function longRun(
  cwd: string,
  onFirstEpoch: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<CliResult> {
  const words = [...trainArgs(100_000), '--checkpoint-every', '0.05s'];
  return isthmusProcess(words, {
    cwd,
    onStart: (child) => {
      let said = '';
      let hasBegun = false;
      child.stderr?.on('data', (text: string) => {
        said += text;
        if (hasBegun || !/^epoch 1\//m.test(said)) return;
        hasBegun = true;
        onFirstEpoch((signal) => child.kill(signal));
      });
    },
  });
}

const hiddenIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.'));

describe('a signal', () => {
  const files = { 'images.npy': imagesNpy(), 'test.npy': imagesNpy([8, 8], 10) };

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s once writes everything and says how to go on',
    async (signal) => {
      const cwd = folderWith(files);
      const { code, stderr } = await longRun(cwd, (kill) => kill(signal));
      expect(code).toBe(130);
      expect(stderr).toMatch(/^to go on: isthmus train --resume run$/m);
      expect(existsSync(join(cwd, 'run/model.safetensors'))).toBe(true);
      readCheckpoint(readFileSync(join(cwd, 'run/checkpoint.safetensors')));
      expect(hiddenIn(join(cwd, 'run'))).toEqual([]);
    },
  );

  test('twice ends at once; the checkpoint is whole, nothing else is left', async () => {
    const cwd = folderWith(files);
    const { code } = await longRun(cwd, (kill) => {
      kill('SIGINT');
      setTimeout(() => kill('SIGINT'), 1);
    });
    expect(code).toBe(130);
    readCheckpoint(readFileSync(join(cwd, 'run/checkpoint.safetensors')));
    expect(hiddenIn(join(cwd, 'run'))).toEqual([]);
  });

  test('the folder of a run that lives is refused, that of a killed one is taken', async () => {
    const cwd = folderWith(files);
    let second: Promise<CliResult> | undefined;
    const first = await longRun(cwd, (kill) => {
      second = isthmusProcess(['train', '--resume', 'run'], { cwd });
      void second.then(() => kill('SIGKILL'));
    });
    expect(first.code).toBe('SIGKILL');
    expect(await second).toMatchObject({ code: 1 });
    expect((await second)?.stderr).toMatch(
      /run is in use by another run, process \d+: expected another folder/,
    );
    expect(hiddenIn(join(cwd, 'run'))).not.toEqual([]);
    const third = await isthmus([...trainArgs(1), '--overwrite'], { cwd });
    expect(third.code).toBe(0);
    expect(hiddenIn(join(cwd, 'run'))).toEqual([]);
  });

  test('of another machine a run is taken to live as long as its lock is touched', async () => {
    const lock = JSON.stringify({ pid: 1, host: 'elsewhere', started: '1' });
    const cwd = folderWith({ ...files, 'run/.running-elsewhere-1': lock, 'run/config.json': '{}' });
    const { code, stderr } = await isthmus([...trainArgs(1), '--overwrite'], { cwd });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/process 1 on elsewhere/),
    });
  });

  test('a process number that another process has by now is no obstacle', async () => {
    const name = `run/.running-${hostname()}-${process.pid}`;
    const lock = JSON.stringify({ pid: process.pid, host: hostname(), started: '1' });
    const cwd = folderWith({ ...files, [name]: lock, 'run/config.json': '{}' });
    expect(await isthmusProcess([...trainArgs(1), '--overwrite'], { cwd })).toMatchObject({ code: 0 });
    expect(hiddenIn(join(cwd, 'run'))).toEqual([]);
  });
});
