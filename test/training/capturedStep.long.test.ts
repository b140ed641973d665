/** As capturedStep.test.ts, with every kind of run: optimizers, clipping, widths, batch sizes, validation and noise. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import { builtFile, runScript } from '../helpers/script.ts';
import {
  ACTIVATIONS,
  BATCH_SIZES,
  counting,
  LOSSES,
  OPTIMIZERS,
  type Run,
  train,
  WIDTHS,
  withoutCapture,
  withThreads,
} from './capturedRuns.ts';

const before = kernels().name;
beforeAll(() => {
  setKernels('simd');
});
afterAll(() => {
  setKernels(before);
});

const BOTH = [false, true];
const names = Object.keys(OPTIMIZERS) as Run['optimizer'][];

/** All runs with this activation and this loss, but with noise or without it, with validation or without it in turn. */
function runsOf(activation: Run['activation'], loss: Run['loss']): Run[] {
  const runs: Run[] = [];
  for (const optimizer of names) {
    for (const clipNorm of [undefined, 0.05]) {
      for (const widths of WIDTHS) {
        for (const batchSize of BATCH_SIZES) {
          const validation = BOTH[runs.length % 2];
          const noise = BOTH[(runs.length >> 1) % 2];
          runs.push({ activation, loss, optimizer, clipNorm, widths, batchSize, validation, noise });
        }
      }
    }
  }
  return runs;
}

const PAIRS = ACTIVATIONS.flatMap((activation) => LOSSES.map((loss) => [activation, loss] as const));

test.each(PAIRS)('%s with %s: 200 trainings, on 1 to 4 threads', async (activation, loss) => {
  for (const [i, run] of runsOf(activation, loss).entries()) {
    const expected = await withoutCapture(() => train(run));
    const counts = await counting(async () => {
      expect({ run, ...(await withThreads(1 + (i % 4), () => train(run))) }).toEqual({ run, ...expected });
    });
    expect(counts.replayed).toBeGreaterThan(0);
  }
});

describe('fit after fit', () => {
  /** Trains 200 times. Returns by how many bytes the last fifty take more of the memory than the first fifty. */
  async function growth(before: string, model: string): Promise<number> {
    const program = `
      const { Autoencoder, Tensor } = await import('${builtFile('index.js')}');
      const { kernels } = await import('${builtFile('tensor/kernels/active.js')}');
      const makeModel = () => new Autoencoder({ inputShape: [784] });
      const one = makeModel();
      const samples = Tensor.zeros([200, 784]);
      const used = [];
      ${before}
      for (let i = 1; i <= 200; i++) {
        await ${model}.fit(samples, { epochs: 3, batchSize: 20 + (i % 17), validationSplit: 0.2 });
        if (i % 10 !== 0) continue;
        for (let j = 0; j < 5; j++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve));
        }
        used.push(kernels().memory.used);
      }
      console.log(JSON.stringify([used.slice(0, 5), used.slice(-5)].map((sizes) => Math.max(...sizes))));`;
    const { stdout, stderr } = await runScript(program, ['--expose-gc']);
    if (stderr) throw new Error(stderr);
    const [early, late] = JSON.parse(stdout) as [number, number];
    return late - early;
  }

  // The panels of a captured step alone are some 400 KB. What is free may lie in other pieces than before.
  const SLACK = 2 ** 21;

  test('of one model and of new ones leaves nothing of what was captured in the memory', async () => {
    expect(await growth('', 'one')).toBeLessThan(SLACK);
    expect(await growth('', 'makeModel()')).toBeLessThan(SLACK);
  });

  test('negative control: replays that somebody keeps do stay', async () => {
    const keep = `
      const kept = [];
      const { capture } = kernels();
      kernels().capture = (work) => {
        kept.push(capture(work));
        return kept.at(-1);
      };`;
    expect(await growth(keep, 'one')).toBeGreaterThan(10 * SLACK);
  });
});
