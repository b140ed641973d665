/** `isthmus manifold`: the plane of codes of two numbers as one picture. Read latent/paths.ts first. */

import { DataError } from '../../../data/samples.ts';
import { refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { loadAnyModel } from '../../files/modelFile.ts';
import { MANIFOLD_SIZE, manifoldPicture } from '../../pictures/generated.ts';
import { HELP, KEY, MODEL, OVERWRITE } from '../shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from '../shared/machine.ts';
import { requirePictures, requireRoom } from '../shared/pictures.ts';
import { READING, READING_GROUP } from '../shared/reading.ts';
import type { Command } from '../terminal/help.ts';
import { number, parseOptions, refusePositionals, requireOption, text } from '../terminal/options.ts';
import { say, timesShape } from '../terminal/output.ts';
import { dataFile, randomCodes } from './codes.ts';

const MAX_SIZE = 32;

const OPTIONS = {
  model: MODEL,
  out: text('FILE.png', 'The picture.'),
  size: number(
    MANIFOLD_SIZE,
    { minimum: 2, maximum: MAX_SIZE, integer: true },
    'How many images in a row and in a column.',
  ),
  data: text(
    'FILE',
    'For a plain autoencoder: takes the distribution of codes from the codes of these samples. [that of the training data, which the model file holds]',
  ),
  key: KEY,
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const manifoldCommand: Command = {
  help: {
    usage:
      'isthmus manifold --model MODEL --out FILE.png [--size N]\n       npm run isthmus -- manifold --model MODEL --out FILE.png [--size N]',
    description: [
      'Draws the plane of codes of a model whose codes have two numbers (train --encoding-dim 2): the image that the decoder makes of each point of a grid. As on a chart, the first number grows to the right and the second one upwards.',
      'The points are the quantiles of the standard normal distribution: each image stands for the same share of all codes (Kingma & Welling 2014). For a plain autoencoder they are those of the normal distribution that fits the codes of its training data.',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [['Example', ['isthmus manifold --model runs/vae --out manifold.png']]],
  },
  run: manifold,
};

async function manifold(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { size, overwrite } = parsed.values;
  const path = requireOption('model', parsed.values.model, 'MODEL');
  const out = requireOption('out', parsed.values.out, 'FILE.png', ['.png']);
  const data = dataFile(parsed);
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const opened = await loadAnyModel(path);
  const { inputShape, encodingDim, normalization } = opened.model;
  requirePictures(
    inputShape,
    normalization,
    'a model of pictures: isthmus generate and interpolate write other samples (--out FILE.npy)',
  );
  if (encodingDim !== 2) {
    throw new DataError(
      `${opened.path}: the codes have ${encodingDim} numbers, expected 2: isthmus traverse draws codes of any length, and train --encoding-dim 2 makes a model with a plane of codes.`,
    );
  }
  requireRoom('size', size, { inputShape, countOf: (length) => length ** 2 });
  const picture = manifoldPicture(opened.model, await randomCodes(opened, data), size);
  if (picture) await writeFileAtomically(out, picture);
  say(`${size}×${size} images of ${timesShape(inputShape)} over the plane of codes: ${out}`);
  return 0;
}
