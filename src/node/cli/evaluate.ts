/** `isthmus evaluate`: how good a model's reconstructions are, image by image and beside what must be beaten. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { meanImageBaseline, pcaBaseline } from '../../autoencoder/baselines.ts';
import { ErrorSums, psnr } from '../../autoencoder/metrics.ts';
import { structuralSimilarity } from '../../autoencoder/ssim.ts';
import { type Samples, sliceSamples } from '../../data/samples.ts';
import { pictureShape, toInputs } from '../display.ts';
import { writeFileAtomically } from '../files.ts';
import { loadImages } from '../load.ts';
import { loadModel } from '../modelFile.ts';
import type { Command } from './command.ts';
import { MACHINE, refuseThreads, useMachine } from './machine.ts';
import { refuseExisting, requireOption, samplesFor } from './model.ts';
import { flag, parseOptions, refusePositionals, text } from './options.ts';
import { formatCount, formatDecibels, print, printJson, say } from './output.ts';
import { showComparison } from './showComparison.ts';

/** Images that are held in memory as floats at a time. */
const BATCH = 256;

const OPTIONS = {
  model: text('MODEL', 'A run folder or a model file.'),
  data: text('FILE', 'Images: .npy, .npz, IDX (.idx, -ubyte, also .gz), a PNG or a folder of PNGs.'),
  key: text('NAME', 'The array of an .npz. [x_train, else the only one]'),
  out: text('FILE.csv', 'Write the scores of every image there.'),
  ...MACHINE,
  overwrite: flag('Replace an existing file.'),
  json: flag('One JSON object on stdout instead of a table.'),
  help: flag('Show this page.'),
};

export const evaluateCommand: Command = {
  help: {
    usage:
      'isthmus evaluate --model MODEL --data FILE [--out scores.csv]\n       npm run isthmus -- evaluate --model MODEL --data FILE [--out scores.csv]',
    description: [
      "Encodes and decodes the images and measures how far they are from the originals: mean squared and mean absolute error, PSNR and SSIM, in the units of the network's input, where a pixel goes from 0 to 1. PSNR is that of the overall MSE; SSIM is the mean over the images.",
      'Two baselines stand beside them: predicting the mean image every time, and PCA with as many components as the code has numbers. PCA is fitted to these very images, so no linear code of that length can do better on them.',
    ],
    groups: [['Options', OPTIONS]],
    sections: [['Example', ['isthmus evaluate --model runs/digits-1 --data images.npy --out scores.csv']]],
  },
  run: evaluate,
};

interface Scores {
  readonly mse: number;
  readonly mae?: number;
  /** Only where the network's inputs are pixels between 0 and 1. */
  readonly psnr?: number;
  /** Only for pictures of at least 11×11 pixels between 0 and 1. */
  readonly ssim?: number;
}

async function evaluate(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { key, overwrite, json, out } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  if (out !== undefined) await refuseExisting(requireOption('out', out, 'FILE.csv', ['.csv']), overwrite);
  await useMachine(parsed.values);
  const { autoencoder } = await loadModel(model);
  const samples = samplesFor(autoencoder, await loadImages(data, { key }));
  const isPixels = samples.normalization?.kind !== 'standard';

  const images = scoreImages(autoencoder, samples, isPixels);
  if (out !== undefined) await writeFileAtomically(out, scoresCsv(images));
  const withPsnr = (mse: number): Scores => ({ mse, ...(isPixels && { psnr: psnr(mse) }) });
  const meanSsim = images[0].ssim === undefined ? undefined : meanOf(images, ({ ssim }) => ssim ?? 0);
  const scores = {
    model: {
      ...withPsnr(meanOf(images, ({ mse }) => mse)),
      mae: meanOf(images, ({ mae }) => mae),
      ...(meanSsim !== undefined && { ssim: meanSsim }),
    },
    pca: withPsnr(pcaBaseline(samples, autoencoder.encodingDim)),
    meanImage: withPsnr(meanImageBaseline(samples)),
  };
  if (json) {
    printJson({ images: samples.shape[0], codeLength: autoencoder.encodingDim, ...scores });
    return 0;
  }
  print(`${formatCount(samples.shape[0])} images, codes of ${autoencoder.encodingDim} numbers\n`);
  printTable([
    ['this model', scores.model],
    [`PCA, ${autoencoder.encodingDim} components`, scores.pca],
    ['mean image', scores.meanImage],
  ]);
  if (out !== undefined) say(`\nthe scores of every image: ${out}`);
  say();
  showComparison(autoencoder, samples);
  return 0;
}

interface ImageScores extends Scores {
  readonly mae: number;
}

/** The scores of each image alone. */
function scoreImages(autoencoder: Autoencoder, samples: Samples, isPixels: boolean): ImageScores[] {
  const scores: ImageScores[] = [];
  const shape = isPixels ? pictureShape(autoencoder.inputShape) : undefined;
  for (let start = 0; start < samples.shape[0]; start += BATCH) {
    const some = sliceSamples(samples, start, start + BATCH);
    const originals = toInputs(autoencoder, some);
    const reconstructions = autoencoder.predict(some);
    for (let i = 0; i < originals.shape[0]; i++) {
      const [original, reconstruction] = [originals, reconstructions].map((all) => all.rows(i, i + 1).data);
      const errors = new ErrorSums();
      errors.add(original, reconstruction);
      const { mse, mae, psnr } = errors.result();
      const ssim = shape && structuralSimilarity(original, reconstruction, shape);
      scores.push({ mse, mae, ...(isPixels && { psnr }), ...(ssim !== undefined && { ssim }) });
    }
  }
  return scores;
}

/** The mean over all images; as each has as many numbers, that of an error is the error over all numbers. */
function meanOf(images: readonly ImageScores[], pick: (scores: ImageScores) => number): number {
  return images.reduce((sum, scores) => sum + pick(scores), 0) / images.length;
}

function scoresCsv(images: readonly Scores[]): string {
  const rows = images.map(({ mse, mae, psnr, ssim }, i) => [i, mse, mae, psnr ?? '', ssim ?? ''].join(','));
  return `${['image,mse,mae,psnr,ssim', ...rows].join('\n')}\n`;
}

function printTable(rows: readonly (readonly [name: string, scores: Scores])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const cell = (text: string | undefined) => (text ?? '–').padStart(10);
  print(' '.repeat(width) + ['MSE', 'MAE', 'PSNR', 'SSIM'].map(cell).join(''));
  for (const [name, { mse, mae, psnr, ssim }] of rows) {
    const decibels = psnr === undefined ? undefined : formatDecibels(psnr);
    const cells = [mse.toFixed(5), mae?.toFixed(5), decibels, ssim?.toFixed(4)];
    print(name.padEnd(width) + cells.map(cell).join(''));
  }
}
