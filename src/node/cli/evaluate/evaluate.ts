/** `isthmus evaluate`: how good a model is, section by section. */

import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { isByFeature, pickSamples, type Samples } from '../../../data/samples.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { writeFileAtomically } from '../../files/files.ts';
import { loadImages } from '../../files/load.ts';
import { loadLabels } from '../../files/loadLabels.ts';
import { loadModel } from '../../files/modelFile.ts';
import { isFlat, nounOf } from '../../pictures/sampleKind.ts';
import { refuseThreads, useMachine } from '../shared/machine.ts';
import { refuseSalt } from '../shared/noise.ts';
import { requireOption, samplesFor } from '../shared/openModel.ts';
import { noteOverflow, refuseOverflow } from '../shared/overflow.ts';
import { showComparison } from '../shared/showComparison.ts';
import type { Command } from '../terminal/help.ts';
import { parseOptions, refusePositionals } from '../terminal/options.ts';
import { print, printJson, say } from '../terminal/output.ts';
import { anomalyPicture, anomalySection, refuseAnomalyPicture, worstSamples } from './anomalies.ts';
import { labelSection } from './classes.ts';
import { noiseSection } from './denoising.ts';
import { featureSection } from './features.ts';
import { type EncodedSamples, type LabelledSamples, refuseUnfit } from './labelledFeatures.ts';
import { latentPicture, refuseNamelessLabels } from './latent.ts';
import type { Section } from './options.ts';
import {
  ANOMALIES,
  DATA,
  type EvaluateValues,
  LABELS,
  LATENT,
  OPTIONS,
  OTHERS,
  refuseEvaluateOptions,
  refuseExistingOutputs,
} from './options.ts';
import { codeSection, type ImageScores, scoreImages, scoreSection, scoresCsv } from './scores.ts';

export const evaluateCommand: Command = {
  help: {
    usage:
      'isthmus evaluate --model MODEL --data FILE [options]\n       npm run isthmus -- evaluate --model MODEL --data FILE [options]',
    description: [
      "Encodes and decodes the images and measures how far they are from the originals: mean squared and mean absolute error, PSNR and SSIM, in the units of the network's input, where a pixel goes from 0 to 1. PSNR is that of the overall MSE; SSIM is the mean over the images.",
      'Where the inputs are no brightnesses between 0 and 1, R² stands in place of PSNR and SSIM, the part of the variance that comes back; of the rows of a table, and of all that was scaled feature by feature, also the error and R² of each feature, in the units of the data.',
      'Two baselines stand beside them: predicting the mean image every time, and PCA with as many components as the code has numbers. PCA is fitted to these very images, so no linear code of that length can do better on them; of images so few that it restores them exactly, it is left out.',
      'With --labels it also measures what the codes are good for: how well the classes can be told apart by them, beside PCA of the same length and the inputs themselves. Nearest neighbours are the nearest by Euclidean distance, of the features as they are and, beside that, scaled to mean 0 and standard deviation 1; of classes with as many votes the one of the nearest neighbour wins. The linear probe is multinomial logistic regression on scaled features, with an L2 penalty as that of scikit-learn (C = 1), until no component of the gradient is above 0.0001.',
    ],
    groups: [
      ['Options', DATA],
      ['Anomalies', ANOMALIES],
      ['Classes', LABELS],
      ['A picture of the codes', LATENT],
      ['Others', OTHERS],
    ],
    sections: [
      [
        'Examples',
        [
          'isthmus evaluate --model runs/digits-1 --data images.npy --out scores.csv',
          'isthmus evaluate --model runs/digits-1 --data images.npy --anomalies 20',
          'isthmus evaluate --model runs/digits-1 --data images.npy --labels labels.npy \\',
          '  --train-data train.npy --train-labels train-labels.npy --latent latent.svg',
        ],
      ],
    ],
  },
  run: evaluate,
};

async function evaluate(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  refuseEvaluateOptions(parsed);
  const { values } = parsed;
  const model = requireOption('model', values.model, 'MODEL');
  const data = requireOption('data', values.data, 'FILE');
  await refuseExistingOutputs(parsed);
  await useMachine(values);
  const { autoencoder } = await loadModel(model);
  if (values['anomalies-out'] !== undefined) refuseAnomalyPicture(autoencoder);
  refuseSalt(values.noise, autoencoder.normalization.kind);
  const images = await loadImages(data, { key: values.key });
  const measured = { samples: samplesFor(autoencoder, images), source: images.source };
  const { labels, fitted } = await loadLabelled(autoencoder, measured, values);

  const codes = autoencoder.encode(measured.samples);
  if (labels) refuseOverflow(codes, measured.source, '--labels');
  if (values.latent !== undefined) refuseOverflow(codes, measured.source, '--latent');
  const scores = scoreImages(autoencoder, measured.samples);
  noteOverflow(
    scores.filter(({ mse }) => !Number.isFinite(mse)).length,
    nounOf(autoencoder.inputShape, autoencoder.normalization),
  );
  const worst = worstSamples(scores, values.anomalies ?? 0);
  const subject = { autoencoder, ...measured, codes, labels, fitted, scores, worst };
  const sections = sectionsOf(subject, values);
  const files = filesOf(subject, values);
  await writeAll(files, values.overwrite);
  report(sections, values.json);
  if (values.json) return 0;
  if (files.length > 0) say();
  for (const { path, what } of files) say(`${what}: ${path}`);
  say();
  const { samples } = measured;
  showComparison(autoencoder, worst.length > 0 ? pickSamples(samples, worst) : samples, values.noise);
  return 0;
}

/** The labels of the samples, and other samples with theirs. */
async function loadLabelled(
  autoencoder: Autoencoder,
  measured: Omit<LabelledSamples, 'labels'>,
  values: EvaluateValues,
): Promise<{ labels?: ArrayLike<number>; fitted?: EncodedSamples | undefined }> {
  if (values.labels === undefined) return {};
  const [count] = measured.samples.shape;
  const { labels } = await loadLabels(values.labels, { key: values['labels-key'], count });
  const names = values['label-names'];
  if (names) refuseNamelessLabels(labels, names);
  const fitted = await loadFitted(autoencoder, values);
  refuseUnfit({ ...measured, labels }, fitted, values.neighbours);
  if (!fitted) return { labels };
  const codes = autoencoder.encode(fitted.samples);
  refuseOverflow(codes, fitted.source, '--train-data');
  return { labels, fitted: { ...fitted, codes } };
}

async function loadFitted(
  autoencoder: Autoencoder,
  {
    'train-data': data,
    'train-key': key,
    'train-labels': path,
    'train-labels-key': labelsKey,
    data: measured = '',
    key: measuredKey,
  }: EvaluateValues,
): Promise<LabelledSamples | undefined> {
  if (data === undefined || path === undefined) return undefined;
  if (resolve(data) === resolve(measured) && key === measuredKey) {
    say('note: --train-data is --data: how well classes are told apart says nothing of other samples');
  }
  const images = await loadImages(data, { key });
  const { labels } = await loadLabels(path, { key: labelsKey, count: images.shape[0] });
  return { samples: samplesFor(autoencoder, images), labels, source: images.source };
}

/** What is evaluated. */
interface Subject {
  readonly autoencoder: Autoencoder;
  readonly samples: Samples;
  readonly source: string;
  /** Of the samples, `[n, code length]`. */
  readonly codes: Tensor;
  readonly labels: ArrayLike<number> | undefined;
  readonly fitted: EncodedSamples | undefined;
  readonly scores: readonly ImageScores[];
  /** The numbers of the samples to list. */
  readonly worst: readonly number[];
}

function sectionsOf(
  { autoencoder, samples, source, codes, labels, fitted, scores, worst }: Subject,
  { noise, neighbours, 'label-names': names }: EvaluateValues,
): Section[] {
  const sections = [scoreSection(autoencoder, samples, scores), codeSection(codes)];
  const { inputShape, normalization } = autoencoder;
  if (isByFeature(normalization) || (isFlat(inputShape) && nounOf(inputShape, normalization) === 'sample')) {
    sections.push(featureSection(autoencoder, samples));
  }
  if (noise) sections.push(noiseSection(autoencoder, samples, noise));
  if (labels) {
    const measured = { samples, codes, labels, source };
    sections.push(labelSection(autoencoder, { measured, fitted, neighbours }));
  }
  if (worst.length > 0) {
    sections.push(anomalySection(autoencoder, samples, { images: scores, worst, labels, names }));
  }
  return sections;
}

interface OutputFile {
  readonly path: string;
  readonly contents: Uint8Array | string;
  readonly what: string;
}

function filesOf(
  { autoencoder, samples, source, codes, labels, scores, worst }: Subject,
  { out, latent, 'anomalies-out': picture, 'label-names': names }: EvaluateValues,
): OutputFile[] {
  const files: OutputFile[] = [];
  if (out !== undefined) {
    const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
    files.push({ path: out, contents: scoresCsv(scores, noun), what: `the scores of every ${noun}` });
  }
  if (picture !== undefined) {
    const contents = anomalyPicture(autoencoder, samples, worst);
    files.push({ path: picture, contents, what: 'what is restored worst' });
  }
  if (latent !== undefined) {
    const contents = latentPicture(latent, codes, { labels, names, source });
    files.push({ path: latent, contents, what: 'the codes' });
  }
  return files;
}

/** All of them, or none; what is replaced stays replaced. */
async function writeAll(files: readonly OutputFile[], overwrite: boolean): Promise<void> {
  const written: string[] = [];
  try {
    for (const { path, contents } of files) {
      await writeFileAtomically(path, contents);
      written.push(path);
    }
  } catch (error) {
    if (!overwrite) for (const path of written) await rm(path, { force: true });
    throw error;
  }
}

function report(sections: readonly Section[], json: boolean): void {
  if (json) {
    printJson(Object.assign({}, ...sections.map((section) => section.json)));
    return;
  }
  sections.forEach((section, i) => {
    if (i > 0) print('');
    section.print();
  });
}
