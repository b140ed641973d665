/**
 * Inputs that users brought and that went wrong once, as in ../shared/reports: each row of its table that is about using, with
 * what is right. Skipped where that folder is missing; the tests beside this one have smaller inputs of the same kinds.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readModel } from '../../../src/io/model.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';

const REPORTS = resolve('../shared/reports');
const isThere = existsSync(REPORTS);
if (!isThere) console.log(`skipped: there is no ${REPORTS}`);
const reportTest = isThere ? test : test.skip;

afterAll(removeFolders);

const start = () => {
  const cwd = folderWith();
  const run = (line: string) => isthmus(line.replaceAll('REPORTS', REPORTS).split(' '), { cwd });
  const fileIn = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
  return { run, fileIn };
};

reportTest('table-64-columns-scaled.npy is a table, not images of 8×8', async () => {
  const { run } = start();
  const data = '--data REPORTS/table-64-columns-scaled.npy';
  const trained = await run(`train ${data} --epochs 5 --out run`);
  expect(trained.stderr).toContain('400 samples of 64 numbers');
  const evaluated = await run(`evaluate --model run ${data} --anomalies 3`);
  expect(evaluated.stdout).toMatch(/MSE +MAE +R²/);
  expect(evaluated.stdout).not.toContain('PSNR');
  expect(evaluated.stdout).toContain('features (share of the error)');
});

reportTest('table-13-one-row.npy is one sample for a model that takes 13 numbers', async () => {
  const { run, fileIn } = start();
  await run('train --data REPORTS/table-13.npy --normalize standard --encoding-dim 3 --epochs 3 --out run');
  const encoded = await run('encode --model run --data REPORTS/table-13-one-row.npy --out code.npy');
  expect(encoded).toMatchObject({ code: 0, stderr: expect.stringContaining('arr[None]') });
  expect(readNpy(fileIn('code.npy')).shape).toEqual([1, 3]);
  const judged = await run('evaluate --model run --data REPORTS/table-13-one-row.npy --anomalies --json');
  const { anomalies } = JSON.parse(judged.stdout);
  expect(anomalies).toEqual([expect.objectContaining({ index: 0, percentile: expect.any(Number) })]);
});

reportTest('two-arrays.npz: the message names the option that helps', async () => {
  const { run } = start();
  const train = 'train --data REPORTS/two-arrays.npz --normalize standard --epochs 1 --out run';
  const refused = await run(train);
  const [, option] = /(--key \w+)/.exec(refused.stderr) ?? [];
  expect({ code: refused.code, option }).toEqual({ code: 1, option: '--key a' });
  expect((await run(`${train} ${option}`)).code).toBe(0);
});

reportTest('white-with-squares.npy: a run that learns nothing says so, and what it says helps', async () => {
  const { run } = start();
  const train =
    'train --data REPORTS/white-with-squares.npy --hidden 256,128,64,16 --encoding-dim 4 --output sigmoid';
  const { stderr, stdout } = await run(`${train} --epochs 20 --out run`);
  const lossOf = (text: string) => Number(/training +(\S+)/.exec(text)?.[1]);
  const [, bound, options] =
    /mean sample gives (\S+), so nothing has been learned yet: (--\S.*) may help/.exec(stderr) ?? [];
  expect(lossOf(stdout)).toBeGreaterThan(Number(bound));
  expect(options).toContain('--start mean');
  expect(stderr).toContain('so nothing was learned; what may help: isthmus train');
  const helped = await run(`${train} ${options} --out helped`);
  expect(lossOf(helped.stdout)).toBeLessThan(0.9 * Number(bound));
});

reportTest.each([
  ['pixels-int16', 'int16', 255],
  ['pixels-uint16', 'uint16', 255],
  ['mask-01-uint8', 'uint8', 1],
])('%s.npy: integers are scaled by their values, and come back', async (name, type, scale) => {
  const { run, fileIn } = start();
  const data = `--data REPORTS/${name}.npy`;
  const { stderr } = await run(`train ${data} --epochs 30 --out run`);
  expect(stderr).toContain(scale === 1 ? 'used as they are (0 and 1)' : 'divided by 255');
  const { normalization } = readModel(fileIn('run/model.safetensors')).autoencoder;
  expect(normalization.scale).toBe(scale);
  await run(`reconstruct --model run ${data} --out restored.npy`);
  const [before, after] = [readFileSync(join(REPORTS, `${name}.npy`)), fileIn('restored.npy')].map((bytes) =>
    readNpy(new Uint8Array(bytes)),
  );
  expect([after.shape, after.dtype]).toEqual([before.shape, before.dtype]);
  expect(stderr).toContain(type);
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
  expect(Math.abs(mean(after.data) / mean(before.data) - 1)).toBeLessThan(0.2); // no black pictures
});

reportTest.each([
  ['pytorch-ddp', "'module.'"],
  ['pytorch-compile', "'_orig_mod.'"],
  ['pytorch-float16', 'float16'],
  ['pytorch-float64', 'float64'],
])('%s.safetensors is imported, and what was changed is said', async (name, said) => {
  const { run, fileIn } = start();
  await run('train --count 12 --hidden 128,64 --epochs 1 --out like');
  const imported = await run(
    `import --format pytorch --weights REPORTS/${name}.safetensors --like like --out model.safetensors`,
  );
  expect(imported).toMatchObject({ code: 0, stderr: expect.stringContaining(said) });
  const { parameters } = readModel(fileIn('model.safetensors')).autoencoder;
  expect([parameters.size, parameters.values.every(Number.isFinite)]).toEqual([222_384, true]);
  const trainedOn = await run(
    'train --from model.safetensors --data REPORTS/pixels-uint16.npy --epochs 1 --out on',
  );
  expect(trainedOn.code).toBe(0);
});
