/** How well `evaluate --anomalies --labels` says that anomalies are found. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { isthmus, removeFolders } from '../../../helpers/cli.ts';
import { evaluateIn, folderWithRuns, reportIn } from './tableRuns.ts';

afterAll(removeFolders);

let cwd = '';
beforeAll(async () => {
  cwd = await folderWithRuns();
});
const evaluate = (line: string) => evaluateIn(cwd, line);
const json = (line: string) => reportIn(cwd, line);

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
    expect(stderr).toContain('note: with --anomaly-labels, the classes that are anomalies,');
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
