/** The scores of every sample as a table for spreadsheets and scripts: `evaluate --out`. */

import { DataError } from '../../../data/samples.ts';
import { csvLine } from '../../files/csv.ts';
import type { Noun } from '../../pictures/sampleKind.ts';
import type { SamplePlaces } from '../../samples/sampleSource.ts';
import { anomalyScoreOf, type ImageScores, scoreBy } from './scores.ts';
import type { Judge } from './threshold.ts';

/** More would not fit into one string. */
const MAX_CONTRIBUTIONS = 20_000_000;

/** The columns of scores, after the number of the sample. */
const SCORES = {
  mse: 'mse',
  mae: 'mae',
  psnr: 'psnr',
  ssim: 'ssim',
  negativeElbo: 'negative_elbo',
  reconstruction: 'reconstruction',
  kl: 'kl',
  excess: 'excess',
} as const satisfies Partial<Record<keyof ImageScores, string>>;

export interface ScoresCsvOptions {
  readonly noun: Noun;
  readonly judge: Judge;
  readonly labels?: ArrayLike<number> | undefined;
  /** The name of class i. */
  readonly names?: readonly string[] | undefined;
  /** Where each sample is in the data. */
  readonly places?: SamplePlaces | undefined;
  /** The shares of each feature in the error of each sample, and the names of the features. */
  readonly contributions?: Contributions | undefined;
}

interface Contributions {
  readonly features: readonly string[];
  readonly shares: Iterable<ArrayLike<number>>;
}

/** A column, if the samples have it: its head, and its cell for sample i. */
type Column = readonly [head: string, cell: (i: number) => number | string | undefined];

/**
 * A line for each sample, with a column for all that is known.
 *
 * @throws {DataError} If contributions were asked for that are too many for one file.
 */
export function scoresCsv(images: readonly ImageScores[], options: ScoresCsvOptions): string {
  const { noun, contributions } = options;
  const columns = columnsOf(images, options).filter(([, cell]) => cell(0) !== undefined);
  const head = [noun, ...columns.map(([head]) => head), ...(contributions?.features ?? [])];
  const lines = [csvLine(head)];
  const cells = (i: number) => [i, ...columns.map(([, cell]) => cell(i) ?? '')];
  if (!contributions) {
    images.forEach((_, i) => {
      lines.push(csvLine(cells(i)));
    });
  } else {
    requireFew(images.length * contributions.features.length);
    let i = 0;
    for (const shares of contributions.shares) {
      const rounded = Array.from(shares, (share) => Number(share.toPrecision(4)));
      lines.push(csvLine([...cells(i++), ...rounded]));
    }
  }
  return `${lines.join('\n')}\n`;
}

function columnsOf(
  images: readonly ImageScores[],
  { judge, labels, names, places }: ScoresCsvOptions,
): Column[] {
  const rankedBy = anomalyScoreOf(images);
  const scores = images.map((image) => scoreBy(rankedBy, image));
  const percentiles = scores.map((score) => judge.percentiles(score));
  return [
    ...(Object.keys(SCORES) as (keyof typeof SCORES)[]).map(
      (name): Column => [SCORES[name], (i) => images[i][name]],
    ),
    ['percentile', (i) => percentiles[i]?.percentile],
    ['held_out_percentile', (i) => percentiles[i]?.heldOutPercentile],
    ['anomaly', (i) => judge.threshold && Number(judge.isAnomaly(scores[i]))],
    ['label', (i) => labels?.[i]],
    ['name', (i) => labels && names?.[labels[i]]],
    [places?.kind ?? '', (i) => places?.of(i)],
  ];
}

function requireFew(numbers: number): void {
  if (numbers <= MAX_CONTRIBUTIONS) return;
  throw new DataError(
    `--feature-contributions asks for ${numbers} numbers in one file, expected at most ${MAX_CONTRIBUTIONS}: evaluate fewer samples at a time.`,
  );
}
