/** What a training run leaves in its folder: the model, the losses as table and chart, reconstructions, the configuration. */

import { Autoencoder } from '../../autoencoder/autoencoder.ts';
import type { Samples } from '../../data/samples.ts';
import type { ErrorDistributions } from '../../evaluation/errorDistribution.ts';
import { GAN } from '../../gan/gan.ts';
import { type AnyModel, type TrainingFacts, writeModel } from '../../io/model.ts';
import type { GaussianDistribution } from '../../latent/gaussian.ts';
import type { Noise } from '../../training/noise.ts';
import type { EpochRecord } from '../../training/trainingState.ts';
import { lossChart } from '../charts/lossChart.ts';
import { MODEL_FILE } from '../files/modelFile.ts';
import { type ComparedPictures, predictPictures } from '../pictures/display.ts';
import { manifoldPicture, sampleGridPicture, takesNormalCodes } from '../pictures/generated.ts';
import { reconstructionSheet } from '../pictures/grid.ts';
import { encodePng } from '../pictures/png.ts';
import { featureNamesOf } from '../samples/featureNames.ts';
import { sampleFormOf } from '../samples/sampleForm.ts';
import { epochSamplesStrip } from './epochSamples.ts';
import { reconstructionTable } from './reconstructionTable.ts';
import type { RunFolder } from './runFolder.ts';

/** The new samples in samples.png: those that `isthmus generate` makes unless it is told otherwise. */
const SAMPLES = { count: 64, seed: 0 };

export interface TimedEpoch extends EpochRecord {
  /** Since training began. */
  readonly seconds: number;
}

export interface Run {
  readonly model: AnyModel;
  /** The distribution of the codes of the training data, of a plain autoencoder. */
  readonly codes?: GaussianDistribution | undefined;
  /** The distributions of an autoencoder's errors. */
  readonly errors?: ErrorDistributions | undefined;
  /** Some of these are shown, with their reconstructions. */
  readonly samples: Samples;
  /** What the model should make of them, if not these themselves. */
  readonly target?: Samples | undefined;
  /** What the model learned to remove. */
  readonly noise?: Noise | undefined;
  readonly epochs: readonly TimedEpoch[];
  /** Goes into the model file. It holds no times and no paths: the same run gives the same bytes. */
  readonly facts: TrainingFacts;
  /** Goes into config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The loss in words: "mean squared error". */
  readonly lossTitle: string;
}

export interface WrittenRun {
  /** The names of the files. */
  readonly files: string[];
  /** What reconstructions.png shows; undefined where the samples are no pictures. */
  readonly pictures: ComparedPictures | undefined;
}

/** Writes the files of a run; the model first, as it must not be lost if the disk fills up. */
export async function writeRun(folder: RunFolder, run: Run): Promise<WrittenRun> {
  const files: [name: string, contents: Uint8Array | string][] = [
    [MODEL_FILE, writeModel(run.model, { training: run.facts, codes: run.codes, errors: run.errors })],
    ['history.csv', historyCsv(run.epochs)],
    ['loss.svg', chartOf(run)],
    ['config.json', `${JSON.stringify(run.config, null, 2)}\n`],
  ];
  const { model, samples: shown, target, noise } = run;
  const pictures =
    model instanceof Autoencoder ? predictPictures(model, shown, { target, noise }) : undefined;
  const featureNames = featureNamesOf(run.facts, model.inputShape);
  if (pictures) {
    const { originals, reconstructions, noisy } = pictures;
    const sheet = reconstructionSheet(originals, reconstructions, { noisy });
    files.push(['reconstructions.png', encodePng(sheet)]);
  } else if (model instanceof Autoencoder) {
    const form = sampleFormOf(run.facts, model.inputShape);
    const dialect = form?.kind === 'table' ? form : undefined;
    const table = reconstructionTable(model, shown, { target, noise, featureNames, dialect });
    files.push(['reconstructions.csv', table]);
  }
  if (takesNormalCodes(model)) {
    const [samples, manifold] = [sampleGridPicture(model, SAMPLES), manifoldPicture(model)];
    if (samples) files.push(['samples.png', samples]);
    if (manifold) files.push(['manifold.png', manifold]);
  }
  for (const [name, contents] of files) await folder.write(name, contents);
  const progress = model instanceof GAN ? await epochSamplesStrip(folder) : undefined;
  if (progress) {
    await folder.write('progress.png', progress);
    files.push(['progress.png', progress]);
  }
  return { files: files.map(([name]) => name), pictures };
}

/** The losses of a GAN's two networks say more than their sum. */
function chartOf({ model, epochs, lossTitle: yLabel }: Run): string {
  const title = 'Loss per epoch';
  if (model instanceof Autoencoder) return lossChart(epochs, { title, yLabel });
  const names = ['generator', 'discriminator'] as const;
  const losses = epochs.map(({ epoch, parts = {} }) => ({
    epoch,
    loss: parts.generator,
    validationLoss: parts.discriminator,
  }));
  return lossChart(losses, { title, yLabel, names });
}

/** A row for each epoch; the parts of the losses have columns of their own. */
function historyCsv(epochs: readonly TimedEpoch[]): string {
  const parts = Object.keys(epochs[0]?.parts ?? {});
  const head = ['loss', ...parts];
  const validation = ['loss', ...(epochs.some(({ validationParts }) => validationParts) ? parts : [])];
  const names = [
    'epoch',
    ...head,
    ...validation.map((name) => `validation_${name}`),
    'learning_rate',
    'seconds',
  ];
  const rows = epochs.map(({ epoch, loss, validationLoss, learningRate, seconds, ...record }) => {
    const trained: Record<string, number> = { loss, ...record.parts };
    const validated: Record<string, number | undefined> = { loss: validationLoss, ...record.validationParts };
    return [
      epoch,
      ...head.map((name) => trained[name]),
      ...validation.map((name) => validated[name] ?? ''),
      learningRate,
      seconds.toFixed(3),
    ].join(',');
  });
  return `${[names.join(','), ...rows].join('\n')}\n`;
}
