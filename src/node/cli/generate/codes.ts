/**
 * Where the codes come from of which the commands of this folder make samples: random numbers, or samples that are encoded.
 * Read latent/gaussian.ts first.
 */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { DataError, isStored, pickSamples, type Samples, type StoredSamples } from '../../../data/samples.ts';
import { GAN } from '../../../gan/gan.ts';
import type { AnyModel } from '../../../io/model.ts';
import { GaussianDistribution } from '../../../latent/gaussian.ts';
import { Moments } from '../../../tensor/moments.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { OpenedAnyModel } from '../../files/modelFile.ts';
import { toInputs } from '../../pictures/display.ts';
import { samplingDistribution, takesNormalCodes } from '../../pictures/generated.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { noteOverflow, overflownRows } from '../shared/overflow.ts';
import { loadOptionsOf, type READING, READING_NAMES, type ReadingValues } from '../shared/reading.ts';
import { openSource, prepareLike } from '../shared/samples.ts';
import { type Option, type Parsed, requireCompanion, UsageError } from '../terminal/options.ts';
import { countOf, say } from '../terminal/output.ts';

/** From this length on, codes take long: the cost of their covariances grows with its square, and of drawing with its third power. */
const LONG_CODE = 1024;

/** The data of a command, as its options name it. */
export interface DataFile {
  readonly path: string;
  readonly key: string | undefined;
  /** How the file is read. */
  readonly reading: ReadingValues;
}

/** A model that encodes, and what is known of its training. */
export interface Encoder extends Pick<OpenedAnyModel, 'training'> {
  readonly autoencoder: Autoencoder;
}

/** Samples that a model can encode. */
export interface Encodable {
  readonly autoencoder: Autoencoder;
  readonly samples: Samples | StoredSamples;
  /** Their name for people: "mnist.npz, x_train". */
  readonly source: string;
}

type DataOptions = typeof READING & {
  readonly data: Option<string | undefined>;
  readonly key: Option<string | undefined>;
};

/**
 * The data of `--data`, undefined without it.
 *
 * @throws {UsageError} If something is said about it, but there is none.
 */
export function dataFile(options: Parsed<DataOptions>): DataFile | undefined {
  const { data: path, key, ...reading } = options.values;
  for (const name of ['key', ...READING_NAMES]) {
    requireCompanion(options, name, '--data FILE', path !== undefined);
  }
  return path === undefined ? undefined : { path, key, reading };
}

/** @throws {UsageError} If the model is a GAN. */
export function refuseDataOfGAN(model: AnyModel, instead: string): asserts model is Autoencoder {
  if (!(model instanceof GAN)) return;
  throw new UsageError(`--data is given, but the model is a GAN, which can't encode samples: ${instead}.`);
}

/** Opens samples for a model, and closes them after they were used. */
export async function withSamples<T>(
  { autoencoder, training }: Encoder,
  { path, key, reading }: DataFile,
  use: (encodable: Encodable) => Promise<T>,
): Promise<T> {
  const options = loadOptionsOf(reading, { training, inputShape: autoencoder.inputShape });
  const images = await openSource(path, undefined, { ...options, key });
  try {
    return await use({ autoencoder, samples: await prepareLike(images, autoencoder), source: images.source });
  } finally {
    await images.close();
  }
}

/** The normal distribution that fits the codes of these samples. Those on which the network overflows are left out. */
export async function fitCodes({ autoencoder, samples, source }: Encodable): Promise<GaussianDistribution> {
  const { encodingDim } = autoencoder;
  if (encodingDim >= LONG_CODE) {
    say(
      `fitting a normal distribution to codes of ${countOf(encodingDim, 'number')}, which may take minutes`,
    );
  }
  const moments = new Moments(encodingDim);
  for await (const codes of autoencoder.encodeBatches(samples)) moments.add(codes);
  const overflow = samples.shape[0] - moments.count;
  const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
  if (overflow === samples.shape[0]) {
    throw new DataError(
      `${source}: the network overflows on every ${noun}, expected others like the training data.`,
    );
  }
  noteOverflow(overflow, noun);
  return GaussianDistribution.withMoments(moments);
}

/** What to do where a file doesn't say how codes are distributed. */
export const FITTED = '--data FILE: samples to whose codes a normal distribution is fitted';

/**
 * The distribution from which random codes of a model are drawn: that of its kind, or of its file.
 *
 * @param instead - What to do for a plain autoencoder whose file doesn't have one.
 * @throws {UsageError} If there is none.
 */
export function requireDistribution(
  { model, codes, path }: Pick<OpenedAnyModel, 'model' | 'codes' | 'path'>,
  instead: string,
): GaussianDistribution {
  const distribution = samplingDistribution(model, codes);
  if (!distribution) {
    throw new UsageError(
      `${path} is a plain autoencoder and doesn't say how its codes are distributed, expected ${instead}.`,
    );
  }
  return distribution;
}

/**
 * The distribution of random codes, and for a plain autoencoder a line that says where it comes from.
 *
 * @param data - Samples to whose codes it is fitted, in place of that of the file.
 * @param instead - As in {@link requireDistribution}.
 * @throws {UsageError} If there is none, or data for a model that needs none.
 */
export async function randomCodes(
  opened: OpenedAnyModel,
  data: DataFile | undefined,
  instead = FITTED,
): Promise<GaussianDistribution> {
  const { model } = opened;
  if (model instanceof GAN || takesNormalCodes(model)) {
    if (!data) return requireDistribution(opened, instead);
    const kind = model instanceof GAN ? 'GAN' : 'variational autoencoder';
    throw new UsageError(
      `--data is given, but the codes of a ${kind} are standard normal numbers: leave --data out.`,
    );
  }
  const encoder = { autoencoder: model, training: opened.training };
  const distribution = data
    ? await withSamples(encoder, data, fitCodes)
    : requireDistribution(opened, instead);
  const source = data ? `the samples in ${data.path}` : 'the training data';
  say(
    `codes from a normal distribution that was fitted to those of ${source}: a plain autoencoder's decoder is not trained for random codes`,
  );
  return distribution;
}

export interface EncodedRows {
  /** `[rows, ...inputShape]`, in the units of the network's input. */
  readonly inputs: Tensor;
  /** `[rows, code length]` */
  readonly codes: Tensor;
}

/**
 * Some samples and their codes.
 *
 * @param rows - The numbers of the samples, by the options that name them.
 * @throws {UsageError} If there is no such sample.
 * @throws {DataError} If the network overflows on one.
 */
export async function encodeRows(
  { autoencoder, samples, source }: Encodable,
  rows: Readonly<Record<string, number>>,
): Promise<EncodedRows> {
  const [count] = samples.shape;
  for (const [name, row] of Object.entries(rows)) {
    if (row < count) continue;
    throw new UsageError(
      `--${name} is ${row}, expected the number of a sample of ${source}, from 0 to ${count - 1}.`,
    );
  }
  const numbers = Object.values(rows);
  const inputs = toInputs(autoencoder, await readRows(samples, numbers));
  const codes = autoencoder.encode(inputs);
  const [over] = overflownRows(codes);
  if (over !== undefined) {
    throw new DataError(
      `${source}: the network overflows on sample ${numbers[over]}, whose values are too far from the training data.`,
    );
  }
  return { inputs, codes };
}

async function readRows(samples: Samples | StoredSamples, rows: readonly number[]): Promise<Samples> {
  if (!isStored(samples)) return pickSamples(samples, rows);
  const [, ...shape] = samples.shape;
  const data = await samples.read(Uint32Array.from(rows));
  return { shape: [rows.length, ...shape], data, normalization: samples.normalization };
}
