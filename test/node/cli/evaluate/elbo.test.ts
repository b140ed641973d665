/** What `evaluate` says of a variational autoencoder besides. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Samples } from '../../../../src/data/samples.ts';
import { writeModel } from '../../../../src/io/model.ts';
import type { NegativeElbo, VariationalAutoencoder } from '../../../../src/vae/variationalAutoencoder.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { type CliResult, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { COUNT, DIVIDED, imagesNpy, modelBytes, pixels, variationalModel } from '../fixtures.ts';

afterAll(removeFolders);

interface Report {
  readonly negativeElbo?: {
    readonly mean: number | null;
    readonly reconstruction: number;
    readonly kl: number;
    readonly activeUnits: number | null;
  };
  readonly rankedBy: string;
  readonly medianExcess?: number;
  readonly anomalies: readonly {
    readonly index: number;
    readonly mse: number;
    readonly negativeElbo?: number | null;
    readonly excess?: number | null;
    readonly timesMedian?: number;
  }[];
}

const images: Samples = { shape: [COUNT, 8, 8], data: Uint8Array.from(pixels()), normalization: DIVIDED };
const meanOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b) / values.length;

describe('evaluate of a variational autoencoder', () => {
  const EVALUATE = 'evaluate --model vae.safetensors --data images.npy';
  let vae: VariationalAutoencoder;
  let parts: NegativeElbo;
  let elbos: number[];
  /** Above the entropy of the pixels: that of a perfect reconstruction. */
  let excess: number[];
  let cwd = '';
  const run = (line: string): Promise<CliResult> => isthmus(line.split(' '), { cwd });
  const reportOf = async (line: string) => jsonLines((await run(line)).stdout)[0] as unknown as Report;
  beforeAll(async () => {
    vae = variationalModel();
    await vae.fit(images, { epochs: 20, batchSize: 10 });
    parts = await vae.negativeElbo(images);
    elbos = Array.from(parts.reconstruction, (reconstruction, i) => reconstruction + parts.kl[i]);
    excess = elbos.map((elbo, i) => {
      const entropies = pixels()
        .slice(64 * i, 64 * (i + 1))
        .flatMap((pixel) => [pixel / 255, 1 - pixel / 255])
        .map((p) => (p > 0 ? -p * Math.log(p) : 0));
      return elbo - entropies.reduce((a, b) => a + b);
    });
    cwd = folderWith({
      'vae.safetensors': writeModel(vae),
      'plain.safetensors': modelBytes(),
      'images.npy': imagesNpy(),
      'one.npy': imagesNpy([8, 8], 1),
    });
  });

  test('prints the mean of the negative ELBO, its parts, and how many numbers of the code vary', async () => {
    const { code, stdout } = await run(EVALUATE);
    expect(code).toBe(0);
    const [elbo, reconstruction, kl] = [elbos, parts.reconstruction, parts.kl].map(meanOf);
    const row = new RegExp(
      [
        'negative ELBO of an image, the mean in nats\\n\\n',
        'negative ELBO +reconstruction +KL\\n',
        ' +(\\S+) +(\\S+) +(\\S+)\\n\\n',
        '(\\d) of the 2 numbers of the code vary \\(variance over the images above 0\\.01\\)\\n',
      ].join(''),
    ).exec(stdout);
    const [, ...shown] = row ?? [];
    for (const [i, value] of [elbo, reconstruction, kl].entries()) {
      expect(Number(shown[i]) / value).toBeCloseTo(1, 4);
    }
    const { data } = vae.encode(images);
    const variances = [0, 1].map((j) => {
      const values = Array.from({ length: COUNT }, (_, i) => data[2 * i + j]);
      return meanOf(values.map((value) => (value - meanOf(values)) ** 2));
    });
    expect(Number(shown[3])).toBe(variances.filter((variance) => variance > 0.01).length);
  });

  test('--json has the same numbers; without variance, one image has no numbers in use', async () => {
    const { negativeElbo } = await reportOf(`${EVALUATE} --json`);
    expect(negativeElbo?.mean).toBeCloseTo(meanOf(elbos), 9);
    expect(negativeElbo?.reconstruction).toBeCloseTo(meanOf(parts.reconstruction), 9);
    expect(negativeElbo?.kl).toBeCloseTo(meanOf(parts.kl), 9);
    const one = 'evaluate --model vae.safetensors --data one.npy';
    expect((await reportOf(`${one} --json`)).negativeElbo?.activeUnits).toBeNull();
    expect((await run(one)).stdout).not.toContain('of the code vary');
  });

  test('--out has four columns more', async () => {
    await run(`${EVALUATE} --out scores.csv`);
    const [head, ...rows] = readFileSync(join(cwd, 'scores.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe('image,mse,mae,psnr,negative_elbo,reconstruction,kl,excess');
    expect(rows.map((row) => row.split(',').slice(4).map(Number))).toEqual(
      elbos.map((elbo, i) => [elbo, parts.reconstruction[i], parts.kl[i], expect.closeTo(excess[i], 5)]),
    );
  });

  test('--anomalies ranks by what the negative ELBO is above its minimum, which is said', async () => {
    for (const one of excess) expect(one).toBeGreaterThan(0);
    const order = excess.map((_, i) => i).sort((a, b) => excess[b] - excess[a]);
    const report = await reportOf(`${EVALUATE} --anomalies ${COUNT} --json`);
    expect(report.rankedBy).toBe('excess');
    expect(report.anomalies.map(({ index }) => index)).toEqual(order);
    const sorted = excess.toSorted((a, b) => a - b);
    const median = (sorted[COUNT / 2 - 1] + sorted[COUNT / 2]) / 2;
    expect(report.medianExcess).toBeCloseTo(median, 5);
    const [{ index, negativeElbo, excess: largest, timesMedian }] = report.anomalies;
    expect(negativeElbo).toBe(elbos[index]);
    expect(largest).toBeCloseTo(excess[index], 5); // pixels of the network's input are float32
    expect(timesMedian).toBeCloseTo(excess[index] / median, 5);
    // The control: by the MSE, and by the negative ELBO itself, the order is another one.
    for (const name of ['mse', 'negativeElbo'] as const) {
      const others = report.anomalies.map((one) => Number(one[name]));
      expect(others).not.toEqual(others.toSorted((a, b) => b - a));
    }
    const { stdout } = await run(`${EVALUATE} --anomalies 2`);
    expect(stdout).toMatch(
      /^The 2 images with the largest excess, numbered from 0; the median excess is \d+\.\d+\n\(excess: how far the negative ELBO is above that of a perfect reconstruction\)\n\nimage /m,
    );
    expect(stdout).toMatch(/^image +negative ELBO +excess +× median\n/m);
    const rows = [...stdout.matchAll(/^ *(\d+) +(\d+\.\d+) +(\d+\.\d+) +\d+\.\d$/gm)];
    expect(rows.map(([, index]) => Number(index))).toEqual(order.slice(0, 2));
    rows.forEach(([, index, ...shown]) => {
      expect(Number(shown[0]) / elbos[Number(index)]).toBeCloseTo(1, 4);
      expect(Number(shown[1]) / excess[Number(index)]).toBeCloseTo(1, 4);
    });
  });

  test('the control: of a plain autoencoder there is nothing of the kind', async () => {
    const line = 'evaluate --model plain.safetensors --data images.npy --anomalies 2';
    const { stdout } = await run(line);
    expect(stdout).not.toContain('ELBO');
    const report = await reportOf(`${line} --json`);
    expect(Object.keys(report)).not.toContain('negativeElbo');
    expect(Object.keys(report.anomalies[0])).not.toContain('negativeElbo');
  });

  test('a sample on which the network overflows comes first, and leaves the median and the others as they are', async () => {
    const [count, features, far] = [20, 5, 7];
    const data = Float64Array.from({ length: count * features }, (_, i) =>
      Math.floor(i / features) === far ? (i % 2 ? -3e38 : 3.2e38) : Math.sin(i),
    );
    const normalization = {
      kind: 'minmax',
      dtype: 'f8',
      shift: Array(features).fill(0),
      scale: Array(features).fill(1),
    } as const;
    const table = variationalModel(normalization, { inputShape: [features], outputActivation: 'linear' });
    const folder = folderWith({
      'vae.safetensors': writeModel(table),
      'table.npy': npyBytes({ descr: '<f8', shape: [count, features], values: [...data] }),
    });
    const words = 'evaluate --model vae.safetensors --data table.npy --anomalies 3'.split(' ');
    const json = await isthmus([...words, '--json'], { cwd: folder });
    const report = jsonLines(json.stdout)[0] as unknown as Report;
    const [first, second] = report.anomalies;
    expect(first).toMatchObject({ index: far, negativeElbo: null, excess: null });
    expect(first.timesMedian).toBeUndefined();
    expect(second.timesMedian).toBeGreaterThan(0);
    expect(report.medianExcess).toBeGreaterThan(0);
    expect(report.negativeElbo).toMatchObject({ mean: null, activeUnits: expect.any(Number) });
    const { code, stdout, stderr } = await isthmus(words, { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toContain('note: the network overflows on 1 sample, whose values are too far');
    expect(stdout).toMatch(/^ +7 +(∞|NaN) +(∞|NaN) +– {3}\d \(\d+ %\), /m);
  });

  test('inputs above 1 have no likelihood: the MSE ranks, which is said', async () => {
    const [bright, values] = [4, pixels().map((pixel) => pixel / 255)];
    for (let i = 64 * bright; i < 64 * (bright + 1); i++) values[i] *= 5;
    const normalization = { kind: 'minmax', dtype: 'f4', shift: 0, scale: 1 } as const;
    vae.normalization = normalization;
    const folder = folderWith({
      'vae.safetensors': writeModel(vae),
      'bright.npy': npyBytes({ descr: '<f4', shape: [COUNT, 8, 8], values }),
    });
    vae.normalization = DIVIDED;
    const words = 'evaluate --model vae.safetensors --data bright.npy --anomalies 1'.split(' ');
    const { stdout, stderr } = await isthmus(words, { cwd: folder });
    expect(stderr).toContain('note: the negative ELBO means little, as some inputs are not between 0 and 1;');
    expect(stdout).toMatch(/^The image that is restored worst, .*\n\nimage +MSE +× median\n +4 /m);
    const json = jsonLines((await isthmus([...words, '--json'], { cwd: folder })).stdout)[0];
    expect(json).toMatchObject({ rankedBy: 'mse', anomalies: [{ index: bright }] });
  });
});
