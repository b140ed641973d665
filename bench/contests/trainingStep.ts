/**
 * A training step: simd against blocked, two threads against one, and the same while another process wants a processor.
 * Read harness/contest.ts and training.ts first.
 */

import type { Samples } from '../../src/data/samples.ts';
import { blocked } from '../../src/tensor/kernels/blocked.ts';
import type { Kernels } from '../../src/tensor/kernels/kernels.ts';
import { startBusyProcess } from '../harness/busyProcess.ts';
import type { Contest, Timed } from '../harness/contest.ts';
import {
  kernelsNamed,
  ONE_THREAD,
  type Setting,
  THREADS_NEED,
  THREADS_SETTLE_MS,
  TWO_THREADS,
  use,
} from '../harness/setting.ts';
import { ARTICLE, BIG, type Model } from './models.ts';
import { Training } from './training.ts';
import { requireEqual } from './verify.ts';
import { verifyTrainingStep } from './verifyTrainingStep.ts';

/** Steps on 2,048 samples take longer than the 4 ms that the engine works alone after a change (harness/setting.ts). */
const SAME_BITS_SAMPLES = 2048;

/** @param images - Whole batches of both models. */
export function trainingStepContests(images: Samples): Contest[] {
  return [
    trainingStepContest(ARTICLE, images, [kernelsNamed('simd')]),
    captureContest(ARTICLE, images, ONE_THREAD),
    captureContest(ARTICLE, images, TWO_THREADS),
    threadsContest(ARTICLE, images),
    threadsContest(BIG, images),
    busyContest(ARTICLE, images),
  ];
}

/** @param sets - Timed against blocked; blocked itself may be among them and is skipped. */
export function trainingStepContest(model: Model, images: Samples, sets: readonly Kernels[]): Contest {
  const others = sets.filter((set) => set.name !== blocked.name);
  return {
    what: 'training step',
    shape: model.name,
    work: { amount: model.batch, unit: 'samples' },
    baseline: contestant(new Training(blocked, images, model), blocked),
    contestants: others.map((set) => contestant(new Training(set, images, model), set)),
    verify: async () => {
      await use(ONE_THREAD);
      for (const set of [blocked, ...others]) {
        verifyTrainingStep(set, (kernels) => new Training(kernels, images, model));
      }
    },
  };
}

function contestant(training: Training, { name }: Kernels): Timed {
  return { name, prepare: () => use({ kernels: name }), run: () => training.step() };
}

export function threadsContest(model: Model, images: Samples): Contest {
  const simd = kernelsNamed('simd');
  const training = new Training(simd, images, model);
  const run = (): number => training.step();
  return {
    what: 'step, threads',
    shape: model.name,
    work: { amount: model.batch, unit: 'samples' },
    ...THREADS_NEED,
    baseline: { name: '1 thread', prepare: () => use(ONE_THREAD), run },
    contestants: [{ name: '2 threads', prepare: () => use(TWO_THREADS), run, settleMs: THREADS_SETTLE_MS }],
    verify: async () => {
      await use(ONE_THREAD);
      const create = (kernels: Kernels) => new Training(kernels, images, model);
      verifyTrainingStep(simd, create);
      await verifySameBits(`${model.name}, 2 threads`, () => create(simd), SAME_BITS_SAMPLES / model.batch, [
        ONE_THREAD,
        TWO_THREADS,
      ]);
    },
  };
}

/** A step that is replayed against one whose kernels are called one by one. */
export function captureContest(model: Model, images: Samples, setting: Setting): Contest {
  const create = () => new Training(kernelsNamed('simd'), images, model);
  const { threads = 1 } = setting;
  const called = { ...setting, capture: false };
  const timed = (name: string, each: Setting): Timed => {
    const training = create();
    const isAlone = threads === 1;
    return {
      name,
      prepare: () => use(each),
      run: () => training.step(),
      ...(!isAlone && { settleMs: THREADS_SETTLE_MS }),
    };
  };
  return {
    what: 'captured step',
    shape: threads === 1 ? '1 thread' : `${threads} threads`,
    work: { amount: model.batch, unit: 'samples' },
    ...(threads > 1 && THREADS_NEED),
    baseline: timed('called', called),
    contestants: [timed('replayed', setting)],
    verify: () => verifySameBits(model.name, create, SAME_BITS_SAMPLES / model.batch, [called, setting]),
  };
}

/** Trains with each of these settings. */
async function verifySameBits(
  who: string,
  create: () => Training,
  steps: number,
  settings: readonly Setting[],
): Promise<void> {
  const runs = [];
  for (const setting of settings) {
    await use(setting);
    const training = create();
    const losses = Array.from({ length: steps }, () => training.step());
    runs.push({ losses, values: training.parameters.values });
  }
  const [one, two] = runs;
  requireEqual(`${who}, losses of ${steps} steps`, two.losses, one.losses);
  requireEqual(`${who}, parameters after ${steps} steps`, two.values, one.values);
}

/**
 * The same beside a process that never rests. The mean counts: the steps that wait for a helper without a processor are
 * few, but long. A sample takes a second, so that the engine's attempts to share work and the pauses between are in it.
 */
export function busyContest(model: Model, images: Samples, start = startBusyProcess): Contest {
  return {
    ...threadsContest(model, images),
    what: 'step, busy core',
    needsAll: false,
    atLeast: { warmUpMs: 500, sampleMs: 1000 },
    average: 'mean',
    begin: async () => (await start()).stop,
  };
}
