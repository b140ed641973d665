/** What --kernels and --threads do, and do not. */

import { afterAll, describe, expect, test } from '@jest/globals';
import {
  contentsOf,
  folderWith,
  isthmus,
  isthmusProcess,
  jsonLines,
  removeFolders,
} from '../../../helpers/cli.ts';
import { imagesNpy } from '../fixtures.ts';

afterAll(removeFolders);

/** Trains 3 epochs of a network whose products are large enough to be shared, and returns the model file. */
async function trainedModel(...options: string[]): Promise<{ model: string; stderr: string }> {
  const cwd = folderWith();
  const network = '--count 300 --epochs 3 --batch-size 64 --hidden 256 --encoding-dim 16 --out run';
  const { code, stderr } = await isthmus(['train', ...network.split(' '), ...options], { cwd });
  expect(code).toBe(0);
  return { model: contentsOf(cwd)['run/model.safetensors'], stderr };
}

describe('3 epochs of training', () => {
  test('give the same model file, byte for byte, with 1, 2 and 3 threads', async () => {
    const runs = await Promise.all(['1', '2', '3'].map((count) => trainedModel('--threads', count)));
    expect(runs[0].model.length).toBeGreaterThan(100_000);
    expect(runs.map(({ model }) => model === runs[0].model)).toEqual([true, true, true]);
    for (const [i, { stderr }] of runs.entries()) {
      // On a machine without SIMD there is one thread, whatever is asked for.
      expect(stderr).toMatch(
        /simd/.test(stderr) ? new RegExp(`simd kernels, ${i + 1} thread`) : /, 1 thread\n/,
      );
    }
  });

  test('negative control: other kernels give another file', async () => {
    const [simd, blocked] = await Promise.all([trainedModel(), trainedModel('--kernels', 'blocked')]);
    expect(blocked.stderr).toContain('blocked kernels, 1 thread\n');
    // The kernels' name is in the file, but so are the weights, and they differ in their last bits.
    const weights = (model: string) => model.slice(-50_000);
    expect(weights(blocked.model) === weights(simd.model)).toBe(false);
  });
});

test.each([
  ['train --count 20 --epochs 1'],
  ['encode --model run --data images.npy --out codes.npy'],
  ['evaluate --model run --data images.npy'],
])('%s refuses threads for kernels that have none, before it does anything', async (line) => {
  const cwd = folderWith({ 'images.npy': imagesNpy() });
  const before = contentsOf(cwd);
  const result = await isthmus([...line.split(' '), '--kernels', 'blocked', '--threads', '2'], { cwd });
  expect(result).toEqual({
    code: 2,
    stdout: '',
    stderr: `isthmus ${line.split(' ')[0]}: --threads is 2, expected 1: the blocked kernels run on one thread. See isthmus ${line.split(' ')[0]} --help.\n`,
  });
  expect(contentsOf(cwd)).toEqual(before);
});

describe('simd-fma', () => {
  const words =
    'train --count 20 --epochs 1 --hidden 4 --encoding-dim 2 --out run --threads 2 --kernels'.split(' ');
  const note =
    /^note: this machine, or its version of Node, has no simd-fma kernels: the (\w+) kernels compute\.$/m;

  test('computes where the machine has it, else another set and a note', async () => {
    const { code, stderr } = await isthmus([...words, 'simd-fma'], { cwd: folderWith() });
    expect(code).toBe(0);
    expect(stderr).toMatch(/simd-fma kernels, 2 threads\n/);
    expect(stderr).not.toMatch(note);
    const { stderr: without } = await isthmusProcess([...words, 'simd-fma'], {
      cwd: folderWith(),
      env: { NODE_OPTIONS: '--jitless' },
    });
    expect(note.exec(without)?.[1]).toBe('blocked');
    expect(without).toContain('blocked kernels, 1 thread\n');
  });

  test('is what fast means, without a note where the machine does not have it', async () => {
    const { stderr } = await isthmus([...words, 'fast'], { cwd: folderWith() });
    expect(stderr).toMatch(/simd-fma kernels, 2 threads\n/);
    const env = { NODE_OPTIONS: '--jitless' };
    const { code, stderr: without } = await isthmusProcess([...words, 'fast'], { cwd: folderWith(), env });
    expect(code).toBe(0);
    expect(without).not.toMatch(/^note/m);
  });

  test.each(['simd-fma', 'fast'])('compress refuses --kernels %s, before it does anything', async (name) => {
    const line = `compress --model run --data images.npy --out images.isth --kernels ${name}`.split(' ');
    expect(await isthmus(line, { cwd: folderWith() })).toEqual({
      code: 2,
      stdout: '',
      stderr: `isthmus compress: --kernels is '${name}', expected one of: naive, blocked, simd. See isthmus compress --help.\n`,
    });
  });
});

test('where there is no WebAssembly, the blocked kernels are used without a word, and info says so', async () => {
  const cwd = folderWith();
  const env = { NODE_OPTIONS: '--jitless' };
  const words = 'train --count 20 --epochs 1 --hidden 4 --encoding-dim 2 --out run --threads 2'.split(' ');
  const { code, stderr } = await isthmusProcess(words, { cwd, env });
  expect(code).toBe(0);
  expect(stderr).toContain('blocked kernels, 1 thread\n');
  expect(stderr).not.toMatch(/^note/m);
  const info = await isthmusProcess(['info', 'run', '--json'], { cwd, env });
  expect(jsonLines(info.stdout)[0]).toMatchObject({ machine: { kernels: 'blocked' } });
});
