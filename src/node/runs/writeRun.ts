/** What a training run leaves in its folder: the model, the losses as table and chart, reconstructions, the configuration. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import type { Samples } from '../../data/samples.ts';
import { type TrainingFacts, writeModel } from '../../io/model.ts';
import type { Noise } from '../../training/noise.ts';
import type { EpochRecord } from '../../training/trainingState.ts';
import { lossChart } from '../charts/lossChart.ts';
import { MODEL_FILE } from '../files/modelFile.ts';
import { predictPictures } from '../pictures/display.ts';
import { reconstructionSheet } from '../pictures/grid.ts';
import { encodePng } from '../pictures/png.ts';
import { pictureOf } from '../pictures/sampleKind.ts';
import { reconstructionTable } from './reconstructionTable.ts';
import type { RunFolder } from './runFolder.ts';

export interface TimedEpoch extends EpochRecord {
  /** Since training began. */
  readonly seconds: number;
}

export interface Run {
  readonly autoencoder: Autoencoder;
  /** What to show originals and reconstructions of. */
  readonly samples: Samples;
  /** What it learned to remove. */
  readonly noise?: Noise | undefined;
  readonly epochs: readonly TimedEpoch[];
  /** Goes into the model file. No times, no paths: the same run must give the same bytes. */
  readonly facts: TrainingFacts;
  /** Goes into config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Names what was minimised: "mean squared error". */
  readonly lossTitle: string;
}

/** The model comes first: if the disk fills up, it is what must not be lost. Returns the names of the files. */
export async function writeRun(folder: RunFolder, run: Run): Promise<string[]> {
  const files: [name: string, contents: Uint8Array | string][] = [
    [MODEL_FILE, writeModel(run.autoencoder, run.facts)],
    ['history.csv', historyCsv(run.epochs)],
    ['loss.svg', lossChart(run.epochs, { title: 'Loss per epoch', yLabel: run.lossTitle })],
    ['config.json', `${JSON.stringify(run.config, null, 2)}\n`],
  ];
  const { inputShape, normalization } = run.autoencoder;
  if (pictureOf(inputShape, normalization)) {
    const { originals, reconstructions, noisy } = predictPictures(run.autoencoder, run.samples, run.noise);
    const sheet = reconstructionSheet(originals, reconstructions, { noisy });
    files.push(['reconstructions.png', encodePng(sheet)]);
  } else {
    files.push(['reconstructions.csv', reconstructionTable(run.autoencoder, run.samples, run.noise)]);
  }
  for (const [name, contents] of files) await folder.write(name, contents);
  return files.map(([name]) => name);
}

function historyCsv(epochs: readonly TimedEpoch[]): string {
  const rows = epochs.map(({ epoch, loss, validationLoss, learningRate, seconds }) =>
    [epoch, loss, validationLoss ?? '', learningRate, seconds.toFixed(3)].join(','),
  );
  return `${['epoch,loss,validation_loss,learning_rate,seconds', ...rows].join('\n')}\n`;
}
