/** `isthmus interpolate`: what lies between two samples in the space of codes. Read latent/paths.ts first. */

import type { Normalization } from '../../../data/samples.ts';
import { interpolateCodes } from '../../../latent/paths.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { loadAnyModel, type OpenedAnyModel } from '../../files/modelFile.ts';
import { toPictures } from '../../pictures/display.ts';
import { takesNormalCodes } from '../../pictures/generated.ts';
import { encodePng } from '../../pictures/png.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { MAX_COLUMNS, stripSheet } from '../../pictures/strips.ts';
import { DATA, HELP, KEY, MODEL, OVERWRITE } from '../shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from '../shared/machine.ts';
import { outputOf, requireOutput } from '../shared/outputFiles.ts';
import { requireRoom } from '../shared/pictures.ts';
import { READING, READING_GROUP } from '../shared/reading.ts';
import type { Command } from '../terminal/help.ts';
import {
  number,
  parseOptions,
  refusePositionals,
  requireOption,
  text,
  UsageError,
} from '../terminal/options.ts';
import { countOf, say } from '../terminal/output.ts';
import { type DataFile, dataFile, encodeRows, randomCodes, refuseDataOfGAN, withSamples } from './codes.ts';

const OPTIONS = {
  model: MODEL,
  data: { ...DATA, help: `${DATA.help} Without it, --from and --to are seeds of random codes.` },
  key: KEY,
  from: number(
    undefined,
    { minimum: 0, integer: true },
    'The sample to begin with, by its number in the data, from 0 on.',
  ),
  to: number(undefined, { minimum: 0, integer: true }, 'The sample to end with.'),
  steps: number(
    12,
    { minimum: 2, integer: true },
    `How many codes from one to the other, both included; in a picture at most ${MAX_COLUMNS}.`,
  ),
  out: text(
    'FILE',
    'FILE.png: a strip, with the two samples of the data at its ends. FILE.npy, FILE.csv, FILE.tsv, FILE.wav: what the codes became, as an array, a table or sound, without these two.',
  ),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const interpolateCommand: Command = {
  help: {
    usage:
      'isthmus interpolate --model MODEL --from N --to N --out FILE [options]\n       npm run isthmus -- interpolate --model MODEL --from N --to N --out FILE',
    description: [
      'Encodes two samples, goes from one code to the other in equal steps, and decodes each: on an arc around zero for a variational autoencoder and a GAN, whose codes are standard normal numbers, on a straight line for a plain autoencoder.',
      "A GAN can't encode samples: leave --data out, then --from and --to are seeds of random codes, as isthmus generate draws them.",
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [
      [
        'Examples',
        [
          'isthmus interpolate --model vae --data images.npy --from 3 --to 77 --out a.png',
          'isthmus interpolate --model gan --from 1 --to 2 --steps 16 --out a.png',
        ],
      ],
    ],
  },
  run: interpolate,
};

/** The two ends of a path. */
interface Ends {
  /** `[2, code length]` */
  readonly codes: Tensor;
  /** What the codes were made from, `[2, ...inputShape]`; undefined for random codes. */
  readonly originals?: Tensor;
  readonly names: readonly [from: string, to: string];
}

async function interpolate(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { steps, overwrite } = parsed.values;
  const path = requireOption('model', parsed.values.model, 'MODEL');
  const numbers = {
    from: requireNumber('from', parsed.values.from),
    to: requireNumber('to', parsed.values.to),
  };
  const out = requireOutput(parsed.values.out);
  const data = dataFile(parsed);
  await refuseExisting(out.path, overwrite);
  await useMachine(parsed.values);
  const opened = await loadAnyModel(path);
  const { inputShape, normalization } = opened.model;
  const origin = { inputShape, normalization, training: opened.training };
  out.format.refuse?.(origin);
  const isPicture = out.ending === '.png';
  if (isPicture) {
    if (steps > MAX_COLUMNS) {
      throw new UsageError(`--steps is ${steps}, expected at most ${MAX_COLUMNS}, or --out FILE.npy.`);
    }
    requireRoom('steps', steps, { inputShape, countOf: (size) => size + 2 });
  }
  const ends = await findEnds(opened, data, numbers);
  const [from, to] = [0, 1].map((i) => ends.codes.rows(i, i + 1).reshape([opened.model.encodingDim]));
  const kind = takesNormalCodes(opened.model) ? 'spherical' : 'linear';
  const decoded = opened.model.decode(interpolateCodes(from, to, steps, kind));
  await writeFileAtomically(
    out.path,
    isPicture ? asPng(ends, decoded, normalization) : out.format.pieces(outputOf(decoded, origin)),
  );
  const noun = nounOf(inputShape, normalization);
  say(`${ends.names.join(' to ')}, ${kind}, ${countOf(steps, noun)}: ${out.path}`);
  return 0;
}

function requireNumber(name: string, value: number | undefined): number {
  if (value === undefined) throw new UsageError(`--${name} is missing, expected --${name} N.`);
  return value;
}

async function findEnds(
  opened: OpenedAnyModel,
  data: DataFile | undefined,
  numbers: { readonly from: number; readonly to: number },
): Promise<Ends> {
  const { model, training } = opened;
  const { from, to } = numbers;
  if (data) {
    refuseDataOfGAN(model, 'leave --data out, then --from and --to are seeds of random codes');
    const { inputs, codes } = await withSamples({ autoencoder: model, training }, data, (samples) =>
      encodeRows(samples, numbers),
    );
    return { codes, originals: inputs, names: [`sample ${from}`, `sample ${to}`] };
  }
  const distribution = await randomCodes(opened, undefined, '--data FILE, with the samples --from and --to');
  const codes = distribution.sample(1, { seed: from });
  const both = codes.pick([0, 0]);
  both.rows(1, 2).data.set(distribution.sample(1, { seed: to }).data);
  return { codes: both, names: [`seed ${from}`, `seed ${to}`] };
}

/** The originals, if there are any, at both ends, apart from what the decoder made. */
function asPng(
  { originals, names: [from, to] }: Ends,
  decoded: Tensor,
  normalization: Normalization,
): Uint8Array {
  const [steps] = decoded.shape;
  const places = Array.from({ length: steps }, (_, step) => String(Number((step / (steps - 1)).toFixed(2))));
  if (!originals) {
    const [pictures] = toPictures([decoded], normalization);
    const columnHeadings = [from, ...places.slice(1, -1), to];
    return encodePng(stripSheet(pictures, { columnHeadings }));
  }
  const [ends, between] = toPictures([originals, decoded], normalization);
  const [, ...shape] = between.shape;
  const data = Float32Array.from([...ends.rows(0, 1).data, ...between.data, ...ends.rows(1, 2).data]);
  const columnHeadings = [from, ...places, to];
  return encodePng(stripSheet({ shape: [steps + 2, ...shape], data }, { columnHeadings, endsApart: true }));
}
