/** All that `npm run bench` measures, in the order of its table. */

import { generateDigits } from '../src/data/digits.ts';
import { normalize } from '../src/data/normalization.ts';
import { convolutionContests } from './contests/convolution.ts';
import { epochContest } from './contests/epoch.ts';
import { inferenceContest } from './contests/inference.ts';
import { largeMatmulContests } from './contests/largeMatmul.ts';
import { loadingContests } from './contests/loading.ts';
import { matmulContests } from './contests/matmul.ts';
import { ARTICLE } from './contests/models.ts';
import { oneSampleContests } from './contests/oneSample.ts';
import { startUpContest } from './contests/startUp.ts';
import { trainingStepContests } from './contests/trainingStep.ts';
import type { Contest } from './harness/contest.ts';
import { kernelsNamed } from './harness/setting.ts';

const IMAGES = 10_000;
const STEP_IMAGES = 1024; // 32 batches of the article's model, 8 of the big one's

/** @param folder - Where files may be written. */
export async function createContests(folder: string): Promise<Contest[]> {
  const images = generateDigits({ count: IMAGES, seed: 1 });
  const inputs = normalize(images);
  return [
    ...matmulContests([kernelsNamed('blocked'), kernelsNamed('simd')]),
    ...largeMatmulContests(),
    ...convolutionContests(),
    ...trainingStepContests(normalize(generateDigits({ count: STEP_IMAGES, seed: 1 }))),
    inferenceContest(ARTICLE, inputs),
    ...oneSampleContests(ARTICLE),
    ...(await loadingContests(folder, images)),
    startUpContest(),
    epochContest(ARTICLE, inputs), // the last: functions that were replaced once may be slower to call ever after
  ];
}
