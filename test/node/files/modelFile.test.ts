import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { loadModel, saveModel } from '../../../src/node/files/modelFile.ts';
import { contentsOf, folderWith, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

const model = () => new Autoencoder({ inputShape: [3], hidden: [], encodingDim: 2, seed: 1 });

describe('saveModel and loadModel', () => {
  test('keep weights, facts and nothing else', async () => {
    const folder = folderWith();
    const path = join(folder, 'model.safetensors');
    await saveModel(path, model(), { training: { epochs: 3 } });
    expect(Object.keys(contentsOf(folder))).toEqual(['model.safetensors']);
    const loaded = await loadModel(path);
    expect(loaded.autoencoder.parameters.values).toEqual(model().parameters.values);
    expect(loaded.training).toEqual({ epochs: 3 });
    expect(loaded.path).toBe(path);
  });

  test('a run folder stands for the model in it', async () => {
    const folder = folderWith();
    const path = join(folder, 'model.safetensors');
    await saveModel(path, model());
    expect((await loadModel(folder)).path).toBe(path);
  });

  test('what is not there or no model is refused by name', async () => {
    const path = join(folderWith(), 'm.safetensors');
    await expect(loadModel(path)).rejects.toThrow(`can't read ${path}: there is no such file or folder.`);
    writeFileSync(path, 'no model');
    await expect(loadModel(path)).rejects.toThrow(`${path}: `);
  });
});
