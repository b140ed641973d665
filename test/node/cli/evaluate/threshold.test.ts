/** Percentiles, thresholds and flags of `evaluate --anomalies`, from the errors that `train` keeps in the model file. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ErrorDistribution } from '../../../../src/evaluation/errorDistribution.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { readThreshold } from '../../../../src/node/cli/evaluate/threshold.ts';
import { loadModel } from '../../../../src/node/files/modelFile.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, model, TINY, variationalModel } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';
import { evaluateIn, FEATURES, FILES, folderWithRuns, reportIn, rows, TRAIN } from './tableRuns.ts';

afterAll(removeFolders);

let cwd = '';
beforeAll(async () => {
  cwd = await folderWithRuns();
});
const evaluate = (line: string) => evaluateIn(cwd, line);
const json = (line: string) => reportIn(cwd, line);

describe('train keeps the errors of its data', () => {
  test('of the rows that it was trained on, and of those that it held out', async () => {
    const { autoencoder, errors } = await loadModel(join(cwd, 'run'));
    expect(errors).toMatchObject({ rankedBy: 'mse', training: { count: 200 }, heldOut: { count: 200 } });
    // Together they are the errors of all rows.
    const { scores } = await autoencoder.anomalyScores({
      shape: [400, FEATURES],
      data: Float64Array.from(rows(400)),
      normalization: autoencoder.normalization,
    });
    const expected = [...ErrorDistribution.of(scores).points];
    const kept = [...(errors?.training.points ?? []), ...(errors?.heldOut?.points ?? [])].sort(
      (a, b) => a - b,
    );
    kept.forEach((error, i) => {
      expect(error).toBeCloseTo(expected[i], 6);
    });
    expect((await loadModel(join(cwd, 'plain'))).errors?.heldOut).toBeUndefined();
  });

  test('the same bytes for any number of threads, from stored data, and after --resume', async () => {
    const bytes = (out: string) => readFileSync(join(cwd, out, 'model.safetensors'));
    const short = TRAIN.map((word) => (word === '60' ? '4' : word));
    const train = async (...words: string[]) => {
      const { code, stderr } = await isthmus([...short, '--validation-split', '0.25', ...words], { cwd });
      if (code !== 0) throw new Error(stderr);
    };
    await train('--out', 'a');
    await train('--out', 'b', '--threads', '2');
    await train('--out', 'c', '--in-memory', '0');
    for (const other of ['b', 'c']) expect(bytes(other).equals(bytes('a'))).toBe(true);
    const two = short.map((word) => (word === '4' ? '2' : word));
    await isthmus([...two, '--validation-split', '0.25', '--out', 'd'], { cwd });
    expect((await isthmus(['train', '--resume', 'd', '--epochs', '4'], { cwd })).code).toBe(0);
    expect(bytes('d').equals(bytes('a'))).toBe(true);
  });

  test('and a variational autoencoder the excess of its negative ELBO', async () => {
    const words = [
      'train',
      '--data',
      'images.npy',
      '--kind',
      'vae',
      ...TINY,
      '--epochs',
      '2',
      '--out',
      'vae',
    ];
    writeFileSync(join(cwd, 'images.npy'), imagesNpy());
    expect((await isthmus([...words, '--test-data', 'images.npy'], { cwd })).code).toBe(0);
    const { autoencoder, errors } = await loadModel(join(cwd, 'vae'));
    expect(errors).toMatchObject({ rankedBy: 'excess', training: { count: 40 }, heldOut: { count: 40 } });
    expect(autoencoder.constructor.name).toBe('VariationalAutoencoder');
    const { threshold, anomalies } = await json('--model vae --data images.npy --anomalies 3');
    expect(threshold).toMatchObject({ source: 'held-out errors', count: 40, tooFew: true, flagged: 0 });
    expect(anomalies[0]).toMatchObject({ percentile: 97.5, heldOutPercentile: 97.5, isAnomaly: false });
  });
});

describe('evaluate --anomalies', () => {
  test('gives each sample its percentiles and a flag, from the held-out errors', async () => {
    const { errors } = await loadModel(join(cwd, 'run'));
    const { threshold, anomalies } = await json('--model run --data new.npy --anomalies 60');
    const value = errors?.heldOut?.threshold(0.99).value;
    const flagged = anomalies.filter(({ isAnomaly }) => isAnomaly);
    expect(threshold).toEqual({
      value,
      tooFew: false,
      source: 'held-out errors',
      level: 0.99,
      count: 200,
      flagged: flagged.length,
      share: flagged.length / 60,
    });
    expect(flagged.length).toBeGreaterThanOrEqual(15);
    expect(flagged.length).toBeLessThanOrEqual(23);
    for (const { mse, percentile, heldOutPercentile, isAnomaly } of anomalies) {
      expect(percentile).toBe(errors?.training.percentileOf(mse));
      expect(heldOutPercentile).toBe(errors?.heldOut?.percentileOf(mse));
      expect(isAnomaly).toBe(mse > Number(value));
    }
  });

  test('judges a single row as it judges it among others', async () => {
    const among = (await json('--model run --data new.npy --anomalies 60')).anomalies;
    for (const [file, index] of [
      ['row.npy', 59],
      ['flat.npy', 59],
      ['normal.npy', 0],
    ] as const) {
      const { anomalies, threshold } = await json(`--model run --data ${file} --anomalies`);
      const { mse, isAnomaly, percentile = 0 } = among.find((one) => one.index === index) ?? { mse: 0 };
      expect(anomalies).toHaveLength(1);
      expect(anomalies[0]).toMatchObject({ index: 0, isAnomaly });
      expect(anomalies[0].mse).toBeCloseTo(mse, 6);
      expect(anomalies[0].percentile).toBeCloseTo(percentile, 3);
      expect(threshold).toMatchObject({ flagged: isAnomaly ? 1 : 0 });
    }
    const { stdout } = await evaluate('--model run --data row.npy --anomalies');
    expect(stdout).toMatch(/^sample +MSE +training +held-out +anomaly {3}features/m);
    expect(stdout).toMatch(/^ +0 +\d+\.\d+ +100 % +100 % +yes {3}/m);
    expect(stdout).toMatch(/^threshold 0\.\d+, p99 of 200 held-out errors: the sample is above it$/m);
    // A single sample is the worst of none, and has no variance.
    expect(stdout).toContain('\nThe error of the sample\n\n');
    expect(stdout).not.toMatch(/std\. dev\.|R²|median/);
  });

  test('info says of how many samples the errors are', async () => {
    const info = async (words: string) => (await isthmus(`info ${words}`.split(' '), { cwd })).stdout;
    expect(await info('run')).toMatch(/^errors +of \d+ training samples, 200 held out$/m);
    expect(await info('plain')).toMatch(/^errors +of 400 training samples, none held out$/m);
    expect(JSON.parse(await info('plain --json'))).toMatchObject({
      errors: { rankedBy: 'mse', training: 400, heldOut: 0 },
    });
    expect(await info(`${resolve('test/golden/anomalies/before.safetensors')}`)).toMatch(
      /^errors +the file holds none of its training data$/m,
    );
  });

  test('lists ten if no number is given', async () => {
    expect((await json('--model run --data new.npy --anomalies')).anomalies).toHaveLength(10);
    expect((await json('--anomalies --model run --data new.npy')).anomalies).toHaveLength(10);
  });

  test('takes another share, or an error, as its threshold', async () => {
    const { errors } = await loadModel(join(cwd, 'run'));
    const share = await json('--model run --data new.npy --anomalies --threshold p99.5');
    expect(share.threshold).toMatchObject({ level: 0.995, value: errors?.heldOut?.threshold(0.995).value });
    const value = await json('--model run --data new.npy --anomalies 60 --threshold 0.5');
    const above = value.anomalies.filter(({ mse }) => mse > 0.5).length;
    expect(value.threshold).toEqual({ value: 0.5, source: '--threshold', flagged: above, share: above / 60 });
    const { stdout, stderr } = await evaluate('--model run --data new.npy --anomalies 2 --threshold 0.5');
    expect(stdout).toMatch(/^threshold 0\.50000: \d+ of 60 samples \(\d+\.\d %\) are above it$/m);
    expect(stderr).not.toContain('note:');
  });

  test('with --out alone, --threshold says how many are flagged, and what is wrong with it', async () => {
    const all = '--model plain --data new.npy --threshold p99 --overwrite --out flags.csv';
    const { stdout, stderr } = await evaluate(all);
    const [, flagged] = /^threshold 0\.\d+, p99 of 400 training errors: (\d+) of 60 /m.exec(stdout) ?? [];
    const lines = readFileSync(join(cwd, 'flags.csv'), 'utf8').trim().split('\n');
    const column = lines[0].split(',').indexOf('anomaly');
    expect(lines.filter((line) => line.split(',')[column] === '1')).toHaveLength(Number(flagged));
    expect(stderr).toContain('note: the threshold comes from training errors');
    expect((await json(all)).threshold).toMatchObject({ flagged: Number(flagged) });
    // Nobody asked for one.
    const without = await evaluate('--model plain --data new.npy --overwrite --out flags.csv');
    expect(without.stdout).not.toContain('threshold');
    expect(without.stderr).not.toContain('note:');
  });

  test('says that training errors are too small, and what makes others', async () => {
    const { stdout, stderr } = await evaluate('--model plain --data new.npy --anomalies 2');
    expect(stderr).toContain(
      'note: the threshold comes from training errors, which are smaller than those of samples that the model has not seen; train --validation-split 0.1, or --test-data, measures such samples\n',
    );
    expect(stdout).toMatch(/^sample +MSE +× median +training +anomaly {3}/m);
    expect(stdout).toContain('threshold ');
    expect(stdout).toMatch(/p99 of 400 training errors/);
  });

  test('says that the errors are too few', async () => {
    const { stdout, stderr } = await evaluate('--model run --data new.npy --anomalies 2 --threshold p99.9');
    expect(stdout).toMatch(/^threshold 0\.\d+, the largest of 200 held-out errors: /m);
    expect(stderr).toContain(
      'note: p99.9 needs 999 errors, the model file holds 200 (held-out errors): the threshold is the largest of them; they are enough for --threshold p99\n',
    );
    for (const [count, percent] of [
      [36, 97],
      [1, 50],
      [98, 98],
      [99, 99],
    ]) {
      const errors = ErrorDistribution.of(Array.from({ length: count }, (_, i) => i));
      writeFileSync(
        join(cwd, 'few.safetensors'),
        writeModel(model(), { errors: { rankedBy: 'mse', training: errors } }),
      );
      writeFileSync(join(cwd, 'images.npy'), imagesNpy());
      const line = '--model few.safetensors --data images.npy --anomalies 2 --threshold';
      const { stderr } = await evaluate(`${line} p99.5`);
      expect(stderr).toContain(`they are enough for --threshold p${percent}\n`);
      expect((await json(`${line} p${percent}`)).threshold).toMatchObject({ tooFew: false, count });
    }
  });

  test('an older model has no percentiles, and no threshold unless one is given', async () => {
    const old = '--model old.safetensors --data old.npy';
    writeFileSync(join(cwd, 'old.safetensors'), readFileSync('test/golden/anomalies/before.safetensors'));
    writeFileSync(join(cwd, 'old.npy'), readFileSync('test/golden/anomalies/table.npy'));
    const { anomalies, threshold } = await json(`${old} --anomalies 2`);
    expect(threshold).toBeUndefined();
    expect(Object.keys(anomalies[0])).toEqual(['index', 'mse', 'timesMedian', 'features']);
    expect((await evaluate(`${old} --anomalies 2`)).stdout).toMatch(
      /\n\nno threshold: the model file holds no errors of its training data to compare with\n$/,
    );
    expect((await json(`${old} --anomalies 2 --threshold 1.5`)).threshold).toMatchObject({ value: 1.5 });
    const { code, stderr } = await isthmus(`evaluate ${old} --anomalies --threshold p99`.split(' '), { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /old\.safetensors: the model file does not hold the errors of its training data, which --threshold needs: train it again \(earlier versions and import keep none\), or give an error itself, such as --threshold 0\.02\.\n$/,
    );
  });

  test('samples that are ranked by another score are not compared', async () => {
    const files = {
      'vae.safetensors': writeModel(
        variationalModel(
          { kind: 'minmax', dtype: 'f4', shift: 0, scale: 1 },
          { outputActivation: 'sigmoid' },
        ),
        {
          errors: { rankedBy: 'excess', training: ErrorDistribution.of([1, 2]) },
        },
      ),
      'wild.npy': npyBytes({
        descr: '<f4',
        shape: [1, 8, 8],
        values: Array.from({ length: 64 }, (_, i) => i / 20),
      }),
    };
    const folder = folderWith(files);
    const words = 'evaluate --model vae.safetensors --data wild.npy --anomalies --json'.split(' ');
    const { stdout } = await isthmus(words, { cwd: folder });
    const [report] = jsonLines(stdout);
    expect(report).toMatchObject({ rankedBy: 'mse' });
    expect(report).not.toHaveProperty('threshold');
    const refused = await isthmus([...words, '--threshold', 'p99'], { cwd: folder });
    expect(refused.stderr).toContain('does not hold errors that fit these samples, which are ranked by mse');
  });
});

describe('--threshold', () => {
  test.each([
    ['p99', { level: 0.99 }],
    ['P99.5', { level: 0.995 }],
    ['p50', { level: 0.5 }],
    ['0.02', { value: 0.02 }],
    ['1e-3', { value: 0.001 }],
    ['0', { value: 0 }],
  ])('%s', (text, expected) => {
    expect(readThreshold(text, 'threshold')).toEqual(expected);
  });

  test.each(['p100', 'p0.99', 'p', '99%', 'x', 'Infinity', '-1', 'p-1', ''])('is not %s', (text) => {
    expect(() => readThreshold(text, 'threshold')).toThrow(/^--threshold is '.*', expected p99, /);
  });
});

describe('wrong usage', () => {
  const files = { ...FILES, 'm.safetensors': writeModel(model()), 'images.npy': imagesNpy() };
  const refusal = (words: string, says: RegExp) => ({ name: words, files, args: words.split(' '), says });
  const evaluate = 'evaluate --model m.safetensors --data images.npy';
  testRefusals(2, [
    refusal(`${evaluate} --threshold p99`, /--threshold needs --anomalies or --out\./),
    refusal(`${evaluate} --anomalies --threshold 99%`, /--threshold is '99%', expected p99/),
    refusal(`${evaluate} --anomalies 0`, /--anomalies is '0', expected an integer, at least 1\./),
    refusal(
      `${evaluate} --anomalies --anomaly-labels 1`,
      /--anomaly-labels needs --anomalies and --labels\./,
    ),
    refusal(`${evaluate} --feature-contributions`, /--feature-contributions needs --out\./),
    refusal(`${evaluate} --labels l.npy --train-data t.npy`, /--train-data needs --train-labels\./),
  ]);
  testRefusals(1, [
    refusal(
      'train --data table.npy --normalize standard --feature-names a,b --out run',
      /--feature-names: got 2 names, expected 5, one for each number of a sample \(names can also stand in a \.txt file, /,
    ),
    refusal(
      'train --data table.npy --normalize standard --feature-names a,b,,d,e --out run',
      /--feature-names: name 3 of 5 is empty\./,
    ),
    refusal(
      'train --data table.npy --normalize standard --feature-names none.txt --out run',
      /can't read none\.txt/,
    ),
    refusal(`${evaluate} --feature-names a`, /--feature-names: got 1 name, expected 64/),
    refusal(`${evaluate} --anomalies --labels few.npy --anomaly-labels 8`, /can't read few\.npy/),
  ]);
});
