/** Samples whose numbers are finite, but so large that those of the network are not. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { contentsOf, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { modelBytes } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const [COUNT, FEATURES] = [20, 5];
const FAR = [7, 8, 12];
const random = new Random(1);
const values = Array.from({ length: COUNT * FEATURES }, (_, i) =>
  FAR.includes(Math.floor(i / FEATURES)) ? (i % 2 ? -3e38 : 3.2e38) : random.normal(),
);
const some = values.filter((_, i) => !FAR.includes(Math.floor(i / FEATURES)));
const labelsOf = (count: number) =>
  npyBytes({ descr: '|u1', shape: [count], values: Array.from({ length: count }, (_, i) => i % 2) });
const files = {
  'm.safetensors': modelBytes(
    { kind: 'minmax', dtype: 'f8', shift: Array(FEATURES).fill(0), scale: Array(FEATURES).fill(1) },
    { inputShape: [FEATURES] },
  ),
  'data.npy': npyBytes({ descr: '<f8', shape: [COUNT, FEATURES], values }),
  'some.npy': npyBytes({ descr: '<f8', shape: [COUNT - FAR.length, FEATURES], values: some }),
  'labels.npy': labelsOf(COUNT),
  'someLabels.npy': labelsOf(COUNT - FAR.length),
};
const EVALUATE = 'evaluate --model m.safetensors --data';

interface Report {
  readonly medianMse: number;
  readonly anomalies: readonly { readonly index: number; readonly mse: number | null }[];
  readonly codes: { readonly meanAbsolute: number; readonly nearZero: number; readonly notFinite?: number };
}

describe('what overflows', () => {
  let cwd = '';
  const run = (line: string) => isthmus(line.split(' '), { cwd });
  const reportOf = async (line: string) => {
    const { code, stdout, stderr } = await run(line);
    if (code !== 0) throw new Error(stderr);
    return jsonLines(stdout)[0] as unknown as Report;
  };
  beforeAll(() => {
    cwd = folderWith(files);
  });

  test('is worst of all, and the others keep their order, their median and their codes', async () => {
    const [all, others] = await Promise.all([
      reportOf(`${EVALUATE} data.npy --anomalies 20 --json`),
      reportOf(`${EVALUATE} some.npy --anomalies 20 --json`),
    ]);
    expect(all.anomalies.slice(0, 3).map(({ index, mse }) => [index, mse])).toEqual(
      FAR.map((i) => [i, null]),
    );
    const errors = (report: Report) => report.anomalies.map(({ mse }) => mse);
    expect(errors(all).slice(3)).toEqual(errors(others));
    expect(errors(others)).toEqual([...errors(others)].sort((a, b) => Number(b) - Number(a)));
    expect(all.medianMse).toBe(others.medianMse);
    expect(all.codes).toEqual({ ...others.codes, notFinite: 3 });
  });

  test('is said to, and nothing is computed from it', async () => {
    const { code, stdout, stderr } = await run(`${EVALUATE} data.npy --anomalies 4`);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'note: the network overflows on 3 samples, whose values are too far from the training data\n',
    );
    expect(stdout).toMatch(/^this model +NaN +NaN +–$/m);
    expect(stdout).toContain('codes (of the 17 that are finite): mean absolute value ');
    expect(stdout).toMatch(/^ +0 +NaN +\S+ +–$/m);
    expect(stdout).toMatch(/^ +7 +NaN +– {3}\d \(\d+ %\), /m);
    expect(stdout).not.toMatch(/R².*NaN|NaN dB|undefined/);
    const { stderr: quiet } = await run(`${EVALUATE} some.npy`);
    expect(quiet).not.toContain('overflows');
  });

  test('is counted by encode', async () => {
    const [all, others] = await Promise.all(
      ['data', 'some'].map((name) =>
        run(`encode --model m.safetensors --data ${name}.npy --out ${name}-codes.npy`),
      ),
    );
    expect(all.stderr).toContain(
      'note: the network overflows on 3 samples, whose values are too far from the training data\n',
    );
    expect(others.stderr).not.toContain('note');
    expect(Object.keys(contentsOf(cwd))).toEqual(expect.arrayContaining(['data-codes.npy']));
  });
});

test('what a decoder overflows on is counted by compress, whose file then holds what decode gives', async () => {
  const autoencoder = new Autoencoder({ inputShape: [FEATURES], encodingDim: 2, hidden: [], seed: 1 });
  autoencoder.normalization = { kind: 'minmax', dtype: 'f8', shift: -3, scale: 6 };
  for (const [, { value }] of autoencoder.decoder.namedParameters()) value.data.fill(3e38);
  const cwd = folderWith({ ...files, 'wild.safetensors': writeModel(autoencoder) });
  const compress = 'compress --model wild.safetensors --data some.npy --out a.isth';
  const { code, stdout, stderr } = await isthmus(compress.split(' '), { cwd });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /\nnote: the network overflows on 1?\d samples, whose values are too far from the training data\n/,
  );
  expect(stdout).not.toContain('NaN dB');
  const target = await isthmus([...compress.split(' '), '--overwrite', '--target-psnr', '1'], { cwd });
  expect(target.code).toBe(1);
  expect(target.stderr).toContain('expected at least the 1 dB asked for');
});

describe('codes that must be finite', () => {
  const refusal = (words: string, says: RegExp) => ({
    name: words,
    files,
    args: `${EVALUATE} ${words}`.split(' '),
    says,
  });
  testRefusals(1, [
    refusal(
      'data.npy --labels labels.npy',
      /data\.npy: the network overflows on 3 of 20 samples, first on sample 7, --labels needs finite codes: /,
    ),
    refusal('data.npy --latent x.svg', /--latent needs finite codes: remove these samples\./),
    refusal(
      'some.npy --labels someLabels.npy --train-data data.npy --train-labels labels.npy',
      /data\.npy: the network overflows on 3 of 20 samples, .* --train-data needs finite codes: /,
    ),
  ]);
});
