/** The loss per epoch as an SVG line chart: one line for training and one for validation. */

import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { lineChart } from './lineChart.ts';

/** The losses of one epoch, as `history.epochs` has them. */
export interface EpochLoss {
  readonly epoch: number;
  readonly loss: number;
  readonly validationLoss?: number | undefined;
}

/** Options of {@link lossChart}. */
export interface ChartOptions {
  readonly title: string;
  /** The name of the vertical axis, such as "mean squared error". */
  readonly yLabel: string;
  /** The names of the two lines. @default ['training', 'validation'] */
  readonly names?: readonly [loss: string, validationLoss: string];
}

const OPTIONS: OptionNames<ChartOptions> = { title: true, yLabel: true, names: true };

/**
 * The loss per epoch as a line chart: an SVG file as text. Losses that are not finite are left out; without any, the chart
 * says "no epochs yet". The axis is logarithmic, and labelled so, if the maximum loss is at least ten times the minimum.
 *
 * @throws {TypeError} If an option is unknown.
 * @example
 * const { epochs } = await autoencoder.fit(images, { epochs: 3 });
 * await writeFileAtomically('loss.svg', lossChart(epochs, { title: 'Loss', yLabel: 'mean squared error' }));
 */
export function lossChart(history: readonly EpochLoss[], options: ChartOptions): string {
  requireOptions('lossChart', options, OPTIONS);
  const { title, yLabel, names = ['training', 'validation'] } = options;
  const line = (name: string, lossOf: (entry: EpochLoss) => number | undefined) => ({
    name,
    points: history.map((entry) => ({ x: entry.epoch, y: lossOf(entry) ?? Number.NaN })),
  });
  return lineChart({ title, xLabel: 'epoch', yLabel, empty: 'no epochs yet' }, [
    line(names[0], ({ loss }) => loss),
    line(names[1], ({ validationLoss }) => validationLoss),
  ]);
}
