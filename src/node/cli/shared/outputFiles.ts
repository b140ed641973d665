/** What commands write samples into: the kinds of files, by the endings of their names. */

import { npyOriginal, storedBytes } from '../../../compression/originalFile.ts';
import { denormalize } from '../../../data/denormalize.ts';
import { DataError, type Normalization, type SampleArray } from '../../../data/samples.ts';
import type { TrainingFacts } from '../../../io/model.ts';
import { paddingAfter, wavHead, wavValues } from '../../../io/sound/writeWav.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { Tensor } from '../../../tensor/tensor.ts';
import { type CsvDialect, csvTable } from '../../files/csv.ts';
import { columnNamesOf } from '../../samples/featureNames.ts';
import { type SoundForm, sampleFormOf } from '../../samples/sampleForm.ts';
import { requireOption } from '../terminal/options.ts';
import { formatCount } from '../terminal/output.ts';
import { countShown, gridPng, MAX_PICTURES, requirePictures } from './pictures.ts';

/** Some samples on their way into a file. */
export interface Batch {
  /** `[rows, ...sample]`, in the units of the network's input. */
  readonly inputs: () => Tensor;
  /** The same in the units and the type of the data. */
  readonly values: () => SampleArray;
}

/** Where samples come from: a model, and what its file says of its training data, such as the names of the columns. */
export interface Origin {
  /** The shape of one sample. */
  readonly inputShape: Shape;
  readonly normalization: Normalization;
  readonly training: TrainingFacts;
}

/** Neither the samples nor the file have to fit into memory. */
export interface OutputSamples extends Origin {
  /** Of all of them, `[n, ...sample]`. */
  readonly shape: Shape;
  readonly batches: AsyncIterable<Batch>;
  /** Whether damage may show only at the end, so that all are read, however few are written. @default false */
  readonly isCheckedAtEnd?: boolean;
  /** Of sound that was read: its values a second. @default those of the training data */
  readonly sampleRate?: number | undefined;
}

export interface OutputFormat {
  /** @throws {DataError} If such a file can't hold these samples. */
  readonly refuse?: (origin: Origin) => void;
  /** How many of so many samples it holds; says so if these are not all. */
  readonly countOf?: (shape: Shape) => number;
  /** The bytes of the file. */
  readonly pieces: (samples: OutputSamples) => AsyncIterable<Uint8Array>;
}

export const OUTPUT_FORMATS = {
  '.npy': { pieces: npyFile },
  '.csv': { pieces: (samples: OutputSamples) => tableFile(samples) },
  '.tsv': { pieces: (samples: OutputSamples) => tableFile(samples, '\t') },
  '.wav': { refuse: requireSoundForm, pieces: soundFile },
  '.png': {
    refuse: ({ inputShape, normalization }: Origin) =>
      requirePictures(inputShape, normalization, '--out FILE.npy or FILE.csv'),
    countOf: countShown,
    pieces: pngFile,
  },
} as const satisfies Record<string, OutputFormat>;

export type OutputEnding = keyof typeof OUTPUT_FORMATS;

const ENDINGS = Object.keys(OUTPUT_FORMATS) as OutputEnding[];

/**
 * The help of `--out`.
 *
 * @param what - Is written: `the images (or other samples)`.
 */
export function outputHelp(what: string): string {
  return [
    `FILE.npy: ${what} as an array.`,
    'FILE.csv, FILE.tsv: a table with a row for each; the header, the decimal sign and in a .csv the delimiter are those of the table that the model was trained on.',
    'FILE.wav: sound, from a model that was trained on a .wav.',
    `FILE.png: a picture of the first ones, at most ${MAX_PICTURES}, fewer if they are large.`,
  ].join(' ');
}

export interface Output {
  readonly path: string;
  readonly ending: OutputEnding;
  readonly format: OutputFormat;
}

/** @throws {UsageError} If there is no name, or its ending says no format. */
export function requireOutput(value: string | undefined): Output {
  const path = requireOption('out', value, 'FILE.npy, FILE.csv, FILE.tsv, FILE.wav or FILE.png', ENDINGS);
  const ending = ENDINGS.find((one) => path.toLowerCase().endsWith(one)) as OutputEnding;
  return { path, ending, format: OUTPUT_FORMATS[ending] };
}

/** What a network put out, as samples to write. */
export function batchOf(outputs: Tensor, normalization: Normalization): Batch {
  return { inputs: () => outputs, values: () => denormalize(outputs.data, normalization).data };
}

/** Samples that are all there. */
export function outputOf(outputs: Tensor, origin: Origin): OutputSamples {
  const { inputShape, normalization, training } = origin;
  const batches = (async function* () {
    yield batchOf(outputs, normalization);
  })();
  return { inputShape, normalization, training, shape: outputs.shape, batches };
}

async function* valuesOf({ batches }: OutputSamples): AsyncGenerator<SampleArray, void> {
  for await (const batch of batches) yield batch.values();
}

async function* npyFile(samples: OutputSamples): AsyncGenerator<Uint8Array, void> {
  const { dtype } = denormalize(new Float32Array(), samples.normalization);
  yield npyOriginal(dtype, samples.shape).head;
  for await (const values of valuesOf(samples)) yield storedBytes(values, { bigEndian: false });
}

/** A table like that of the training data; of other data one with commas and points, and without a header. */
function tableFile(samples: OutputSamples, delimiter?: string): AsyncIterable<Uint8Array> {
  const { shape, normalization, training } = samples;
  const sample = shape.slice(1);
  const form = sampleFormOf(training);
  const dialect: CsvDialect = form?.kind === 'table' ? form : { delimiter: ',', decimal: '.' };
  return csvTable(
    valuesOf(samples),
    { count: sizeOf(sample), names: columnNamesOf(training, sample), normalization },
    delimiter === undefined ? dialect : { ...dialect, delimiter },
  );
}

/** @throws {DataError} If the model was not trained on sound. */
function requireSoundForm({ training }: Origin): SoundForm {
  const form = sampleFormOf(training);
  if (form?.kind === 'sound') return form;
  throw new DataError(
    "the model was trained on other data than a .wav, and doesn't say how many values make a second of sound, expected --out FILE.npy.",
  );
}

/** Frame after frame, stored as in the file that the model was trained on, and as fast as what was read, if it was sound. */
async function* soundFile(samples: OutputSamples): AsyncGenerator<Uint8Array, void> {
  const trained = requireSoundForm(samples);
  const form = { ...trained, sampleRate: samples.sampleRate ?? trained.sampleRate };
  yield headOfSound(sizeOf(samples.shape), form);
  let length = 0;
  for await (const values of valuesOf(samples)) {
    const bytes = wavValues(finiteSound(values, form), form.encoding);
    length += bytes.length;
    yield bytes;
  }
  yield new Uint8Array(paddingAfter(length));
}

function headOfSound(count: number, form: SoundForm): Uint8Array {
  try {
    return wavHead(count, form);
  } catch {
    throw new DataError(
      `${formatCount(count)} values of sound are more than a .wav can hold, 4 GiB, expected --out FILE.npy.`,
    );
  }
}

/** @throws {DataError} If a value is not finite and integers are to be written. */
function finiteSound(values: SampleArray, { encoding }: SoundForm): Float32Array {
  const sound = Float32Array.from(values);
  const bad = encoding === 'f32' ? -1 : sound.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return sound;
  throw new DataError(
    `a value of the sound is ${sound[bad]}, as the network overflows, and integers of a .wav can't be that, expected --out FILE.npy.`,
  );
}

/** The first ones as a picture. */
async function* pngFile({
  shape,
  inputShape,
  normalization,
  batches,
  isCheckedAtEnd = false,
}: OutputSamples): AsyncGenerator<Uint8Array, void> {
  const shown = Tensor.zeros([countShown([shape[0], ...inputShape]), ...inputShape]);
  let end = 0;
  for await (const batch of batches) {
    if (end < shown.size) {
      const part = batch.inputs().data.subarray(0, shown.size - end);
      shown.data.set(part, end);
      end += part.length;
    }
    if (end === shown.size && !isCheckedAtEnd) break;
  }
  yield gridPng(shown, normalization);
}
