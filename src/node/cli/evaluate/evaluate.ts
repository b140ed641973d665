/** `isthmus evaluate`: how good a model is. The sections of the report are made by the other files of this folder. */

import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { isByFeature, pickSamples, type Samples } from '../../../data/samples.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../vae/variationalAutoencoder.ts';
import { latentPlot } from '../../charts/latentPlot.ts';
import { latentPng } from '../../charts/latentPng.ts';
import { latentSvg } from '../../charts/latentSvg.ts';
import { writeFileAtomically } from '../../files/files.ts';
import { loadImages } from '../../files/load.ts';
import { loadLabels } from '../../files/loadLabels.ts';
import { SamplesInMemory } from '../../files/sampleSource.ts';
import { predictPictures } from '../../pictures/display.ts';
import { isFlat, nounOf } from '../../pictures/sampleKind.ts';
import { refuseSalt } from '../shared/commonOptions.ts';
import { refuseThreads, useMachine } from '../shared/machine.ts';
import { noteOverflow, refuseOverflow } from '../shared/overflow.ts';
import { requirePictures, showComparison } from '../shared/pictures.ts';
import { openAutoencoder, prepareLike } from '../shared/samples.ts';
import type { Command } from '../terminal/help.ts';
import { withOptionNames } from '../terminal/optionNames.ts';
import { parseOptions, refusePositionals, requireOption } from '../terminal/options.ts';
import { print, printJson, say } from '../terminal/output.ts';
import { anomalyPicture, anomalySection, worstSamples } from './anomalies.ts';
import { classesSection } from './classes.ts';
import { codeSection } from './codes.ts';
import { denoisingSection } from './denoising.ts';
import { elboSection } from './elbo.ts';
import { featureSection } from './features.ts';
import {
  type EncodedSamples,
  type LabelledSamples,
  refuseNamelessLabels,
  refuseUnfit,
} from './labelledFeatures.ts';
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
  type Section,
} from './options.ts';
import { evaluatePairs } from './pairs.ts';
import { anomalyScoreOf, type ImageScores, scoreBy, scoreImages, scoreSection, scoresCsv } from './scores.ts';

export const evaluateCommand: Command = {
  help: {
    usage:
      'isthmus evaluate --model MODEL --data FILE [options]\n       npm run isthmus -- evaluate --model MODEL --data FILE [options]',
    description: [
      "Encodes and decodes the images and measures how far the results are from the originals: mean squared error (MSE), mean absolute error (MAE), PSNR and SSIM, in the units of the network's input, where pixels go from 0 to 1. PSNR is that of the overall MSE; SSIM is the mean over the images.",
      'If the inputs are not pixels between 0 and 1, R², the part of the variance that is restored, takes the place of PSNR and SSIM. For tables, and all data that was scaled feature by feature, the error and R² of each feature are listed in the units of the data.',
      'Two baselines are measured for comparison: answering with the mean image every time, and PCA with as many components as the code has numbers. PCA is fitted to the evaluated images themselves, so no linear code of this length can do better on them; if there are so few images that PCA restores them exactly, it is left out.',
      'A variational autoencoder also gets its negative ELBO: the mean over the images, in nats, the sum of the reconstruction (minus the logarithm of the probability of an image, given a code drawn for it) and of the KL divergence of the distribution of codes from the standard normal one. The numbers of the code in use are those whose mean varies from image to image (variance above 0.01).',
      'With --labels it also measures what the codes are good for: how well the classes can be told apart by the codes, compared with PCA of the same length and with the inputs themselves. The nearest neighbours are those by Euclidean distance, once with the features as they are and once with each scaled to mean 0 and standard deviation 1; if two classes get the same number of votes, the nearest neighbour decides. The linear probe is multinomial logistic regression on scaled features, with the L2 penalty of scikit-learn (C = 1), fitted until no component of the gradient is above 0.0001.',
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
          'isthmus evaluate --model runs/noisy-1 --data noisy.npy --target clean.npy',
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
  const { autoencoder } = await openAutoencoder(model);
  if (values['anomalies-out'] !== undefined) {
    const { inputShape, normalization } = autoencoder;
    requirePictures(inputShape, normalization, '--anomalies without --anomalies-out');
  }
  refuseSalt(values.noise, autoencoder.normalization.kind);
  const { target } = values;
  if (target !== undefined) return evaluatePairs(autoencoder, { ...values, data, target }, report);
  const measured = await loadSamples(autoencoder, data, values.key);
  const { labels, fitted } = await loadLabelled(autoencoder, measured, values);
  const codes = autoencoder.encode(measured.samples);
  if (labels) refuseOverflow(codes, measured.source, '--labels');
  if (values.latent !== undefined) refuseOverflow(codes, measured.source, '--latent');
  const scores = await scoreImages(autoencoder, measured.samples);
  const rankedBy = anomalyScoreOf(scores);
  const ranks = scores.map((image) => scoreBy(rankedBy, image));
  noteOverflow(
    ranks.filter((rank) => !Number.isFinite(rank)).length,
    nounOf(autoencoder.inputShape, autoencoder.normalization),
  );
  if (autoencoder instanceof VariationalAutoencoder && rankedBy === 'mse') {
    say(
      'note: the negative ELBO means little, as some inputs are not between 0 and 1; anomalies are ranked by MSE',
    );
  }
  const worst = worstSamples(ranks, values.anomalies ?? 0);
  await present({ autoencoder, ...measured, codes, labels, fitted, scores, worst }, values);
  return 0;
}

type UnlabelledSamples = Omit<LabelledSamples, 'labels'>;

async function loadSamples(
  autoencoder: Autoencoder,
  path: string,
  key: string | undefined,
): Promise<UnlabelledSamples> {
  const images = new SamplesInMemory(await loadImages(path, { key, sampleShape: autoencoder.inputShape }));
  return { samples: await prepareLike(images, autoencoder), source: images.source };
}

/** The labels of the samples, and labelled samples to fit classifiers to. */
async function loadLabelled(
  autoencoder: Autoencoder,
  measured: UnlabelledSamples,
  values: EvaluateValues,
): Promise<{ labels?: ArrayLike<number>; fitted?: EncodedSamples | undefined }> {
  if (values.labels === undefined) return {};
  const [count] = measured.samples.shape;
  const { labels } = await withOptionNames(
    { key: 'labels-key' },
    loadLabels(values.labels, { key: values['labels-key'], count }),
  );
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
    say(
      'note: --train-data and --data are the same: the shares of found classes say nothing about other samples',
    );
  }
  const loaded = await withOptionNames({ key: 'train-key' }, loadSamples(autoencoder, data, key));
  const { labels } = await withOptionNames(
    { key: 'train-labels-key' },
    loadLabels(path, { key: labelsKey, count: loaded.samples.shape[0] }),
  );
  return { ...loaded, labels };
}

/** What is evaluated. */
interface Subject {
  readonly autoencoder: Autoencoder;
  readonly samples: Samples;
  readonly source: string;
  /** `[n, code length]` */
  readonly codes: Tensor;
  readonly labels: ArrayLike<number> | undefined;
  readonly fitted: EncodedSamples | undefined;
  readonly scores: readonly ImageScores[];
  /** The numbers of the samples to list. */
  readonly worst: readonly number[];
}

/** Writes the files, prints the report, and shows a few pictures. */
async function present(subject: Subject, values: EvaluateValues): Promise<void> {
  const sections = sectionsOf(subject, values);
  const files = filesOf(subject, values);
  await writeAll(files, values.overwrite);
  report(sections, values.json);
  if (values.json) return;
  if (files.length > 0) say();
  for (const { path, what } of files) say(`${what}: ${path}`);
  say();
  const { autoencoder, samples, worst } = subject;
  const shown = worst.length > 0 ? pickSamples(samples, worst) : samples;
  const pictures = predictPictures(autoencoder, shown, { noise: values.noise });
  if (pictures) showComparison(pictures);
}

function sectionsOf(
  { autoencoder, samples, source, codes, labels, fitted, scores, worst }: Subject,
  { noise, neighbours, 'label-names': names }: EvaluateValues,
): Section[] {
  const sections = [scoreSection(autoencoder, samples, scores), codeSection(codes)];
  if (autoencoder instanceof VariationalAutoencoder) sections.push(elboSection(autoencoder, scores, codes));
  const { inputShape, normalization } = autoencoder;
  if (isByFeature(normalization) || (isFlat(inputShape) && nounOf(inputShape, normalization) === 'sample')) {
    sections.push(featureSection(autoencoder, samples));
  }
  if (noise) sections.push(denoisingSection(autoencoder, { samples, noise }));
  if (labels) {
    const measured = { samples, codes, labels, source };
    sections.push(classesSection(autoencoder, { measured, fitted, neighbours }));
  }
  if (worst.length > 0) {
    sections.push(anomalySection(autoencoder, samples, { images: scores, worst, labels, names }));
  }
  return sections;
}

interface OutputFile {
  readonly path: string;
  readonly contents: Uint8Array | string;
  /** What is in it, for people. */
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
    files.push({ path: picture, contents, what: 'the anomalies' });
  }
  if (latent !== undefined) {
    const plot = latentPlot(codes, { labels, names, source });
    const contents = latent.toLowerCase().endsWith('.png') ? latentPng(plot) : latentSvg(plot);
    files.push({ path: latent, contents, what: 'the codes' });
  }
  return files;
}

/** Writes all files, or none; with `overwrite`, those that were replaced before an error stay replaced. */
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
