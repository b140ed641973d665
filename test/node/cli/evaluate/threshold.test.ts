/** Percentiles, thresholds and flags of `evaluate --anomalies`, from the errors that `train` keeps in the model file. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ErrorDistribution } from '../../../../src/evaluation/errorDistribution.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { readThreshold } from '../../../../src/node/cli/evaluate/threshold.ts';
import { loadModel } from '../../../../src/node/files/modelFile.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, model, TINY, variationalModel } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const FEATURES = 5;

/** Rows of a table with two directions; the last rows, `anomalies` of them, have another. */
function rows(count: number, anomalies = 0, seed = 1): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    const sign = i < count - anomalies ? 1 : -1;
    return [a, b, a + b, sign * (a - b), 3 * a].map((value) => value + random.normal(0, 0.1));
  }).flat();
}

const table = (values: readonly number[]) =>
  npyBytes({ descr: '<f8', shape: [values.length / FEATURES, FEATURES], values });

const NEW = rows(60, 20, 2);
const FILES = {
  'table.npy': table(rows(400)),
  'new.npy': table(NEW),
  'row.npy': table(NEW.slice(-FEATURES)),
  'normal.npy': table(NEW.slice(0, FEATURES)),
  'labels.npy': npyBytes({
    descr: '|u1',
    shape: [60],
    values: Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : 1)),
  }),
  'kinds.npy': npyBytes({
    descr: '|u1',
    shape: [60],
    values: Array.from({ length: 60 }, (_, i) => (i === 59 ? 3 : i < 40 ? i % 2 : 2)),
  }),
  'names.txt': 'one\r\n"two", quoted\r\nthree\r\nfour\r\nfive\r\n',
};
const TRAIN = [
  ...['train', '--data', 'table.npy', '--normalize', 'standard', '--hidden', '8', '--encoding-dim', '2'],
  ...['--activation', 'silu', '--epochs', '60', '--learning-rate', '0.01', '--feature-names', 'names.txt'],
];

let cwd = '';
beforeAll(async () => {
  cwd = folderWith(FILES);
  for (const more of [
    ['--out', 'plain'],
    ['--validation-split', '0.5', '--out', 'run'],
  ]) {
    const { code, stderr } = await isthmus([...TRAIN, ...more], { cwd });
    if (code !== 0) throw new Error(stderr);
  }
});

async function evaluate(line: string) {
  const { code, stdout, stderr } = await isthmus(['evaluate', ...line.split(' ')], { cwd });
  if (code !== 0) throw new Error(stderr);
  return { stdout, stderr };
}

interface Report {
  readonly threshold?: Record<string, unknown>;
  readonly anomalies: readonly {
    readonly index: number;
    readonly mse: number;
    readonly percentile?: number;
    readonly heldOutPercentile?: number;
    readonly isAnomaly?: boolean;
    readonly features?: readonly { readonly name?: string; readonly index: number[] }[];
  }[];
  readonly anomalyDetection?: Record<string, never>;
  readonly classification?: unknown;
}

async function json(line: string): Promise<Report> {
  return jsonLines((await evaluate(`${line} --json`)).stdout)[0] as unknown as Report;
}

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
    expect(stdout).toMatch(
      /^threshold 0\.50000, --threshold: \d+ of 60 samples \(\d+\.\d %\) are above it$/m,
    );
    expect(stderr).not.toContain('note:');
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
    const { stderr } = await evaluate('--model run --data new.npy --anomalies 2 --threshold p99.9');
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
    expect((await json(`${old} --anomalies 2 --threshold 1.5`)).threshold).toMatchObject({ value: 1.5 });
    const { code, stderr } = await isthmus(`evaluate ${old} --anomalies --threshold p99`.split(' '), { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /old\.safetensors: the model file does not hold the errors of its training data, which --threshold needs: train it again, as earlier versions did not keep them, or give an error itself, such as --threshold 0\.02\.\n$/,
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
    ['-1', { value: -1 }],
  ])('%s', (text, expected) => {
    expect(readThreshold(text, 'threshold')).toEqual(expected);
  });

  test.each(['p100', 'p0.99', 'p', '99%', 'x', 'Infinity', 'p-1', ''])('is not %s', (text) => {
    expect(() => readThreshold(text, 'threshold')).toThrow(/^--threshold is '.*', expected p99, /);
  });
});

describe('with labels', () => {
  test('measures how well anomalies are told from others, beside PCA and the distance to the mean', async () => {
    const line = '--model run --data new.npy --anomalies 3 --labels labels.npy';
    const report = await json(line);
    expect(report.classification).toBeUndefined(); // the labels say what is an anomaly
    const { anomalyDetection: found } = report as {
      anomalyDetection: Record<string, Record<string, number>>;
    };
    expect(found).toMatchObject({
      labels: [1],
      anomalies: 20,
      samples: 60,
      fittedTo: { source: 'new.npy', samples: 60, heldOut: 0 },
    });
    expect(found.model.rocAuc).toBeGreaterThan(0.97);
    expect(found.model.recall).toBeGreaterThan(0.7);
    expect(found.model.precision).toBeGreaterThan(0.8);
    // The anomalies have the mean and the variances of the others, but another correlation.
    expect(found.mean.rocAuc).toBeLessThan(0.7);
    // Without other samples, the baselines flag as many as the model.
    expect(found.mean.flagged).toBe(found.model.flagged);
    expect(found.pca).toMatchObject({ components: 2, flagged: found.model.flagged });
    const { stdout } = await evaluate(line);
    expect(stdout).toMatch(/^telling anomalies from others: 20 of 60 samples have the label 1$/m);
    expect(stdout).toMatch(/^ +ROC AUC +average precision +precision +recall +flagged$/m);
    expect(stdout).toContain('anomalies included: --train-data takes others.');
  });

  test('fits PCA and the mean to --train-data, which needs no labels', async () => {
    const { anomalyDetection: found } = (await json(
      '--model run --data new.npy --anomalies 3 --labels labels.npy --train-data table.npy',
    )) as unknown as { anomalyDetection: Record<string, Record<string, number>> };
    expect(found.fittedTo).toEqual({ source: 'table.npy', samples: 360, heldOut: 40 });
    expect(found.pca.rocAuc).toBeGreaterThan(0.97);
    expect(found.pca.threshold).toBeGreaterThan(0);
  });

  test('of several classes, some are anomalies; others are told apart only if that is asked for', async () => {
    const line = '--model run --data new.npy --anomalies 60 --labels kinds.npy --label-names a,b,c,d';
    const numbers = await json(`${line} --anomaly-labels 2,3`);
    const names = await json(`${line} --anomaly-labels c,d`);
    expect(numbers.anomalyDetection).toMatchObject({ labels: [2, 3], anomalies: 20 });
    expect(names.anomalyDetection).toEqual(numbers.anomalyDetection);
    expect(names.classification).toBeUndefined();
    const both = await json(`${line} --anomaly-labels c,d --neighbours 3`);
    expect(both.classification).toBeDefined();
  });

  test('without --anomaly-labels it says that they can be named, and classes that are too few end nothing', async () => {
    const { stderr, stdout } = await evaluate('--model run --data new.npy --anomalies 3 --labels kinds.npy');
    expect(stderr).toContain('note: --anomaly-labels says which classes are anomalies');
    expect(stdout).not.toContain('telling anomalies');
    const one = npyBytes({ descr: '|u1', shape: [60], values: Array.from({ length: 60 }, () => 7) });
    writeFileSync(join(cwd, 'one.npy'), one);
    const same = await evaluate('--model run --data new.npy --anomalies 3 --labels one.npy');
    expect(same.stderr).toMatch(/^note: the classes are not told apart: .* all have the label 7/m);
    expect(same.stdout).toContain('The 3 samples that are restored worst');
    // The control: without --anomalies the classes are what the command is about.
    const words = 'evaluate --model run --data new.npy --labels one.npy'.split(' ');
    expect(await isthmus(words, { cwd })).toMatchObject({ code: 1 });
  });

  test('a class of anomalies that does not occur is refused', async () => {
    const words = 'evaluate --model run --data new.npy --anomalies --labels labels.npy --anomaly-labels 8';
    const { code, stderr } = await isthmus(words.split(' '), { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('--anomaly-labels: no sample has the label 8, the labels are 0, 1.\n');
  });

  test('that are all normal there is no ROC AUC', async () => {
    const zeros = npyBytes({ descr: '|u1', shape: [60], values: Array.from({ length: 60 }, () => 0) });
    writeFileSync(join(cwd, 'zeros.npy'), zeros);
    const { stderr, stdout } = await evaluate('--model run --data new.npy --anomalies 3 --labels zeros.npy');
    expect(stderr).toContain('note: the samples are all normal, or all anomalies: there is no ROC AUC');
    expect(stdout).toMatch(/^this model +– +0\.0000 +0\.0000 +0\.0000 +\d+$/m);
  });
});

describe('--out', () => {
  test('has percentiles, flags, labels and names of each sample, and what its features contribute', async () => {
    const { anomalies } = await json('--model run --data new.npy --anomalies 60');
    await evaluate(
      '--model run --data new.npy --labels labels.npy --label-names fine,odd --neighbours 3 --out all.csv --feature-contributions',
    );
    const [head, ...lines] = readFileSync(join(cwd, 'all.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe(
      'sample,mse,mae,percentile,held_out_percentile,anomaly,label,name,one,"""two"", quoted",three,four,five',
    );
    expect(lines).toHaveLength(60);
    for (const { index, mse, percentile, heldOutPercentile, isAnomaly, features = [] } of anomalies) {
      const cells = lines[index].split(',');
      expect(cells.map(Number).slice(0, 2)).toEqual([index, mse]);
      expect(cells.map(Number).slice(3, 6)).toEqual([percentile, heldOutPercentile, Number(isAnomaly)]);
      expect(cells.slice(6, 8)).toEqual(index < 40 ? ['0', 'fine'] : ['1', 'odd']);
      const shares = cells.slice(8).map(Number);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 2);
      expect(shares.indexOf(Math.max(...shares))).toBe(features[0].index[0]);
    }
  });

  test('takes a threshold without a list', async () => {
    await evaluate('--model run --data new.npy --out flags.csv --threshold 1e9');
    const [head, first] = readFileSync(join(cwd, 'flags.csv'), 'utf8').split('\n');
    expect(head).toBe('sample,mse,mae,percentile,held_out_percentile,anomaly');
    expect(first.endsWith(',0')).toBe(true);
  });

  test('has no columns for what is not known', async () => {
    const folder = folderWith({ 'm.safetensors': writeModel(model()), 'images.npy': imagesNpy() });
    const words = 'evaluate --model m.safetensors --data images.npy --out s.csv --feature-contributions';
    expect((await isthmus(words.split(' '), { cwd: folder })).code).toBe(0);
    const [head] = readFileSync(join(folder, 's.csv'), 'utf8').split('\n');
    expect(head).toMatch(/^image,mse,mae,psnr,feature 0,feature 1,.*,feature 63$/);
  });
});

describe('feature names', () => {
  const NAMES = ['one', '"two", quoted', 'three', 'four', 'five'];

  test('of the training are those of every report', async () => {
    const { stdout } = await evaluate('--model run --data new.npy --anomalies 2');
    for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^ *${name} +\\d`, 'm'));
    expect(stdout).toMatch(/ {3}(one|"two", quoted|three|four|five) \(\d+ %\), /);
    const { anomalies } = await json('--model run --data new.npy --anomalies 2');
    for (const { name, index } of anomalies[0].features ?? []) expect(name).toBe(NAMES[index[0]]);
    const config = JSON.parse(readFileSync(join(cwd, 'run/config.json'), 'utf8'));
    expect(config.data.featureNames).toEqual(NAMES);
    expect(readFileSync(join(cwd, 'run/reconstructions.csv'), 'utf8')).toMatch(
      /^sample,values,one,"""two"", quoted",three,four,five\n/,
    );
    const info = await isthmus(['info', 'run'], { cwd });
    expect(info.stdout).toMatch(/^features +one, "two", quoted, three, four, five$/m);
    expect(info.stdout).not.toContain('featureNames');
  });

  test('can be given to evaluate, and win', async () => {
    const { stdout } = await evaluate('--model run --data new.npy --feature-names a,b,c,d,e');
    for (const name of 'abcde') expect(stdout).toMatch(new RegExp(`^ *${name} +\\d`, 'm'));
  });

  test('must be the same when a run is resumed', async () => {
    const names = async (...words: string[]) => isthmus(['train', '--resume', 'run', ...words], { cwd });
    const { code, stderr } = await names('--feature-names', 'a,b,c,d,e');
    expect(code).toBe(1);
    expect(stderr).toMatch(/its features had other names/);
    expect((await names('--feature-names', 'names.txt')).code).toBe(0);
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
      /--feature-names: got 2 names, expected 5, one for each number of a sample\./,
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
