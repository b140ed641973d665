/** What a training run leaves in its folder: the model, the losses as table and chart, reconstructions, the configuration. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import type { Samples } from '../../data/samples.ts';
import { type TrainingFacts, writeModel } from '../../io/model.ts';
import type { Noise } from '../../training/noise.ts';
import type { EpochRecord } from '../../training/trainingState.ts';
import { lossChart } from '../charts/lossChart.ts';
import { MODEL_FILE } from '../files/modelFile.ts';
import { type ComparedPictures, predictPictures } from '../pictures/display.ts';
import { reconstructionSheet } from '../pictures/grid.ts';
import { encodePng } from '../pictures/png.ts';
import { reconstructionTable } from './reconstructionTable.ts';
import type { RunFolder } from './runFolder.ts';

export interface TimedEpoch extends EpochRecord {
  /** Since training began. */
  readonly seconds: number;
}

export interface Run {
  readonly autoencoder: Autoencoder;
  /** Some of these are shown, with their reconstructions. */
  readonly samples: Samples;
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
    [MODEL_FILE, writeModel(run.autoencoder, run.facts)],
    ['history.csv', historyCsv(run.epochs)],
    ['loss.svg', lossChart(run.epochs, { title: 'Loss per epoch', yLabel: run.lossTitle })],
    ['config.json', `${JSON.stringify(run.config, null, 2)}\n`],
  ];
  const pictures = predictPictures(run.autoencoder, run.samples, run.noise);
  if (pictures) {
    const { originals, reconstructions, noisy } = pictures;
    const sheet = reconstructionSheet(originals, reconstructions, { noisy });
    files.push(['reconstructions.png', encodePng(sheet)]);
  } else {
    files.push(['reconstructions.csv', reconstructionTable(run.autoencoder, run.samples, run.noise)]);
  }
  for (const [name, contents] of files) await folder.write(name, contents);
  return { files: files.map(([name]) => name), pictures };
}

function historyCsv(epochs: readonly TimedEpoch[]): string {
  const rows = epochs.map(({ epoch, loss, validationLoss, learningRate, seconds }) =>
    [epoch, loss, validationLoss ?? '', learningRate, seconds.toFixed(3)].join(','),
  );
  return `${['epoch,loss,validation_loss,learning_rate,seconds', ...rows].join('\n')}\n`;
}
