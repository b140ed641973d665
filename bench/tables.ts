/**
 * How fast a table of text is read, and how much memory that takes: a CSV of a million rows and 20 columns (some 170 MB) that
 * stays larger than the limit, and one of a tenth of its rows, each read in a process of its own. Half a minute, 400 MB
 * of temporary files.
 *
 *   npm run bench:tables -- [ROWS]    # 1000000 unless said
 */

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Autoencoder } from '../src/autoencoder/autoencoder.ts';
import type { FeatureNormalization, StoredSamples } from '../src/data/samples.ts';
import { openTable } from '../src/node/samples/tableFile.ts';
import { Random } from '../src/tensor/random.ts';

const COLUMNS = 20;
const SEED = 1;
const DIGITS = 7;
const MIN_MB_PER_SECOND = 30;
/** How many bytes more ten times the rows may take: V8 lets its heap grow for a second or two. The values are 144 MB more. */
const MOST_GROWTH = 64e6;

/** What a process reports. */
interface Reading {
  readonly seconds: number;
  /** The most memory that was taken until the table was open, in bytes. */
  readonly memory: number;
  readonly shape: readonly number[];
  readonly sums: readonly number[];
  readonly epochSeconds: number;
}

const [task = '1000000', file = ''] = process.argv.slice(2);
if (task === 'nothing') console.log(JSON.stringify({ memory: mostMemory() }));
else if (task === 'read') console.log(JSON.stringify(await readFile(file)));
else compare(Number(task));

function mostMemory(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

async function readFile(path: string): Promise<Reading> {
  const start = performance.now();
  const table = await openTable(path, { inMemoryLimit: 0 });
  const seconds = (performance.now() - start) / 1000;
  const memory = mostMemory();
  const { features } = await table.statistics({ moments: true, features: table.shape[1] });
  if (!features) throw new Error('bench:tables: the table has no statistics.');
  const normalization: FeatureNormalization = {
    kind: 'standard',
    dtype: table.dtype as 'f8',
    shift: Array.from(features.mean),
    scale: Array.from(features.standardDeviation),
  };
  const autoencoder = new Autoencoder({
    inputShape: [COLUMNS],
    hidden: [16],
    encodingDim: 4,
    outputActivation: 'linear',
    seed: SEED,
  });
  const epochStart = performance.now();
  await autoencoder.fit(table.samples(normalization) as StoredSamples, { epochs: 1, batchSize: 256 });
  const epochSeconds = (performance.now() - epochStart) / 1000;
  await table.close();
  const sums = Array.from(features.mean, (mean) => mean * table.shape[0]);
  return { seconds, memory, shape: table.shape, sums, epochSeconds };
}

function compare(rows: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'));
  try {
    console.log(lineOf(['table', 'MB', 'seconds', 'MB/s', 'memory in MB', 'an epoch of training in s']));
    console.log(lineOf(['none', '', '', '', megabytes(inProcess<Reading>(['nothing']).memory), '']));
    const tenth = measure(folder, rows / 10);
    const whole = measure(folder, rows);
    requireThat(whole.speed >= MIN_MB_PER_SECOND, `it is read with less than ${MIN_MB_PER_SECOND} MB/s`);
    requireThat(whole.memory - tenth.memory <= MOST_GROWTH, 'the memory grows with the rows');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measure(folder: string, rows: number) {
  const path = join(folder, `${rows}.csv`);
  const sums = writeTable(path, rows);
  const { size } = statSync(path);
  const reading = inProcess<Reading>(['read', path]);
  rmSync(path);
  const speed = size / 1e6 / reading.seconds;
  console.log(
    lineOf([
      `${rows} × ${COLUMNS}`,
      megabytes(size),
      reading.seconds.toFixed(1),
      speed.toFixed(0),
      megabytes(reading.memory),
      reading.epochSeconds.toFixed(1),
    ]),
  );
  requireThat(reading.shape.join() === [rows, COLUMNS].join(), `the shape is ${reading.shape}`);
  const isRight = (sum: number, j: number) => Math.abs(sum - sums[j]) <= 1e-9 * rows;
  requireThat(reading.sums.every(isRight), 'the sums of the columns are other ones');
  return { speed, memory: reading.memory };
}

/** Writes normally distributed numbers, and returns the sum of each column as it stands in the file. */
function writeTable(path: string, rows: number): Float64Array {
  const random = new Random(SEED);
  const sums = new Float64Array(COLUMNS);
  const file = openSync(path, 'w');
  writeSync(file, `${Array.from({ length: COLUMNS }, (_, j) => `c${j}`).join(',')}\n`);
  let text = '';
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < COLUMNS; j++) {
      const cell = (10 * random.normal()).toPrecision(DIGITS);
      sums[j] += Number(cell);
      text += j === COLUMNS - 1 ? `${cell}\n` : `${cell},`;
    }
    if (text.length > 2 ** 20 || row === rows - 1) {
      writeSync(file, text);
      text = '';
    }
  }
  closeSync(file);
  return sums;
}

function inProcess<Result>(args: readonly string[]): Result {
  const program = fileURLToPath(import.meta.url);
  return JSON.parse(execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' }));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function requireThat(isSo: boolean, problem: string): void {
  if (isSo) return;
  console.error(`bench:tables: ${problem}.`);
  process.exitCode = 1;
}
