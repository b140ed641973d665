/** `isthmus traverse`: what each number of the code does to the picture. Read latent/paths.ts first. */

import type { AnyModel } from '../../../io/model.ts';
import type { GaussianDistribution } from '../../../latent/gaussian.ts';
import { traverseCode } from '../../../latent/paths.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import { Tensor } from '../../../tensor/tensor.ts';
import { refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { loadAnyModel, type OpenedAnyModel } from '../../files/modelFile.ts';
import { toPictures } from '../../pictures/display.ts';
import { takesNormalCodes } from '../../pictures/generated.ts';
import { encodePng } from '../../pictures/png.ts';
import { stripSheet } from '../../pictures/strips.ts';
import { DATA, HELP, KEY, MODEL, OVERWRITE } from '../shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from '../shared/machine.ts';
import { picturesThatFit, requirePictures, requireRoom } from '../shared/pictures.ts';
import type { Command } from '../terminal/help.ts';
import {
  number,
  parseOptions,
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
const MAX_STEPS = 64;

/**
 * A number changes nothing if its pictures have less than this part of the variance of those that change most: a variational
 * autoencoder often leaves numbers unused.
 */
const NEGLIGIBLE = 1e-3;

/** How far a number goes to either side, in standard deviations: 99.7 % of normally distributed numbers lie within. */
const REACH = 3;

const OPTIONS = {
  model: MODEL,
  out: text('FILE.png', 'The picture.'),
  data: { ...DATA, help: `With --sample. ${DATA.help}` },
  key: KEY,
  sample: number(
    undefined,
    { minimum: 0, integer: true },
    'Begins with the code of this sample, by its number in the data, from 0 on. [the mean of all codes]',
  ),
  steps: number(
    11,
    { minimum: 2, maximum: MAX_STEPS, integer: true },
    'How many values each number takes; with an odd number, the code itself is in the middle.',
  ),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

export const traverseCommand: Command = {
  help: {
    usage:
      'isthmus traverse --model MODEL --out FILE.png [--data FILE --sample N]\n       npm run isthmus -- traverse --model MODEL --out FILE.png [--data FILE --sample N]',
    description: [
      `Draws what each number of the code does: a row of images in which it goes from -${REACH} to ${REACH} standard deviations around its value, while all others stay. The numbers that change the image most come first, at most ${MAX_ROWS} of them; those that change nothing are left out.`,
      'For a variational autoencoder and a GAN, a standard deviation is 1. For a plain autoencoder it is that of the codes of its training data, which its file holds; else those of --data are used.',
    ],
    groups: [['Options', OPTIONS]],
    sections: [
      [
        'Examples',
        [
          'isthmus traverse --model runs/vae --out traverse.png',
          'isthmus traverse --model runs/vae --data images.npy --sample 3 --out traverse.png',
        ],
      ],
    ],
  },
  run: traverse,
};

async function traverse(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { steps, overwrite, sample } = parsed.values;
  const path = requireOption('model', parsed.values.model, 'MODEL');
  const out = requireOption('out', parsed.values.out, 'FILE.png', ['.png']);
  const data = dataFile(parsed.values);
  requireCompanion(parsed, 'sample', '--data FILE', data !== undefined);
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const opened = await loadAnyModel(path);
  const { inputShape, encodingDim, normalization } = opened.model;
  requirePictures(inputShape, normalization, 'a model of pictures');
  requireRoom('steps', steps, { inputShape, countOf: (length) => length });
  const start = await findStart(opened, data, sample);
  const most = Math.min(MAX_ROWS, Math.max(1, Math.floor(picturesThatFit(inputShape) / steps)));
  const shown = byEffect(opened.model, start, steps).slice(0, most);
  await writeFileAtomically(out, asPng(opened.model, start, shown, steps));
  if (shown.length < encodingDim) {
    say(
      `note: the picture shows the ${shown.length} of ${countOf(encodingDim, 'number')} that change it most.`,
    );
  }
  const middle = sample === undefined ? 'the mean of all codes' : `the code of sample ${sample}`;
  say(`${countOf(shown.length, 'number')} of the code, ${steps} values of each around ${middle}: ${out}`);
  return 0;
}

/** Where all rows begin, and how far they go. */
interface Start {
  /** `[code length]` */
  readonly code: Tensor;
  /** The standard deviation of each number of the codes, `[code length]`. */
  readonly deviations: Tensor;
}

async function findStart(
  opened: OpenedAnyModel,
  data: DataFile | undefined,
  sample: number | undefined,
): Promise<Start> {
  const { model } = opened;
  if (!data) return startOf(requireDistribution(opened, FITTED));
  refuseDataOfGAN(model, 'leave --data and --sample out');
  if (sample === undefined && (takesNormalCodes(model) || opened.codes)) {
    throw new UsageError('--data is given without --sample, expected --sample N: the number of a sample.');
  }
  return withSamples(model, data, async (samples) => {
    const isKnown = takesNormalCodes(model) || opened.codes;
    const start = startOf(isKnown ? requireDistribution(opened, FITTED) : await fitCodes(samples));
    if (sample === undefined) return start;
    const { codes } = await encodeRows(samples, { sample });
    return { ...start, code: codes.reshape([model.encodingDim]) };
  });
}

function startOf({ mean, deviations }: GaussianDistribution): Start {
  return { code: mean, deviations };
}

/** One row: copies of the code in which this number goes. */
function rowCodes({ code, deviations }: Start, index: number, steps: number): Tensor {
  return traverseCode(code, index, REACH * deviations.data[index], steps);
}

/** The numbers of the code that have an effect, those with the largest one first. */
function byEffect(model: AnyModel, start: Start, steps: number): number[] {
  const effects = Array.from({ length: model.encodingDim }, (_, index) =>
    spread(model.decode(rowCodes(start, index, steps))),
  );
  const order = effects.map((_, index) => index).sort((a, b) => effects[b] - effects[a]);
  return order.filter((index) => effects[index] >= NEGLIGIBLE * effects[order[0]]);
}

/** How much samples differ from one another: the sum of the variances of all features. */
function spread({ shape: [n, ...sample], data }: Tensor): number {
  const features = sizeOf(sample);
  let sum = 0;
  for (let j = 0; j < features; j++) {
    let [first, second] = [0, 0];
    for (let i = 0; i < n; i++) {
      const change = data[i * features + j] - data[j];
      first += change;
      second += change * change;
    }
    sum += second / n - (first / n) ** 2;
  }
  return sum || 0; // a network that overflows has no variance: NaN could not be sorted
}

function asPng(model: AnyModel, start: Start, rows: readonly number[], steps: number): Uint8Array {
  const codes = rows.flatMap((index) => Array.from(rowCodes(start, index, steps).data));
  const decoded = model.decode(Tensor.from(codes, [rows.length * steps, model.encodingDim]));
  const [pictures] = toPictures([decoded], model.normalization);
  const columnHeadings = Array.from({ length: steps }, (_, step) =>
    signed(REACH * ((2 * step) / (steps - 1) - 1)),
  );
  const rowHeadings = rows.map((index) => `number ${index}`);
  return encodePng(stripSheet(pictures, { columnHeadings, rowHeadings }));
}

/** `+0.6`, `0`, `-3` */
function signed(value: number): string {
  const rounded = Number(value.toFixed(2));
  return rounded > 0 ? `+${rounded}` : String(rounded);
}
