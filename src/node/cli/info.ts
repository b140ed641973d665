/** `isthmus info`: what a model file or a compressed file holds. */

import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { chunkCount } from '../../compression/header.ts';
import { canUseKernels, kernelsProbe } from '../../compression/kernelsProbe.ts';
import { modelFingerprint } from '../../compression/modelFingerprint.ts';
import { describeNormalization } from '../../data/normalization.ts';
import { DTYPE_NAMES } from '../../data/samples.ts';
import { kernels } from '../../tensor/kernels/active.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { openCompressedFile } from '../files/compressedFile.ts';
import { inFile } from '../files/files.ts';
import { loadModel } from '../files/modelFile.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import type { Command } from './terminal/help.ts';
import { flag, parseOptions, UsageError } from './terminal/options.ts';
import { countOf, formatCount, print, printJson, timesShape } from './terminal/output.ts';

const OPTIONS = {
  json: flag('One JSON object instead of text.'),
  help: flag('Show this page.'),
};

export const infoCommand: Command = {
  help: {
    usage: 'isthmus info FILE [--json]\n       npm run isthmus -- info FILE [--json]',
    description: [
      'Shows the layers of a model, how it scales its data, how it was trained, and which kernels this machine would run it with. FILE is a run folder or a model file.',
      'Of a .isth file it shows what is inside: images, codes, and the model and kernels that it was made with.',
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
  if (positionals[0].toLowerCase().endsWith('.isth')) {
    await infoCompressed(positionals[0], values.json);
    return 0;
  }
  const { autoencoder, training, path, bytes } = await loadModel(positionals[0]);
  const { byteLength } = bytes;
  const { inputShape, encodingDim, normalization, parameters } = autoencoder;
  const fingerprint = modelFingerprint(autoencoder); // by which .isth files name their model
  if (values.json) {
    const model = autoencoder.spec();
    const machine = { kernels: kernels().name, processors: availableParallelism() };
    const { size } = parameters;
    const facts = { path, byteLength, fingerprint, parameters: size, encodingDim, normalization };
    printJson({ ...facts, training, model, machine });
    return 0;
  }
  const noun = nounOf(inputShape, normalization);
  const ratio = sizeOf(inputShape) / encodingDim;
  print(`${path}: ${formatCount(byteLength)} bytes, ${formatCount(parameters.size)} parameters\n`);
  print(`${autoencoder.summary()}\n`);
  const facts = {
    [`${noun}s`]: `${timesShape(inputShape)}, ${describeNormalization(normalization)}`,
    code: `${countOf(encodingDim, 'number')}, the ${noun} has ${ratio.toFixed(1)} times as many`,
    fingerprint,
    ...training,
    machine: `runs ${kernels().name} kernels here, on ${countOf(availableParallelism(), 'processor')}`,
  };
  const width = Math.max(...Object.keys(facts).map((name) => name.length)) + 2;
  for (const [name, value] of Object.entries(facts)) print(name.padEnd(width) + inWords(value));
  return 0;
}

function inWords(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${Array.isArray(inner) ? inner.join('×') : inner}`)
    .join(', ');
}

/** What `info` says of a `.isth` file. */

/** The whole file is read, so that nothing is said of one that is damaged or cut off. */
export async function infoCompressed(path: string, json: boolean): Promise<void> {
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
  const { shape, dtype, normalization, model, kernels, codeLength, levels, original, modelBytes } = header;
  if (json) {
    const chunks = chunkCount(header);
    const facts = { shape, dtype, normalization, model, kernels, codeLength, levels, modelBytes, chunks };
    printJson({ path, byteLength, ...facts, lossless: original?.kind ?? false });
    return;
  }
  const [count, ...sample] = shape;
  const noun = nounOf(sample, normalization);
  const perImage = `${((byteLength - modelBytes) / count).toFixed(1)} ${noun === 'image' ? 'an image' : 'a sample'}`;
  const without = modelBytes > 0 ? ' without the model' : '';
  print(`${path}: ${formatCount(byteLength)} bytes, ${perImage}${without}\n`);
  const here = !canUseKernels(kernels)
    ? 'not to be had here'
    : kernelsProbe(kernels) === header.kernelsProbe
      ? 'to be had here'
      : 'which compute other bits here';
  const inside = modelBytes > 0 ? `inside, ${formatCount(modelBytes)} bytes` : 'not inside';
  const facts = {
    [`${noun}s`]: `${formatCount(count)} of ${timesShape(sample)}, ${DTYPE_NAMES[dtype]}, ${describeNormalization(normalization)}`,
    codes: `${countOf(codeLength, 'number')} in ${levels} levels`,
    lossless: original ? `yes, gives back ${original.kind === 'npy' ? 'a .npy' : 'an IDX'} file` : 'no',
    model: `${model}, ${inside}`,
    kernels: `${kernels}, ${here}`,
  };
  for (const [name, value] of Object.entries(facts)) print(name.padEnd(10) + value);
}
