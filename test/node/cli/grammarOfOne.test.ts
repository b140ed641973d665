/** One of everything: a sample, a feature, a code of one number, an epoch. Messages have no "1 samples", and no "its 1 sample". */

import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { type AnyModel, writeModel } from '../../../src/io/model.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { COMMANDS, type Files, folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';
import { imagesNpy, png } from './fixtures.ts';

afterAll(removeFolders);

const DIVIDED = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 } as const;

function made(model: AnyModel): Uint8Array {
  model.normalization = DIVIDED;
  return writeModel(model);
}

const IMAGE_MODEL = made(new Autoencoder({ inputShape: [8, 8], hidden: [1], encodingDim: 1, seed: 1 }));
const ONE_IMAGE = imagesNpy([8, 8], 1);
const FILES: Files = {
  'm.safetensors': IMAGE_MODEL,
  'one.npy': ONE_IMAGE,
  'two.npy': imagesNpy([8, 8], 2),
  'column.npy': npyBytes({ descr: '<f8', shape: [3, 1], values: [1, 2, 4] }),
  'row.npy': npyBytes({ descr: '<f8', shape: [1, 3], values: [1, 2, 4] }),
  'rows.npy': npyBytes({ descr: '<f8', shape: [2, 3], values: [1, 2, 4, 2, 2, 9] }),
  'label.npy': npyBytes({ descr: '<i8', shape: [1], values: [0] }),
  'labels.npy': npyBytes({ descr: '<i8', shape: [2], values: [0, 1] }),
  'code.npy': npyBytes({ descr: '<f4', shape: [1, 1], values: [0.5] }),
  'pngs/1.png': png(),
};

/** A plural after a count of one, "the 1" or "its 1", and plural verbs. "feature 1 is" is no count. */
const WRONG =
  /(?<![\d.,:-]|feature )1 (?:(?:new|test|training|target) )?(?!(?:is|as|has|was|loss|class)\b)[A-Za-z]+s\b|\b(?:its|the|all|both|these) 1\b|(?<![\d.,:-])1 [a-z]+ (?:are|were|have)\b/;

const LINES = [
  'train --data one.npy --epochs 1 --hidden 1 --encoding-dim 1 --out r1',
  'train --data two.npy --epochs 1 --validation-split 0.5 --hidden 1 --encoding-dim 1 --batch-size 1 --patience 1 --out r2',
  'train --data column.npy --normalize minmax --epochs 1 --hidden 1 --encoding-dim 1 --out r3',
  'train --data column.npy --normalize minmax --validation-split 0.4 --epochs 1 --warmup-epochs 1 --out r3b',
  'train --data one.npy --validation-split 0.5 --epochs 1 --out r3c',
  'train --data two.npy --target one.npy --epochs 1 --out r3d',
  'train --data one.npy --target one.npy --epochs 1 --hidden 1 --encoding-dim 1 --out r3e',
  'train --data row.npy --epochs 1 --hidden 1 --encoding-dim 1 --normalize standard --out r4',
  'train --data rows.npy --epochs 1 --hidden 1 --encoding-dim 1 --scale-by feature --normalize minmax --out r4b',
  'train --data pngs --epochs 1 --hidden 1 --encoding-dim 1 --test-data pngs --out r5',
  'train --data two.npy --epochs 1 --hidden 1 --encoding-dim 2 --kind vae --out r6',
  'train --count 1 --epochs 1 --out r7',
  'encode --model m.safetensors --data one.npy --out c.npy',
  'encode --model m.safetensors --data one.npy --in-memory 0 --out c2.npy',
  'decode --model m.safetensors --codes code.npy --out d.npy',
  'reconstruct --model m.safetensors --data one.npy --out rec.npy',
  'evaluate --model m.safetensors --data one.npy',
  'evaluate --model m.safetensors --data one.npy --anomalies',
  'evaluate --model m.safetensors --data one.npy --anomalies 1 --out a.csv',
  'evaluate --model m.safetensors --data one.npy --labels label.npy',
  'evaluate --model m.safetensors --data two.npy --labels labels.npy',
  'evaluate --model m.safetensors --data two.npy --labels label.npy',
  'evaluate --model r3 --data column.npy',
  'evaluate --model r3 --data column.npy --feature-contributions --out f.csv --anomalies --threshold p50',
  'evaluate --model m.safetensors --data one.npy --noise gaussian:0.1',
  'generate --model m.safetensors --data one.npy --count 1 --out g.npy',
  'generate --model m.safetensors --data one.npy --count 1 --out g.png',
  'interpolate --model m.safetensors --data one.npy --from 0 --to 0 --steps 2 --out i.png',
  'interpolate --model m.safetensors --data one.npy --from 0 --to 1 --out i2.png',
  'traverse --model m.safetensors --data one.npy --out t.png',
  'traverse --model m.safetensors --data one.npy --sample 0 --steps 2 --out t2.png',
  'manifold --model r6 --out mf.png',
  'compress --model m.safetensors --data one.npy --out x.isth --lossless',
  'compress --model m.safetensors --data one.npy --out y.isth --bits 2 --include-model',
  'decompress x.isth --model m.safetensors --out back.npy',
  'export --model m.safetensors --format onnx --out onnx',
  'export --model m.safetensors --format pytorch --out pt',
  'import --format pytorch --weights pt --out imported.safetensors',
  'info m.safetensors',
  'info r1',
  'info x.isth',
];

describe('one of everything', () => {
  const cwd = folderWith(FILES);

  test.each(LINES)(
    'isthmus %s',
    async (line) => {
      const { stdout, stderr } = await isthmus(line.split(' '), { cwd });
      const said = `${stdout}${stderr}`;
      if (process.env.SHOW) process.stdout.write(`\n$ ${line}\n${said}`);
      expect(said.split('\n').filter((text) => WRONG.test(text))).toEqual([]);
    },
    60_000,
  );

  test('is tried with every command', () => {
    expect(new Set(LINES.map((line) => line.split(' ')[0]))).toEqual(new Set(COMMANDS));
  });

  test.each([
    'its 1 sample',
    '1 images became codes',
    '1 PNGs',
    'keeps 1 of 1 samples',
    '1 sample are',
    'all 1 weights',
  ])('would show "%s"', (text) => {
    expect(WRONG.test(text)).toBe(true);
  });
});
