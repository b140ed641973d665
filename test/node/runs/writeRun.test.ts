import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readModel } from '../../../src/io/model.ts';
import { RunFolder } from '../../../src/node/runs/runFolder.ts';
import { type Run, writeRun } from '../../../src/node/runs/writeRun.ts';
import { contentsOf, folderWith, removeFolders } from '../../helpers/cli.ts';
import { DIVIDED, model, pixels } from '../cli/fixtures.ts';

afterAll(removeFolders);

function run(inputShape: readonly number[] = [8, 8]): Run {
  return {
    model: model(DIVIDED, { inputShape }),
    samples: {
      shape: [3, ...inputShape],
      data: Uint8Array.from(
        pixels(
          inputShape.reduce((size, length) => size * length, 1),
          3,
        ),
      ),
      normalization: DIVIDED,
    },
    epochs: [
      { epoch: 1, loss: 0.5, validationLoss: 0.25, learningRate: 0.001, seconds: 0.12345 },
      { epoch: 2, loss: 1e-7, learningRate: 0.0005, seconds: 61 },
    ],
    facts: { seed: 3 },
    config: { options: { data: 'a.npy' } },
    lossTitle: 'mean squared error',
  };
}

async function newFolder(): Promise<RunFolder> {
  return RunFolder.create(join(folderWith(), 'run'), false);
}

test('writes the model first, then what tells of the training', async () => {
  const folder = await newFolder();
  const names = ['model.safetensors', 'history.csv', 'loss.svg', 'config.json', 'reconstructions.png'];
  const { files: written, pictures } = await writeRun(folder, run());
  expect(written).toEqual(names);
  expect(pictures?.originals.shape).toEqual([3, 8, 8]);
  await folder.close();
  const files = contentsOf(folder.path);
  expect(Object.keys(files)).toEqual([...names].sort());
  expect(files['history.csv']).toBe(
    'epoch,loss,validation_loss,learning_rate,seconds\n1,0.5,0.25,0.001,0.123\n2,1e-7,,0.0005,61.000\n',
  );
  expect(files['config.json']).toBe('{\n  "options": {\n    "data": "a.npy"\n  }\n}\n');
  expect(files['loss.svg']).toContain('mean squared error');
  expect(readModel(Uint8Array.from(Buffer.from(files['model.safetensors'], 'latin1'))).training).toEqual({
    seed: 3,
  });
});

test('writes a table instead of the picture where samples are no pictures', async () => {
  const folder = await newFolder();
  const { files: written, pictures } = await writeRun(folder, run([10]));
  expect(written).not.toContain('reconstructions.png');
  expect(pictures).toBeUndefined();
  await folder.close();
  const { 'reconstructions.csv': table, ...others } = contentsOf(folder.path);
  expect(Object.keys(others)).toHaveLength(4);
  expect(table).toMatch(/^sample,values,feature 0,.*,feature 9\n0,original,/);
});

test('names the file that it cannot write and leaves no temporary file', async () => {
  const folder = await newFolder();
  mkdirSync(join(folder.path, 'history.csv'));
  await expect(writeRun(folder, run())).rejects.toThrow(/^can't write .*history\.csv: it is a folder/);
  await folder.close();
  expect(Object.keys(contentsOf(folder.path))).toEqual(['history.csv/', 'model.safetensors']);
});
