/** `isthmus import`: a model that was trained elsewhere. Read io/export/pytorch.ts first. */

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { readPyTorch } from '../../io/export/pytorch.ts';
import { exists, fileError, inFile, readWholeFile } from '../files/files.ts';
import { loadModel, saveModel } from '../files/modelFile.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import { refuseExisting, requireOption } from './shared/openModel.ts';
import type { Command } from './terminal/help.ts';
import { choice, flag, parseOptions, refusePositionals, text } from './terminal/options.ts';
import { countOf, say, timesShape } from './terminal/output.ts';

const OPTIONS = {
  format: choice(['pytorch'], undefined, 'From whom.'),
  weights: text(
    'PATH',
    'A folder that export or its autoencoder.py wrote, or a safetensors file with the tensors of a state_dict.',
  ),
  like: text(
    'MODEL',
    'A run folder or a model file with the same layers: for a file that says nothing of its model, as those of save_file.',
  ),
  out: text('FILE', 'Where the model goes: FILE.safetensors.'),
  overwrite: flag('Replace an existing file.'),
  help: flag('Show this page.'),
};

export const importCommand: Command = {
  help: {
    usage:
      'isthmus import --format pytorch --weights PATH --out FILE\n       npm run isthmus -- import --format pytorch --weights PATH --out FILE',
    description: [
      'Makes a model of weights that PyTorch trained. The layers and the scaling of the data come from what export wrote into the file, or with --like from another model; names and shapes are checked one by one.',
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

async function importModel(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  const { format, like, overwrite } = parsed.values;
  requireOption('format', format, 'pytorch');
  const weights = requireOption('weights', parsed.values.weights, 'PATH');
  const out = requireOption('out', parsed.values.out, 'FILE.safetensors', ['.safetensors']);
  await refuseExisting(out, overwrite);
  const file = await weightsFile(weights);
  const autoencoder = await readWeights(file, like);
  await saveModel(out, autoencoder, { imported: 'pytorch' });
  const { inputShape, encodingDim, normalization, parameters } = autoencoder;
  say(
    `${out}: ${countOf(parameters.size, 'weight')}, ${nounOf(inputShape, normalization)}s of ${timesShape(inputShape)}, codes of ${countOf(encodingDim, 'number')}`,
  );
  if (await exists(join(dirname(file), 'optimizer.safetensors'))) {
    say("note: the optimizer's state stays where it is, a model file holds none.");
  }
  return 0;
}

/** In a folder, the file that export and autoencoder.py write. */
async function weightsFile(path: string): Promise<string> {
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  return info.isDirectory() ? join(path, 'weights.safetensors') : path;
}

async function readWeights(file: string, like: string | undefined): Promise<Autoencoder> {
  const model = like === undefined ? {} : { like: (await loadModel(like)).autoencoder };
  const bytes = await readWholeFile(file);
  try {
    return readPyTorch(bytes, model);
  } catch (error) {
    throw inFile(file, error as Error);
  }
}
