import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Adam, Autoencoder } from 'isthmus';
// @ts-expect-error It has no types.
import { startEngine } from '../../../bench/peers/child.mjs';
// @ts-expect-error It has no types.
import { writeFloats } from '../../../bench/peers/floats.mjs';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-peers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [COUNT, BATCH] = [40, 8];
const WIDTHS = [12, 6, 3, 6, 12];
const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const IMAGES = Float32Array.from({ length: COUNT * WIDTHS[0] }, (_, i) => ((i * 7) % 13) / 13);

/** The network that the engine builds: its first weights are the file's. */
function createModel(): Autoencoder {
  return new Autoencoder({ inputShape: [12], hidden: [6], encodingDim: 3 });
}

/** The losses of each epoch of one `fit`. */
async function lossesHere(epochs: number): Promise<number[]> {
  const model = createModel();
  model.compile({ optimizer: new Adam(ADAM), loss: 'mse' });
  const history = await model.fit({ shape: [COUNT, 12], data: IMAGES }, { epochs, batchSize: BATCH });
  return history.epochs.map(({ loss }) => loss);
}

test('the engine trains epoch by epoch, as one fit of as many epochs does', async () => {
  const [images, weights] = ['images', 'weights'].map((name) => join(folder, name));
  writeFloats(images, IMAGES);
  writeFloats(weights, createModel().parameters.values);
  const engine = startEngine(process.execPath, ['bench/peers/engines/isthmus.mjs', '1'], process.env);
  try {
    const setup = {
      widths: WIDTHS,
      features: 12,
      batchSize: BATCH,
      count: COUNT,
      adam: ADAM,
      images,
      weights,
    };
    await engine.ask({ cmd: 'training', ...setup }, 30_000);
    const check = { cmd: 'check', limitMs: 30_000, atLeast: 1 };
    const first = await engine.ask({ ...check, epochs: 2 }, 30_000);
    const second = await engine.ask({ ...check, epochs: 3 }, 30_000);
    expect([...first.losses, ...second.losses]).toEqual(await lossesHere(5));
    const { ms } = await engine.ask({ cmd: 'run', ms: 5 }, 30_000); // of one image
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(100);
  } finally {
    await engine.stop();
  }
});
