import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { ErrorDistribution, isAbove } from '../../../src/evaluation/errorDistribution.ts';
import { loadModel, saveModel } from '../../../src/node/files/modelFile.ts';
import { contentsOf, folderWith, removeFolders } from '../../helpers/cli.ts';
import { DIVIDED_BY_255, toyImages, toyModel } from '../../training/toy.ts';

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

  test('keep the errors of its samples, by which one new sample is judged', async () => {
    const path = join(folderWith(), 'model.safetensors');
    const images = toyImages(300);
    const autoencoder = toyModel();
    await autoencoder.fit(images, { epochs: 30, batchSize: 20 });
    const { rankedBy, scores } = await autoencoder.anomalyScores(images);
    const heldOut = ErrorDistribution.of((await autoencoder.anomalyScores(toyImages(300, 2))).scores);
    await saveModel(path, autoencoder, {
      errors: { rankedBy, training: ErrorDistribution.of(scores), heldOut },
    });

    const loaded = await loadModel(path);
    if (!loaded.errors) throw new Error('expected errors');
    const { value } = (loaded.errors.heldOut ?? loaded.errors.training).threshold(0.99);
    const judge = async (pixels: readonly number[]) => {
      const image = { shape: [1, 4, 4], data: Uint8Array.from(pixels), normalization: DIVIDED_BY_255 };
      const [score] = (await loaded.autoencoder.anomalyScores(image)).scores;
      return [loaded.errors?.training.percentileOf(score), isAbove(score, value)];
    };
    const [percentile, isAnomaly] = await judge([...toyImages(1, 5).data]);
    expect(percentile).toBeGreaterThan(0);
    expect(percentile).toBeLessThan(99);
    expect(isAnomaly).toBe(false);
    expect(await judge(Array.from({ length: 16 }, (_, i) => 255 * (i % 2)))).toEqual([100, true]);
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
