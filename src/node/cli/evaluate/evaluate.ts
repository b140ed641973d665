/** `isthmus evaluate`: how good a model is. The sections of the report are made by the other files of this folder. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { pickSamples } from '../../../data/samples.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../vae/variationalAutoencoder.ts';
import { latentPlot } from '../../charts/latentPlot.ts';
import { latentPng } from '../../charts/latentPng.ts';
import { latentSvg } from '../../charts/latentSvg.ts';
import type { OpenedModel } from '../../files/modelFile.ts';
import { predictPictures } from '../../pictures/display.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { featureHeads, featureNamesOf, readFeatureNames } from '../../samples/featureNames.ts';
import { refuseSalt } from '../shared/commonOptions.ts';
import { refuseThreads, useMachine } from '../shared/machine.ts';
import { noteOverflow, refuseOverflow } from '../shared/overflow.ts';
import { requirePictures } from '../shared/pictures.ts';
import { loadOptionsOfEach, READING_GROUP } from '../shared/reading.ts';
import { openAutoencoder } from '../shared/samples.ts';
import type { Command } from '../terminal/help.ts';
import { parseOptions, refusePositionals, requireOption } from '../terminal/options.ts';
import { say } from '../terminal/output.ts';
import { anomalyPicture, anomalySection, flaggedSection, worstSamples } from './anomalies.ts';
import { classesSection } from './classes.ts';
import { codeSection } from './codes.ts';
import { contributionsOf } from './contributions.ts';
import { denoisingSection } from './denoising.ts';
import { detectionSection } from './detection.ts';
import { elboSection } from './elbo.ts';
import { featureSection, hasFeatures } from './features.ts';
import type { UnlabelledSamples } from './labelledFeatures.ts';
import {
  type ClassesToTell,
  classesIn,
  type Labelled,
  labelFiles,
  loadLabelled,
  loadSamples,
} from './loadLabelled.ts';
import {
  ANOMALIES,
  type Answer,
  DATA,
  type EvaluateValues,
  LABELS,
  LATENT,
  OPTIONS,
  OTHERS,
  type OutputFile,
  refuseEvaluateOptions,
  refuseExistingOutputs,
  type Section,
} from './options.ts';
import { evaluatePairs } from './pairs.ts';
import { present } from './present.ts';
import { anomalyScoreOf, type ImageScores, scoreBy, scoreImages, scoreSection } from './scores.ts';
import { scoresCsv } from './scoresCsv.ts';
import { Judge } from './threshold.ts';

export const evaluateCommand: Command = {
  help: {
    usage:
      'isthmus evaluate --model MODEL --data FILE [options]\n       npm run isthmus -- evaluate --model MODEL --data FILE [options]',
    description: [
      "Encodes and decodes the images and measures how far the results are from the originals: mean squared error (MSE), mean absolute error (MAE), PSNR and SSIM, in the units of the network's input, where pixels go from 0 to 1. PSNR is that of the overall MSE; SSIM is the mean over the images.",
      'If the inputs are not pixels between 0 and 1, R², the part of the variance that is restored, takes the place of PSNR and SSIM. For tables, and all data that was scaled feature by feature, the error and R² of each feature are listed in the units of the data.',
      'Two baselines are measured for comparison: answering with the mean image every time, and PCA with as many components as the code has numbers. PCA is fitted to the evaluated images themselves, so no linear code of this length can do better on them; if PCA restores them exactly, as there are few or the code is long, it is left out.',
      'A variational autoencoder also gets its negative ELBO: the mean over the images, in nats, the sum of the reconstruction (minus the logarithm of the probability of an image, given a code drawn for it) and of the KL divergence of the distribution of codes from the standard normal one. The numbers of the code in use are those whose mean varies from image to image (variance above 0.01).',
      'With --anomalies it lists the samples that look least like those of the training. train keeps in the model file how large the errors of its data are: each sample is compared with them, and called an anomaly above a threshold. With --labels that say which samples are anomalies, it measures how well they are found (ROC AUC, average precision, and precision and recall at the threshold, as scikit-learn defines them), beside PCA with as many components as the code has numbers, and the distance to the mean.',
      'With --labels it also measures what the codes are good for: how well the classes can be told apart by the codes, compared with PCA of the same length and with the inputs themselves. The nearest neighbours are those by Euclidean distance, once with the features as they are and once with each scaled to mean 0 and standard deviation 1; if two classes get the same number of votes, the nearest neighbour decides. The linear probe is multinomial logistic regression on scaled features, with the L2 penalty of scikit-learn (C = 1), fitted until no component of the gradient is above 0.0001.',
    ],
    groups: [
      ['Options', DATA],
      READING_GROUP,
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
          'isthmus evaluate --model runs/t-1 --data new.npy --anomalies --labels y.npy',
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
  const opened = await openAutoencoder(model);
  const { autoencoder } = opened;
  if (values['anomalies-out'] !== undefined) {
    const { inputShape, normalization } = autoencoder;
    requirePictures(inputShape, normalization, '--anomalies without --anomalies-out');
  }
  refuseSalt(values.noise, autoencoder.normalization.kind);
  const featureNames = await namesOfFeatures(opened, values);
  const { target, 'train-data': trainData } = values;
  const optionsOf = await loadOptionsOfEach(values, {
    paths: [data, target, trainData],
    labels: labelFiles(values),
    trained: { training: opened.training, inputShape: autoencoder.inputShape },
  });
  if (target !== undefined) {
    const pairs = { ...values, data, target, optionsOf };
    await present(await evaluatePairs(autoencoder, pairs, featureNames), values);
    return 0;
  }
  const measured = await loadSamples(autoencoder, data, { ...optionsOf(data), key: values.key });
  const labelled = await loadLabelled(autoencoder, measured, { ...parsed, optionsOf });
  const codes = autoencoder.encode(measured.samples);
  const classes = labelled && classesIn(autoencoder, { ...measured, codes }, labelled, values);
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
  const judge = new Judge(values.threshold, { ...opened, rankedBy });
  if (values.anomalies !== undefined || values.threshold !== undefined) judge.note();
  const worst = worstSamples(ranks, values.anomalies ?? 0);
  const subject = {
    autoencoder,
    measured,
    codes,
    labelled,
    classes,
    scores,
    ranks,
    judge,
    worst,
    featureNames,
  };
  await present(answerFor(subject, values), values);
  return 0;
}

/** The names of the features, if there are any. */
async function namesOfFeatures(
  { autoencoder: { inputShape }, training }: OpenedModel,
  { 'feature-names': names }: EvaluateValues,
): Promise<readonly string[] | undefined> {
  return names === undefined ? featureNamesOf(training, inputShape) : readFeatureNames(names, inputShape);
}

/** What is evaluated. */
interface Subject {
  readonly autoencoder: Autoencoder;
  readonly measured: UnlabelledSamples;
  /** `[n, code length]` */
  readonly codes: Tensor;
  readonly labelled: Labelled | undefined;
  /** What the classes are told apart by; undefined if they are not. */
  readonly classes: ClassesToTell | undefined;
  readonly scores: readonly ImageScores[];
  /** Those scores by which anomalies are ranked. */
  readonly ranks: readonly number[];
  readonly judge: Judge;
  /** The numbers of the samples to list. */
  readonly worst: readonly number[];
  readonly featureNames: readonly string[] | undefined;
}

function answerFor(subject: Subject, values: EvaluateValues): Answer {
  const { autoencoder, measured, worst } = subject;
  const shown = worst.length > 0 ? pickSamples(measured.samples, worst) : measured.samples;
  return {
    sections: sectionsOf(subject, values),
    files: filesOf(subject, values),
    pictures: () => predictPictures(autoencoder, shown, { noise: values.noise }),
  };
}

function sectionsOf(subject: Subject, values: EvaluateValues): Section[] {
  const { autoencoder, measured, codes, classes, scores, featureNames } = subject;
  const { samples } = measured;
  const sections = [scoreSection(autoencoder, samples, scores), codeSection(codes)];
  if (autoencoder instanceof VariationalAutoencoder) sections.push(elboSection(autoencoder, scores, codes));
  if (hasFeatures(autoencoder)) sections.push(featureSection(autoencoder, samples, { names: featureNames }));
  if (values.noise) sections.push(denoisingSection(autoencoder, { samples, noise: values.noise }));
  if (classes) {
    sections.push(classesSection(autoencoder, { ...classes, neighbours: values.neighbours }));
  }
  return [...sections, ...anomalySections(subject, values)];
}

/** The samples that look least like those of the training, and how well they are told from others. */
function anomalySections(subject: Subject, { threshold: asked }: EvaluateValues): Section[] {
  const { autoencoder, measured, labelled, scores, ranks, worst, judge, featureNames } = subject;
  if (worst.length === 0) {
    const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
    return asked ? [flaggedSection(ranks, judge, noun)] : [];
  }
  const { labels, names, anomalies, others } = labelled ?? {};
  const list = anomalySection(autoencoder, measured.samples, {
    images: scores,
    worst,
    labels,
    names,
    featureNames,
    places: measured.places,
    judge,
  });
  if (!labels || !anomalies) return [list];
  const { threshold } = judge;
  const detection = { scores: ranks, labels, anomalies, names, threshold, fitTo: others };
  return [list, detectionSection(autoencoder, measured, detection)];
}

function filesOf(subject: Subject, values: EvaluateValues): OutputFile[] {
  const { autoencoder, measured, codes, labelled, worst } = subject;
  const { out, latent, 'anomalies-out': picture } = values;
  const files: OutputFile[] = [];
  if (out !== undefined) {
    const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
    files.push({ path: out, contents: csvOf(subject, values), what: `the scores of every ${noun}` });
  }
  if (picture !== undefined) {
    const contents = anomalyPicture(autoencoder, measured.samples, worst);
    files.push({ path: picture, contents, what: 'the anomalies' });
  }
  if (latent !== undefined) {
    const { labels, names } = labelled ?? {};
    const plot = latentPlot(codes, { labels, names, source: measured.source });
    const contents = latent.toLowerCase().endsWith('.png') ? latentPng(plot) : latentSvg(plot);
    files.push({ path: latent, contents, what: 'the codes' });
  }
  return files;
}

function csvOf(
  { autoencoder, measured: { samples, places }, labelled, scores, judge, featureNames }: Subject,
  { 'feature-contributions': hasContributions }: EvaluateValues,
): string {
  const { inputShape, normalization } = autoencoder;
  return scoresCsv(scores, {
    noun: nounOf(inputShape, normalization),
    judge,
    labels: labelled?.labels,
    names: labelled?.names,
    places,
    ...(hasContributions && {
      contributions: {
        features: featureHeads(featureNames, sizeOf(inputShape)),
        shares: contributionsOf(autoencoder, samples),
      },
    }),
  });
}
