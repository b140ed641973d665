import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { worstSamples } from '../../../../src/node/cli/evaluate/anomalies.ts';
import { decodePng } from '../../../../src/node/pictures/png.ts';
import { Tensor } from '../../../../src/tensor/tensor.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { contentsOf, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { COUNT, imagesNpy, model, modelBytes, pixels } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

interface Anomaly {
  readonly index: number;
  readonly mse: number;
  readonly timesMedian?: number;
  readonly label?: number;
  readonly features?: readonly { readonly index: number[]; readonly share: number }[];
}

interface Report {
  readonly rankedBy: string;
  readonly medianMse: number;
  readonly anomalies: readonly Anomaly[];
}

/** The error of each sample, by definition. */
function errorsOf(autoencoder: Autoencoder, inputs: Tensor): number[] {
  const restored = autoencoder.predict(inputs).data;
  const [n] = inputs.shape;
  const size = inputs.size / n;
  return Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = i * size; j < (i + 1) * size; j++) sum += (restored[j] - inputs.data[j]) ** 2;
    return sum / size;
  });
}

/** The indices of the largest, the largest first. */
function largest(errors: readonly number[], count: number): number[] {
  return errors
    .map((_, i) => i)
    .sort((a, b) => errors[b] - errors[a])
    .slice(0, count);
}

async function report(cwd: string, line: string): Promise<Report> {
  const { code, stdout, stderr } = await isthmus(line.split(' '), { cwd });
  if (code !== 0) throw new Error(stderr);
  return jsonLines(stdout)[0] as unknown as Report;
}

test('of two samples with the same error the first is worse, of those that overflow, too', () => {
  const scores = [0.1, 0.3, NaN, 0.3, 0.2, Infinity, 0.3, NaN];
  expect(worstSamples(scores, 8)).toEqual([2, 5, 7, 1, 3, 6, 4, 0]);
  expect(worstSamples(scores, 4)).toEqual([2, 5, 7, 1]);
  expect(worstSamples([], 3)).toEqual([]);
});

describe('evaluate --anomalies', () => {
  const files = {
    'm.safetensors': writeModel(model()),
    'images.npy': imagesNpy(),
    'labels.npy': npyBytes({
      descr: '|u1',
      shape: [COUNT],
      values: Array.from({ length: COUNT }, (_, i) => i % 2),
    }),
  };
  const inputs = Tensor.from(
    pixels().map((pixel) => pixel / 255),
    [COUNT, 8, 8],
  );
  const errors = errorsOf(model(), inputs);
  const evaluate = 'evaluate --model m.safetensors --data images.npy';

  test('lists the images of largest error, the worst first, with their labels', async () => {
    const cwd = folderWith(files);
    const { anomalies, medianMse, rankedBy } = await report(
      cwd,
      `${evaluate} --anomalies 5 --labels labels.npy --json`,
    );
    expect(rankedBy).toBe('mse');
    expect(anomalies.map(({ index }) => index)).toEqual(largest(errors, 5));
    const sorted = [...errors].sort((a, b) => a - b);
    expect(medianMse).toBeCloseTo((sorted[COUNT / 2 - 1] + sorted[COUNT / 2]) / 2, 9);
    for (const { index, mse, timesMedian, label, features } of anomalies) {
      expect(mse).toBeCloseTo(errors[index], 9);
      expect(timesMedian).toBeCloseTo(errors[index] / medianMse, 6);
      expect(label).toBe(index % 2);
      expect(features).toBeUndefined();
    }
    expect(Object.keys(contentsOf(cwd))).toEqual(Object.keys(files).sort());
  });

  test('prints them as a table, and draws them where it is told to', async () => {
    const cwd = folderWith(files);
    const { code, stdout, stderr } = await isthmus(
      `${evaluate} --anomalies 3 --anomalies-out worst.png`.split(' '),
      { cwd },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^The 3 images that are restored worst, numbered from 0; the median MSE is 0\.\d+$/m,
    );
    const rows = [...stdout.matchAll(/^ *(\d+) {3,}(0\.\d{5}) {3,}(\d+\.\d)$/gm)];
    expect(rows.map(([, index]) => Number(index))).toEqual(largest(errors, 3));
    expect(stderr).toContain('the anomalies: worst.png');
    const { width, height, data } = decodePng(new Uint8Array(readFileSync(join(cwd, 'worst.png'))));
    // Three columns and three rows of images, some 80 pixels wide, with gaps of 2.
    const scale = (width - 8) / 3 / 8;
    expect(Number.isInteger(scale)).toBe(true);
    expect(height).toBe(3 * 8 * scale + 8 + 11 + 11); // the numbers stand above, what the colours mean below
    const half = Math.floor(scale / 2);
    const gray = (column: number) =>
      data[((2 + 11 + half) * width + 2 + column * (8 * scale + 2) + half) * 4];
    expect([0, 1, 2].map(gray)).toEqual(largest(errors, 3).map((i) => pixels()[64 * i]));
  });

  test.each([
    ['gray', undefined, [8, 8]],
    ['in colour', undefined, [4, 5, 3]],
    [
      'whose numbers are no pixels',
      { kind: 'standard', dtype: 'u1', shift: 127, scale: 90 } as const,
      [8, 8],
    ],
  ])(
    'draws below images %s how wrong each pixel is: the more, the lighter',
    async (_, normalization, sample) => {
      const [rows, columns, channels = 1] = sample;
      const autoencoder = model(normalization, { inputShape: sample });
      const cwd = folderWith({ 'm.safetensors': writeModel(autoencoder), 'images.npy': imagesNpy(sample) });
      const { code } = await isthmus(`${evaluate} --anomalies 4 --anomalies-out worst.png`.split(' '), {
        cwd,
      });
      expect(code).toBe(0);

      const { shift, scale: unit } = normalization ?? { shift: 0, scale: 255 };
      const size = rows * columns * channels;
      const values = pixels(size).map((pixel) => (pixel - shift) / unit);
      const numbers = Tensor.from(values, [COUNT, ...sample]);
      const restored = autoencoder.predict(numbers).data;
      const errorOf = (image: number, pixel: number) => {
        const first = image * size + pixel * channels;
        const each = Array.from({ length: channels }, (_, c) =>
          Math.abs(restored[first + c] - values[first + c]),
        );
        return each.reduce((sum, error) => sum + error) / channels;
      };

      const { width, data } = decodePng(new Uint8Array(readFileSync(join(cwd, 'worst.png'))));
      const scale = (width - 10) / 4 / columns;
      const half = Math.floor(scale / 2);
      const brightness = (column: number, pixel: number) => {
        const y = 2 + 11 + 2 * (rows * scale + 2) + Math.floor(pixel / columns) * scale + half;
        const x = 2 + column * (columns * scale + 2) + (pixel % columns) * scale + half;
        const [red, green, blue] = data.subarray(4 * (y * width + x));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const isInOrder = (images: readonly number[]) => {
        const all = images.flatMap((image, column) =>
          Array.from({ length: rows * columns }, (_, pixel) => ({
            error: errorOf(image, pixel),
            light: brightness(column, pixel),
          })),
        );
        const light = all.sort((a, b) => a.error - b.error).map((one) => one.light);
        return light.every((value, i) => i === 0 || value >= light[i - 1] - 1); // colours are rounded
      };
      const worst = largest(errorsOf(autoencoder, numbers), 4);
      expect(isInOrder(worst)).toBe(true);
      expect(isInOrder(worst.toReversed())).toBe(false);
    },
  );

  test('draws no more of them than can be looked at', async () => {
    const cwd = folderWith({ ...files, 'many.npy': imagesNpy([8, 8], 1030) });
    const words = 'evaluate --model m.safetensors --data many.npy --anomalies 1028 --anomalies-out worst.png';
    const { code, stdout, stderr } = await isthmus(words.split(' '), { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('The 1,028 images that are restored worst');
    expect(stderr).toContain('note: the picture shows the first 1,024 of 1,028.\n');
  });

  test('lists all if there are fewer, and one', async () => {
    const cwd = folderWith(files);
    const [all, one] = await Promise.all([
      report(cwd, `${evaluate} --anomalies 1000 --json`),
      isthmus(`${evaluate} --anomalies 1`.split(' '), { cwd }),
    ]);
    expect(all.anomalies).toHaveLength(COUNT);
    expect(one.stdout).toMatch(/^The image that is restored worst, /m);
  });

  test('names the features with the largest errors if samples are no images', async () => {
    const shape = [3, 2, 2, 2];
    const autoencoder = model({ kind: 'none', dtype: 'f4', shift: 0, scale: 1 }, { inputShape: [2, 2, 2] });
    const values = Array.from({ length: 24 }, (_, i) => (i === 8 + 5 ? 0.875 : 0.125));
    const cwd = folderWith({
      'm.safetensors': writeModel(autoencoder),
      'table.npy': npyBytes({ descr: '<f4', shape, values }),
    });
    const { anomalies } = await report(
      cwd,
      'evaluate --model m.safetensors --data table.npy --anomalies 2 --json',
    );
    const [{ index, mse, features = [] }] = anomalies;
    const inputs = Tensor.from(values, shape);
    expect(index).toBe(largest(errorsOf(autoencoder, inputs), 1)[0]);
    const restored = autoencoder.predict(inputs).rows(index, index + 1).data;
    const squares = Array.from(restored, (value, j) => (value - values[8 * index + j]) ** 2);
    const order = largest(squares, 3);
    expect(features.map((one) => one.index)).toEqual(order.map((j) => [j >> 2, (j >> 1) & 1, j & 1]));
    features.forEach(({ share }, i) => {
      expect(share).toBeCloseTo(squares[order[i]] / (8 * mse), 6);
    });
    const { stdout } = await isthmus(
      'evaluate --model m.safetensors --data table.npy --anomalies 2'.split(' '),
      { cwd },
    );
    expect(stdout).toMatch(/features \(share of the error\)\n/);
    expect(stdout).toMatch(/\[\d, \d, \d\] \(\d+ %\), \[/);
  });

  test('the terminal shows these, and not the first ones', async () => {
    const worst = largest(errors, 2);
    expect(worst).not.toContain(0);
    const only = (rows: readonly number[]) =>
      npyBytes({
        descr: '|u1',
        shape: [rows.length, 8, 8],
        values: rows.flatMap((i) => pixels().slice(64 * i, 64 * (i + 1))),
      });
    const cwd = folderWith({ ...files, 'worst.npy': only(worst) });
    const picture = async (line: string) =>
      (await isthmus(line.split(' '), { cwd })).stderr.split('\n').slice(1);
    const [shown, alone, first] = await Promise.all([
      picture(`${evaluate} --anomalies 2`),
      picture('evaluate --model m.safetensors --data worst.npy'),
      picture(evaluate),
    ]);
    expect(shown).toEqual(alone);
    expect(first).not.toEqual(shown);
  });

  test('calls classes by their names', async () => {
    const cwd = folderWith(files);
    const line = `${evaluate} --anomalies 4 --labels labels.npy --label-names even,odd`;
    const { stdout } = await isthmus(line.split(' '), { cwd });
    const rows = [...stdout.matchAll(/^ *(\d+) +0\.\d{5} +\d+\.\d +(even|odd)$/gm)];
    expect(rows.map(([, index, name]) => [Number(index), name])).toEqual(
      largest(errors, 4).map((i) => [i, i % 2 ? 'odd' : 'even']),
    );
    const { anomalies } = await report(cwd, `${line} --json`);
    expect(anomalies[0]).toMatchObject({ label: anomalies[0].index % 2, name: rows[0][2] });
  });

  test('the only number of a sample is feature 0', async () => {
    const cwd = folderWith({
      'm.safetensors': modelBytes(
        { kind: 'standard', dtype: 'f4', shift: 0, scale: 1 },
        { inputShape: [1], encodingDim: 1 },
      ),
      'one.npy': npyBytes({ descr: '<f4', shape: [3, 1], values: [0.5, -2, 1] }),
    });
    const line = 'evaluate --model m.safetensors --data one.npy --anomalies 1';
    const { stdout } = await isthmus(line.split(' '), { cwd });
    expect(stdout).toMatch(/ {3}0 \(100 %\)$/m);
    const { anomalies } = await report(cwd, `${line} --json`);
    expect(anomalies[0].features).toEqual([{ index: [0], share: 1 }]);
  });

  const refusal = (words: string, says: RegExp) => ({
    name: words,
    files: {
      ...files,
      'old.png': 'mine',
      'flat.safetensors': modelBytes(undefined, { inputShape: [10] }),
      'flat.npy': imagesNpy([10]),
    },
    args: words.split(' '),
    says,
  });
  testRefusals(1, [
    refusal(`${evaluate} --anomalies 2 --anomalies-out old.png`, /old\.png exists already/),
    refusal(
      'evaluate --model flat.safetensors --data flat.npy --anomalies 2 --anomalies-out x.png',
      /samples of 10 numbers are no pictures, expected --anomalies without --anomalies-out\./,
    ),
  ]);
});
