/** `isthmus info`: what a model file or a compressed file holds. */

import { availableParallelism } from 'node:os';
import { fingerprintOf } from '../../compression/fingerprint.ts';
import { describeNormalization } from '../../data/describeNormalization.ts';
import { kernels } from '../../tensor/kernels/active.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { loadModel } from '../modelFile.ts';
import { nounOf } from '../sampleKind.ts';
import type { Command } from './command.ts';
import { infoCompressed } from './infoCompressed.ts';
import { flag, parseOptions, UsageError } from './options.ts';
import { countOf, formatCount, print, printJson, timesShape } from './output.ts';

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
  const fingerprint = fingerprintOf(autoencoder); // by which .isth files name their model
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
