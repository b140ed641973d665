/** `isthmus export`: from a model to files for other programs. Read io/export/onnx.ts and io/export/pytorch.ts first. */

import { DTYPE_NAMES } from '../../data/samples.ts';
import { GAN } from '../../gan/gan.ts';
import { type OnnxPart, onnxParts, writeOnnx } from '../../io/export/onnx.ts';
import { writePyTorch } from '../../io/export/pytorch.ts';
import type { AnyModel } from '../../io/model.ts';
import { VariationalAutoencoder } from '../../vae/variationalAutoencoder.ts';
import { refuseExisting, writeFileAtomically } from '../files/files.ts';
import { loadTrainedModel, type TrainedModel } from '../files/modelFile.ts';
import { refuseExistingFiles, writeFolder } from '../files/writeFolder.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import { HELP } from './shared/commonOptions.ts';
import type { Command } from './terminal/help.ts';
import {
  choice,
  flag,
  parseOptions,
  refusePositionals,
  requireOption,
  text,
  UsageError,
} from './terminal/options.ts';
import { countOf, say, timesShape } from './terminal/output.ts';
import { packageVersion } from './version.ts';

const PARTS = [
  'encoder',
  'decoder',
  'autoencoder',
  'generator',
  'discriminator',
] as const satisfies readonly OnnxPart[];

const OPTIONS = {
  model: text('MODEL', 'A run folder, a model file, or the checkpoint.safetensors of a run.'),
  format: choice(['onnx', 'pytorch'], undefined, 'The format to write.'),
  out: text('PATH', 'onnx: FILE.onnx for one part, or a folder. pytorch: a folder.'),
  part: choice(
    PARTS,
    undefined,
    'With onnx: the part of the model to write. A GAN has a generator and a discriminator, every other model the rest. [in a folder: each network, such as encoder.onnx and decoder.onnx; in a file: the autoencoder, of a GAN the generator]',
  ),
  overwrite: flag('Replace existing files.'),
  help: HELP,
};

export const exportCommand: Command = {
  help: {
    usage:
      'isthmus export --model MODEL --format onnx|pytorch --out PATH\n       npm run isthmus -- export --model MODEL --format onnx|pytorch --out PATH',
    description: [
      'onnx: to run the model in other programs. Its input is images (or other samples) as they are stored, uint8 for uint8, any number at a time: the file also scales them as the training data was, and undoes this behind the decoder, without rounding.',
      'pytorch: to go on training in PyTorch. Writes the weights, the state of the optimizer if it is known, and autoencoder.py, or gan.py, which has the network and loads and saves both.',
      "The model of a run may be its best epoch, while its checkpoint has the last one. The optimizer's state is exported only if it belongs to the same weights as the model; with --model checkpoint.safetensors both are exported as they are.",
    ],
    groups: [['Options', OPTIONS]],
    sections: [
      [
        'Examples',
        [
          'isthmus export --model runs/digits-1 --format onnx --out serving',
          'isthmus export --model runs/digits-1 --format onnx --out e.onnx --part encoder',
          'isthmus export --model runs/digits-1 --format pytorch --out for-pytorch',
        ],
      ],
    ],
  },
  run: exportModel,
};

async function exportModel(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  const { format, part, overwrite } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  requireOption('format', format, 'onnx|pytorch');
  if (format === 'pytorch') {
    if (part !== undefined) throw new UsageError('--part needs --format onnx.');
    const out = requireOption('out', parsed.values.out, 'FOLDER');
    if (/\.(safetensors|pt|pth|onnx)$/i.test(out)) {
      throw new UsageError(`--out is '${out}', expected a FOLDER.`);
    }
    await exportPyTorch(model, out, overwrite);
    return 0;
  }
  const out = requireOption('out', parsed.values.out, 'FILE.onnx or a FOLDER');
  await exportOnnx(model, out, part, overwrite);
  return 0;
}

async function exportOnnx(
  from: string,
  out: string,
  part: OnnxPart | undefined,
  overwrite: boolean,
): Promise<void> {
  const { model } = await loadTrainedModel(from);
  if (part) requirePart(model, part);
  const isFile = out.toLowerCase().endsWith('.onnx');
  const parts = part ? [part] : defaultParts(model, isFile);
  const files = parts.map((each) => `${each}.onnx`);
  await (isFile ? refuseExisting(out, overwrite) : refuseExistingFiles(out, files, overwrite));
  const producerVersion = await packageVersion();
  const contents = parts.map((each) => writeOnnx(model, each, { producerVersion }));
  if (isFile) await writeFileAtomically(out, contents[0]);
  else await writeFolder(out, Object.fromEntries(files.map((file, i) => [file, contents[i]])));
  for (const [i, each] of parts.entries()) {
    say(`${isFile ? out : `${out}/${files[i]}`}: ${describePart(model, each)}`);
  }
}

function requirePart(model: AnyModel, part: OnnxPart): void {
  const parts = onnxParts(model);
  if (parts.includes(part)) return;
  throw new UsageError(
    `--part is '${part}', expected one of those that this model has: ${parts.join(', ')}.`,
  );
}

/** In a file what people run, in a folder each network. */
function defaultParts(model: AnyModel, isFile: boolean): readonly OnnxPart[] {
  if (model instanceof GAN) return isFile ? ['generator'] : ['generator', 'discriminator'];
  return isFile ? ['autoencoder'] : ['encoder', 'decoder'];
}

/** `images of 28×28 (uint8) to codes of 32 numbers` */
function describePart(model: AnyModel, part: OnnxPart): string {
  const { inputShape, encodingDim, normalization } = model;
  const codes = `codes of ${countOf(encodingDim, 'number')}`;
  const samples = `${nounOf(inputShape, normalization)}s of ${timesShape(inputShape)}`;
  const stored = `${samples} (${DTYPE_NAMES[normalization.dtype]})`;
  switch (part) {
    case 'encoder':
      return `${stored} to ${codes}${model instanceof VariationalAutoencoder ? ' and their log-variance' : ''}`;
    case 'decoder':
      return `${codes} to restored ${samples}`;
    case 'autoencoder':
      return `${stored} to restored ${samples}`;
    case 'generator':
      return `${codes} to generated ${samples}`;
    case 'discriminator':
      return `${stored} to the probability that they are real`;
  }
}

async function exportPyTorch(from: string, out: string, overwrite: boolean): Promise<void> {
  const { model, optimizer } = await loadTrainedModel(from);
  const files = writePyTorch(model, 'state' in optimizer ? optimizer.state : undefined);
  // A state that an earlier export left here would belong to other weights.
  const all = { 'optimizer.safetensors': undefined, ...files };
  await refuseExistingFiles(out, Object.keys(all), overwrite);
  await writeFolder(out, all);
  say(`${out}: ${countOf(model.parameters.size, 'weight')}, ${describeState(optimizer)}`);
}

function describeState(optimizer: TrainedModel['optimizer']): string {
  if ('whyNone' in optimizer) return `without an optimizer's state: ${optimizer.whyNone}`;
  const { name, steps } = optimizer.state;
  return `the state of ${name} after ${countOf(steps, 'step')}`;
}
