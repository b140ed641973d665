/** A table with two directions, new rows with anomalies among them, and models of the table: what tests of anomalies share. */

import { Random } from '../../../../src/tensor/random.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, jsonLines } from '../../../helpers/cli.ts';

export const FEATURES = 5;

/** Rows of a table with two directions; the last rows, `anomalies` of them, have another. */
export function rows(count: number, anomalies = 0, seed = 1): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    const sign = i < count - anomalies ? 1 : -1;
    return [a, b, a + b, sign * (a - b), 3 * a].map((value) => value + random.normal(0, 0.1));
  }).flat();
}

const table = (values: readonly number[]) =>
  npyBytes({ descr: '<f8', shape: [values.length / FEATURES, FEATURES], values });

const NEW = rows(60, 20, 2);
export const FILES = {
  'table.npy': table(rows(400)),
  'new.npy': table(NEW),
  'row.npy': table(NEW.slice(-FEATURES)),
  'flat.npy': npyBytes({ descr: '<f8', shape: [FEATURES], values: NEW.slice(-FEATURES) }), // not [1, 5]
  'normal.npy': table(NEW.slice(0, FEATURES)),
  'labels.npy': npyBytes({
    descr: '|u1',
    shape: [60],
    values: Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : 1)),
  }),
  'kinds.npy': npyBytes({
    descr: '|u1',
    shape: [60],
    values: Array.from({ length: 60 }, (_, i) => (i === 59 ? 3 : i < 40 ? i % 2 : 2)),
  }),
  'names.txt': 'one\r\n"two", quoted\r\nthree\r\nfour\r\nfive\r\n',
};
export const TRAIN = [
  ...['train', '--data', 'table.npy', '--normalize', 'standard', '--hidden', '8', '--encoding-dim', '2'],
  ...['--activation', 'silu', '--epochs', '60', '--learning-rate', '0.01', '--feature-names', 'names.txt'],
];

/** A folder with the files and two models: `plain`, and `run`, which held out half of the table. */
export async function folderWithRuns(): Promise<string> {
  const cwd = folderWith(FILES);
  for (const more of [
    ['--out', 'plain'],
    ['--validation-split', '0.5', '--out', 'run'],
  ]) {
    const { code, stderr } = await isthmus([...TRAIN, ...more], { cwd });
    if (code !== 0) throw new Error(stderr);
  }
  return cwd;
}

/** What `isthmus evaluate` prints; it must not fail. */
export async function evaluateIn(cwd: string, line: string): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await isthmus(['evaluate', ...line.split(' ')], { cwd });
  if (code !== 0) throw new Error(stderr);
  return { stdout, stderr };
}

export interface Report {
  readonly threshold?: Record<string, unknown>;
  readonly anomalies: readonly {
    readonly index: number;
    readonly mse: number;
    readonly percentile?: number;
    readonly heldOutPercentile?: number;
    readonly isAnomaly?: boolean;
    readonly features?: readonly { readonly name?: string; readonly index: number[] }[];
  }[];
  readonly anomalyDetection?: Record<string, never>;
  readonly classification?: unknown;
}

export async function reportIn(cwd: string, line: string): Promise<Report> {
  return jsonLines((await evaluateIn(cwd, `${line} --json`)).stdout)[0] as unknown as Report;
}
