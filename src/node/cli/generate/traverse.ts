/** `isthmus traverse`: what each number of the code does to the picture. Read pictures/traversal.ts first. */

import { GAN } from '../../../gan/gan.ts';
import type { AnyModel } from '../../../io/model.ts';
import type { GaussianDistribution } from '../../../latent/gaussian.ts';
import { refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { loadAnyModel, type OpenedAnyModel } from '../../files/modelFile.ts';
import { takesNormalCodes } from '../../pictures/generated.ts';
import { MAX_COLUMNS } from '../../pictures/strips.ts';
import { REACH, type TraversalStart, traversalPicture } from '../../pictures/traversal.ts';
import { DATA, HELP, KEY, MODEL, OVERWRITE } from '../shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from '../shared/machine.ts';
import { picturesThatFit, requirePictures, requireRoom } from '../shared/pictures.ts';
import { READING, READING_GROUP } from '../shared/reading.ts';
import type { Command } from '../terminal/help.ts';
import {
  number,
  parseOptions,
  refuseBoth,
  refusePositionals,
  requireCompanion,
  requireOption,
  text,
  UsageError,
} from '../terminal/options.ts';
import { countOf, say } from '../terminal/output.ts';
import {
  type DataFile,
  dataFile,
  encodeRows,
  FITTED,
  fitCodes,
  refuseDataOfGAN,
  requireDistribution,
  withSamples,
} from './codes.ts';

/** More rows can't be compared. */
const MAX_ROWS = 32;

const OPTIONS = {
  model: MODEL,
  out: text('FILE.png', 'The picture.'),
  data: { ...DATA, help: `${DATA.help} With --sample.` },
  key: KEY,
  sample: number(
    undefined,
    { minimum: 0, integer: true },
    'Begins with the code of this sample, by its number in the data, from 0 on. [the mean of all codes]',
  ),
  seed: number(
    undefined,
    { minimum: 0, integer: true },
    'Begins with a random code, as isthmus generate --count 1 --seed N draws it. [for a GAN 0, as no random code is like the mean]',
  ),
  steps: number(
    11,
    { minimum: 2, maximum: MAX_COLUMNS, integer: true },
    'How many values each number takes; with an odd number, the code itself is in the middle.',
  ),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const traverseCommand: Command = {
  help: {
    usage:
      'isthmus traverse --model MODEL --out FILE.png [options]\n       npm run isthmus -- traverse --model MODEL --out FILE.png [options]',
    description: [
      `Draws what each number of the code does: a row of images in which it goes from -${REACH} to ${REACH} standard deviations around its value, while all others stay. The numbers, counted from 0, that change the image most come first, at most ${MAX_ROWS} of them; those that hardly change it are left out.`,
      'For a variational autoencoder and a GAN, a standard deviation is 1. For a plain autoencoder it is that of the codes of its training data, which its file holds; else those of --data are used.',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [
      [
        'Examples',
        [
          'isthmus traverse --model runs/vae --out rows.png',
          'isthmus traverse --model runs/vae --data images.npy --sample 3 --out rows.png',
          'isthmus traverse --model runs/gan --seed 3 --out rows.png',
        ],
      ],
    ],
  },
  run: traverse,
};

async function traverse(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { steps, overwrite } = parsed.values;
  const path = requireOption('model', parsed.values.model, 'MODEL');
  const out = requireOption('out', parsed.values.out, 'FILE.png', ['.png']);
  const data = dataFile(parsed);
  refuseBoth(parsed, 'sample', 'seed');
  requireCompanion(parsed, 'sample', '--data FILE', data !== undefined);
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const opened = await loadAnyModel(path);
  const { inputShape, encodingDim, normalization } = opened.model;
  requirePictures(
    inputShape,
    normalization,
    'a model of pictures: isthmus generate and interpolate write other samples (--out FILE.npy)',
  );
  requireRoom('steps', steps, { inputShape, countOf: (length) => length });
  const start = await findStart(opened, data, parsed.values);
  const fitting = Math.max(1, Math.floor(picturesThatFit(inputShape) / steps));
  const options = { steps, maxRows: Math.min(MAX_ROWS, fitting) };
  const { picture, shown } = traversalPicture(opened.model, start, options);
  await writeFileAtomically(out, picture);
  if (shown.length < encodingDim) {
    const all = countOf(encodingDim, 'number');
    const most =
      shown.length === 1 ? `the one of ${all} that changes` : `the ${shown.length} of ${all} that change`;
    say(`note: the picture shows ${most} it most.`);
  }
  say(`${countOf(shown.length, 'number')} of the code, ${steps} values of each around ${start.name}: ${out}`);
  return 0;
}

interface NamedStart extends TraversalStart {
  /** Whose code it is, for people. */
  readonly name: string;
}

async function findStart(
  opened: OpenedAnyModel,
  data: DataFile | undefined,
  { sample, seed }: { readonly sample: number | undefined; readonly seed: number | undefined },
): Promise<NamedStart> {
  const { model, codes, training } = opened;
  if (!data) return startOf(model, requireDistribution(opened, FITTED), seed);
  refuseDataOfGAN(model, '--seed N begins with a random code');
  const isKnown = takesNormalCodes(model) || codes !== undefined;
  if (isKnown && sample === undefined) {
    throw new UsageError('--data is given without --sample, expected --sample N: the number of a sample.');
  }
  return withSamples({ autoencoder: model, training }, data, async (samples) => {
    const distribution = isKnown ? requireDistribution(opened, FITTED) : await fitCodes(samples);
    if (sample === undefined) return startOf(model, distribution, seed);
    const { codes: encoded } = await encodeRows(samples, { sample });
    const code = encoded.reshape([model.encodingDim]);
    return { code, deviations: distribution.deviations, name: `the code of sample ${sample}` };
  });
}

function startOf(model: AnyModel, distribution: GaussianDistribution, seed: number | undefined): NamedStart {
  const { mean, deviations } = distribution;
  const chosen = seed ?? (model instanceof GAN ? 0 : undefined);
  if (chosen === undefined) return { code: mean, deviations, name: 'the mean of all codes' };
  const code = distribution.sample(1, { seed: chosen }).reshape(mean.shape);
  return { code, deviations, name: `the random code of seed ${chosen}` };
}
