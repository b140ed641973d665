/** `isthmus export`: from a model to files for other programs. Read io/export/onnx.ts and io/export/pytorch.ts first. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { DTYPE_NAMES } from '../../data/samples.ts';
import { type OnnxPart, writeOnnx } from '../../io/export/onnx.ts';
import { writePyTorch } from '../../io/export/pytorch.ts';
import { requireAutoencoder } from '../../io/model.ts';
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

const PARTS = ['encoder', 'decoder', 'autoencoder'] as const satisfies readonly OnnxPart[];

/** The files that an export for PyTorch may write. */
const PYTORCH_FILES = ['weights.safetensors', 'optimizer.safetensors', 'autoencoder.py'] as const;

const OPTIONS = {
  model: text('MODEL', 'A run folder, a model file, or the checkpoint.safetensors of a run.'),
  format: choice(['onnx', 'pytorch'], undefined, 'The format to write.'),
  out: text('PATH', 'onnx: FILE.onnx for one part, or a folder. pytorch: a folder.'),
  part: choice(
    PARTS,
    undefined,
    'With onnx: the part of the model to write. [in a folder: encoder.onnx and decoder.onnx; in a file: the autoencoder]',
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
      'pytorch: to go on training in PyTorch. Writes the weights, the state of the optimizer if it is known, and autoencoder.py, which has the network and loads and saves both.',
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
  if (out.toLowerCase().endsWith('.onnx')) await exportOnnxFile(model, out, part ?? 'autoencoder', overwrite);
  else await exportOnnxFolder(model, out, part ? [part] : ['encoder', 'decoder'], overwrite);
  return 0;
}

async function exportOnnxFile(model: string, out: string, part: OnnxPart, overwrite: boolean): Promise<void> {
  await refuseExisting(out, overwrite);
  const autoencoder = requireAutoencoder((await loadTrainedModel(model)).model);
  await writeFileAtomically(out, writeOnnx(autoencoder, part, { producerVersion: await packageVersion() }));
  say(`${out}: ${describePart(autoencoder, part)}`);
}

async function exportOnnxFolder(
  model: string,
  out: string,
  parts: readonly OnnxPart[],
  overwrite: boolean,
): Promise<void> {
  const names = parts.map((part) => `${part}.onnx`);
  await refuseExistingFiles(out, names, overwrite);
  const autoencoder = requireAutoencoder((await loadTrainedModel(model)).model);
  const producerVersion = await packageVersion();
  const files = parts.map((part) => [`${part}.onnx`, writeOnnx(autoencoder, part, { producerVersion })]);
  await writeFolder(out, Object.fromEntries(files));
  for (const part of parts) say(`${out}/${part}.onnx: ${describePart(autoencoder, part)}`);
}

/** `images of 28×28 (uint8) to codes of 32 numbers` */
function describePart({ inputShape, encodingDim, normalization }: Autoencoder, part: OnnxPart): string {
  const codes = `codes of ${countOf(encodingDim, 'number')}`;
  const noun = nounOf(inputShape, normalization);
  const from =
    part === 'decoder'
      ? codes
      : `${noun}s of ${timesShape(inputShape)} (${DTYPE_NAMES[normalization.dtype]})`;
  return `${from} to ${part === 'encoder' ? codes : `restored ${noun}s of ${timesShape(inputShape)}`}`;
}

async function exportPyTorch(model: string, out: string, overwrite: boolean): Promise<void> {
  await refuseExistingFiles(out, PYTORCH_FILES, overwrite);
  const { model: any, optimizer } = await loadTrainedModel(model);
  const autoencoder = requireAutoencoder(any);
  const files = writePyTorch(autoencoder, 'state' in optimizer ? optimizer.state : undefined);
  // A state that an earlier export left here would belong to other weights.
  await writeFolder(out, { 'optimizer.safetensors': undefined, ...files });
  say(`${out}: ${countOf(autoencoder.parameters.size, 'weight')}, ${describeState(optimizer)}`);
}

function describeState(optimizer: TrainedModel['optimizer']): string {
  if ('whyNone' in optimizer) return `without an optimizer's state: ${optimizer.whyNone}`;
  const { name, steps } = optimizer.state;
  return `the state of ${name} after ${countOf(steps, 'step')}`;
}
