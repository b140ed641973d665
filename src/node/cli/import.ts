/** `isthmus import`: from weights that another program trained to a model. Read io/export/pytorch.ts first. */

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PyTorchModel, readPyTorch } from '../../io/export/pytorch.ts';
import { exists, fileError, namingFile, readWholeFile, refuseExisting } from '../files/files.ts';
import { loadAnyModel, saveModel } from '../files/modelFile.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import { HELP, OVERWRITE } from './shared/commonOptions.ts';
import type { Command } from './terminal/help.ts';
import { choice, parseOptions, refusePositionals, requireOption, text } from './terminal/options.ts';
import { countOf, say, timesShape } from './terminal/output.ts';

const OPTIONS = {
  format: choice(['pytorch'], undefined, 'The program that trained the weights.'),
  weights: text(
    'PATH',
    'A folder that isthmus export or its Python module wrote, or a safetensors file with the tensors of a state_dict.',
  ),
  like: text(
    'MODEL',
    'A run folder or a model file with the same layers. Needed for a file without a description of its model, such as those of safetensors.torch.save_file.',
  ),
  out: text('FILE', 'The model file to write: FILE.safetensors.'),
  overwrite: OVERWRITE,
  help: HELP,
};

export const importCommand: Command = {
  help: {
    usage:
      'isthmus import --format pytorch --weights PATH --out FILE\n       npm run isthmus -- import --format pytorch --weights PATH --out FILE',
    description: [
      'Makes a model of weights that PyTorch trained. The layers and the scaling of the data are taken from the description that export wrote into the file, or with --like from another model. The name and the shape of every tensor are checked. Weights of float16, bfloat16 and float64 become float32; module. and _orig_mod. are left out of the names.',
    ],
    groups: [['Options', OPTIONS]],
    sections: [
      [
        'Examples',
        [
          'isthmus import --format pytorch --weights trained --out trained.safetensors',
          'isthmus import --format pytorch --weights w.safetensors --like runs/digits-1 \\',
          '    --out m.safetensors',
        ],
      ],
    ],
  },
  run: importModel,
};

/** Who puts these into the names of tensors. */
const WRAPPERS: Readonly<Record<string, string>> = {
  module: 'DistributedDataParallel',
  _orig_mod: 'torch.compile',
};

async function importModel(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  const { format, like, overwrite } = parsed.values;
  requireOption('format', format, 'pytorch');
  const weights = requireOption('weights', parsed.values.weights, 'PATH');
  const out = requireOption('out', parsed.values.out, 'FILE.safetensors', ['.safetensors']);
  await refuseExisting(out, overwrite);
  const file = await weightsFile(weights);
  const { model, convertedFrom, leftOut } = await readWeights(file, like);
  await saveModel(out, model, { training: { imported: 'pytorch' } });
  const { inputShape, encodingDim, normalization, parameters } = model;
  say(
    `${out}: ${countOf(parameters.size, 'weight')}, ${nounOf(inputShape, normalization)}s of ${timesShape(inputShape)}, codes of ${countOf(encodingDim, 'number')}`,
  );
  if (convertedFrom.length > 0) say(`note: its ${convertedFrom.join(' and ')} weights became float32.`);
  for (const wrapper of leftOut) {
    say(`note: '${wrapper}.' was left out of the names: ${WRAPPERS[wrapper]} puts it there.`);
  }
  if (await exists(join(dirname(file), 'optimizer.safetensors'))) {
    say('note: the state of the optimizer is not imported: a model file has no room for it.');
  }
  return 0;
}

/** The file itself, or in a folder the one that export and its Python module write. */
async function weightsFile(path: string): Promise<string> {
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  return info.isDirectory() ? join(path, 'weights.safetensors') : path;
}

async function readWeights(file: string, like: string | undefined): Promise<PyTorchModel> {
  const options = like === undefined ? {} : { like: (await loadAnyModel(like)).model };
  const bytes = await readWholeFile(file);
  return namingFile(file, () => readPyTorch(bytes, options));
}
