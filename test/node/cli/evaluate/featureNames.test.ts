/** What `evaluate --out` says of each sample, and the names of features. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeModel } from '../../../../src/io/model.ts';
import { folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, model } from '../fixtures.ts';
import { evaluateIn, folderWithRuns, reportIn } from './tableRuns.ts';

afterAll(removeFolders);

let cwd = '';
beforeAll(async () => {
  cwd = await folderWithRuns();
});
const evaluate = (line: string) => evaluateIn(cwd, line);
const json = (line: string) => reportIn(cwd, line);

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
