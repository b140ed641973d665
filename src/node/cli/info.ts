/** `isthmus info`: what a model file or a compressed file holds. */

import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type CompressedHeader, chunkCount } from '../../compression/header.ts';
import { canUseKernels, kernelsProbe } from '../../compression/kernelsProbe.ts';
import { modelFingerprint } from '../../compression/modelFingerprint.ts';
import type { OriginalFile } from '../../compression/originalFile.ts';
import { describeNormalization } from '../../data/normalization.ts';
import { DTYPE_NAMES } from '../../data/samples.ts';
import type { ErrorDistributions } from '../../evaluation/errorDistribution.ts';
import { GAN } from '../../gan/gan.ts';
import { isObject } from '../../io/json.ts';
import type { AnyModel, TrainingFacts } from '../../io/model.ts';
import type { GaussianDistribution } from '../../latent/gaussian.ts';
import { kernels } from '../../tensor/kernels/active.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { inFile } from '../files/files.ts';
import { loadAnyModel, type OpenedAnyModel } from '../files/modelFile.ts';
import { type Noun, nounOf, withArticle } from '../pictures/sampleKind.ts';
import { openCompressedFile } from '../samples/compressedFile.ts';
import { describeForm, sampleFormOf } from '../samples/sampleForm.ts';
import { HELP } from './shared/commonOptions.ts';
import type { Command } from './terminal/help.ts';
import { flag, parseOptions, UsageError } from './terminal/options.ts';
import { countOf, formatCount, print, printJson, timesShape } from './terminal/output.ts';

const OPTIONS = {
  json: flag('Print one JSON object instead of text.'),
  help: HELP,
};

type Kind = ReturnType<AnyModel['spec']>['type'];

const KINDS: Readonly<Record<Kind, string>> = {
  autoencoder: 'autoencoder',
  vae: 'variational autoencoder',
  gan: 'GAN',
};

const DISTRIBUTIONS = {
  'standard normal': 'from the standard normal distribution',
  'training codes': 'from the distribution of the codes of the training data, which the file holds',
  none: 'none, as the file does not hold the distribution of the codes of the training data',
} as const;

const ORIGINALS: Readonly<Record<OriginalFile['kind'], string>> = {
  npy: 'a .npy file',
  idx: 'an IDX file',
  csv: 'a table (.csv, .tsv)',
};

export const infoCommand: Command = {
  help: {
    usage: 'isthmus info FILE [--json]\n       npm run isthmus -- info FILE [--json]',
    description: [
      'Shows the kind and the layers of a model, how it scales its data, how it was trained, and with which kernels it runs on this machine. FILE is a run folder or a model file.',
      'If FILE is a compressed file, .isth, it shows what is inside: images, codes, and the model and the kernels that it was made with.',
    ],
    groups: [['Options', OPTIONS]],
    sections: [['Examples', ['isthmus info runs/digits-1', 'isthmus info images.isth']]],
  },
  run: info,
};

async function info(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(OPTIONS, words);
  if (positionals.length !== 1) {
    throw new UsageError(
      `got ${positionals.length} names, expected one run folder, model file or .isth file.`,
    );
  }
  const [path] = positionals;
  if (path.toLowerCase().endsWith('.isth')) await infoCompressed(path, values.json);
  else infoModel(await loadAnyModel(path), values.json);
  return 0;
}

function infoModel({ model, training, codes, errors, path, bytes }: OpenedAnyModel, json: boolean): void {
  const { byteLength } = bytes;
  const { inputShape, encodingDim, normalization, parameters } = model;
  const spec = model.spec();
  const { type: kind } = spec;
  const fingerprint = modelFingerprint(model); // .isth files name their model by it
  const newCodes = distributionOf(kind, codes);
  if (json) {
    const machine = { kernels: kernels().name, processors: availableParallelism() };
    const { size } = parameters;
    const facts = {
      path,
      byteLength,
      kind,
      fingerprint,
      parameters: size,
      encodingDim,
      newCodes,
      normalization,
    };
    printJson({ ...facts, errors: errors ? countsOf(errors) : null, training, model: spec, machine });
    return;
  }
  const noun = nounOf(inputShape, normalization);
  print(`${path}: ${formatCount(byteLength)} bytes, ${countOf(parameters.size, 'parameter')}\n`);
  print(`${model.summary()}\n`);
  printFacts({
    kind: KINDS[kind],
    [`${noun}s`]: `${timesShape(inputShape)}, ${describeNormalization(normalization)}`,
    code: describeCode(model, noun),
    'new codes': DISTRIBUTIONS[newCodes ?? 'none'],
    ...(model instanceof GAN ? {} : { errors: describeErrors(errors) }),
    fingerprint,
    ...factsInWords(training),
    machine: `${kernels().name} kernels, ${countOf(availableParallelism(), 'processor')}`,
  });
}

/** A model's code beside its samples: how much shorter it is, or how much is made of it. */
function describeCode(model: AnyModel, noun: Noun): string {
  const { inputShape, encodingDim } = model;
  const numbers = countOf(encodingDim, 'number');
  if (model instanceof GAN) {
    return `${numbers}, of which the generator makes ${withArticle(noun)} of ${formatCount(sizeOf(inputShape))}`;
  }
  return `${numbers}, the ${noun} has ${(sizeOf(inputShape) / encodingDim).toFixed(1)} times as many`;
}

function countsOf({ rankedBy, training, heldOut }: ErrorDistributions) {
  return { rankedBy, training: training.count, heldOut: heldOut?.count ?? 0 };
}

/** Of how many samples the file holds the errors, which anomalies are compared with. */
function describeErrors(errors: ErrorDistributions | undefined): string {
  if (!errors) return 'the file holds none of its training data';
  const { training, heldOut } = countsOf(errors);
  return `of ${countOf(training, 'training sample')}, ${heldOut > 0 ? formatCount(heldOut) : 'none'} held out`;
}

/** From which distribution codes for new samples are drawn. */
function distributionOf(
  kind: Kind,
  codes: GaussianDistribution | undefined,
): 'standard normal' | 'training codes' | null {
  if (kind !== 'autoencoder') return 'standard normal';
  return codes ? 'training codes' : null;
}

/** Reads the whole file, so that a damaged or incomplete one is reported instead of described. */
async function infoCompressed(path: string, json: boolean): Promise<void> {
  const file = await openCompressedFile(path);
  try {
    await file.check();
  } catch (error) {
    throw inFile(path, error as Error);
  } finally {
    await file.close();
  }
  const { size: byteLength } = await stat(path);
  const { header } = file;
  const { shape, dtype, normalization, model, kernels, codeLength, levels, original, modelBytes, grid } =
    header;
  if (json) {
    const chunks = chunkCount(header);
    const facts = { shape, dtype, normalization, model, kernels, codeLength, levels, modelBytes, chunks };
    const tiles = grid && { picture: grid.picture, overlap: grid.overlap };
    printJson({ path, byteLength, ...facts, ...(tiles && { tiles }), lossless: original?.kind ?? false });
    return;
  }
  const [count, ...sample] = file.shape;
  const noun = nounOf(sample, normalization);
  const perImage = `${((byteLength - modelBytes) / count).toFixed(1)} ${withArticle(noun)}`;
  const without = modelBytes > 0 ? ' without the model' : '';
  print(`${path}: ${formatCount(byteLength)} bytes, ${perImage}${without}\n`);
  const inside = modelBytes > 0 ? `inside, ${formatCount(modelBytes)} bytes` : 'not inside';
  printFacts({
    [`${noun}s`]: `${formatCount(count)} of ${timesShape(sample)}, ${DTYPE_NAMES[dtype]}, ${describeNormalization(normalization)}`,
    ...(grid && {
      tiles: `${formatCount(grid.count)} of ${timesShape(grid.tile)}, which overlap by at least ${grid.overlap}`,
    }),
    codes: `${countOf(codeLength, 'number')} in ${levels} levels`,
    lossless: original ? `yes, restores ${ORIGINALS[original.kind]}` : 'no',
    model: `${model}, ${inside}`,
    kernels: `${kernels}, ${describeKernels(header)}`,
  });
}

/** Whether this machine can decompress with the kernels that a file was made with. */
function describeKernels({ kernels, kernelsProbe: probe }: CompressedHeader): string {
  if (!canUseKernels(kernels)) return 'not available on this machine';
  return kernelsProbe(kernels) === probe
    ? 'available on this machine'
    : 'which compute other bits on this machine';
}

function printFacts(facts: Readonly<Record<string, unknown>>): void {
  const width = Math.max(...Object.keys(facts).map((name) => name.length)) + 2;
  for (const [name, value] of Object.entries(facts)) print(name.padEnd(width) + inWords(value));
}

function inWords(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${Array.isArray(inner) ? inner.join('×') : inner}`)
    .join(', ');
}

/** More names don't help; --json has all. */
const MAX_NAMES = 20;

/** How the data was read, and the names of features, stand apart from the other facts about it. */
function factsInWords(training: TrainingFacts): Readonly<Record<string, unknown>> {
  if (!isObject(training.data)) return training;
  const { featureNames, form: _, ...data } = training.data;
  const form = sampleFormOf(training);
  const read = form && describeForm(form);
  return {
    ...training,
    data,
    ...(read && { read }),
    ...(Array.isArray(featureNames) && { features: namesInWords(featureNames) }),
  };
}

function namesInWords(names: readonly unknown[]): string {
  return names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ', …' : '');
}
