/** `isthmus compress`: images to a small file, by their codes. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import {
  type CompressOptions,
  compressStream,
  DEFAULT_LEVELS,
  DEFAULT_LOSSLESS_LEVELS,
  findRanges,
} from '../../../compression/compress.ts';
import { requireIntegerType } from '../../../compression/originalFile.ts';
import { levelsFor } from '../../../compression/targetPsnr.ts';
import { normalizationForTransform, statisticsForTransform } from '../../../data/normalization.ts';
import { DataError, type Normalization, type Samples, type StoredSamples } from '../../../data/samples.ts';
import { statisticsOf, statisticsOfStored } from '../../../data/statistics.ts';
import { kernels } from '../../../tensor/kernels/active.ts';
import { type ImagesToCompress, openToCompress } from '../../files/compressedFile.ts';
import { writeFileAtomically } from '../../files/files.ts';
import { loadModel } from '../../files/modelFile.ts';
import { NpyFile } from '../../files/npyFile.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { describeSamples } from '../shared/describeSamples.ts';
import { MACHINE, refuseThreads, useMachine } from '../shared/machine.ts';
import { naming, refuseExisting, requireOption, requireShape } from '../shared/openModel.ts';
import { noteOverflow } from '../shared/overflow.ts';
import type { Command } from '../terminal/help.ts';
import { exitOnSignals } from '../terminal/interruption.ts';
import {
  flag,
  number,
  parseOptions,
  refusePositionals,
  text,
  UsageError,
  type Values,
} from '../terminal/options.ts';
import { countOf, formatElapsed, printJson, say } from '../terminal/output.ts';
import { type CompressReport, CompressTally, jsonOf, printReport } from './report.ts';
import type { RivalSizes } from './rivalSizes.ts';

const OPTIONS = {
  model: text('MODEL', 'A run folder or a model file.'),
  data: text('FILE', 'Images: .npy, .npz, IDX (.idx, -ubyte, also .gz), a PNG or a folder of PNGs.'),
  key: text('NAME', 'The array of an .npz. [x_train, else the only one]'),
  out: text('FILE.isth', 'The compressed file.'),
  bits: number(
    undefined,
    { minimum: 2, maximum: 8, integer: true },
    `Bits that each number of a code is rounded to, 2 to 8. [${Math.log2(DEFAULT_LEVELS)}, with --lossless ${Math.log2(DEFAULT_LOSSLESS_LEVELS)}]`,
  ),
  'target-psnr': number(
    undefined,
    { minimum: 0, exclusive: true },
    'Instead of --bits: the smallest file whose images come back with this PSNR, in dB.',
  ),
  lossless: flag(
    'Store what is missing to the originals, too: integers of 8 and 16 bits come back byte for byte.',
  ),
  'include-model': flag('Put the model inside: decompress needs nothing else then.'),
  ...MACHINE,
  overwrite: flag('Replace an existing file.'),
  json: flag('One JSON object on stdout instead of a table.'),
  help: flag('Show this page.'),
};

export const compressCommand: Command = {
  help: {
    usage:
      'isthmus compress --model MODEL --data FILE --out FILE.isth\n       npm run isthmus -- compress --model MODEL --data FILE --out FILE.isth',
    description: [
      "Encodes images with a trained model, rounds the codes and writes them as a small file, from which decompress makes images again: those that the model's decoder restores, or with --lossless the very same. The images must have the shape that the model was trained on. A .npy in C order is read piece by piece, however large it is; one in Fortran order, .npz, IDX and PNG are held in memory whole.",
      'Shows how many bytes an image takes, beside gzip (level 9, of the values row-major and little-endian, in the type of the file) and PNG (all images tiled into one picture, level 9, the best of no filter and adaptive ones), and the PSNR and SSIM of what comes back, rounded and clamped as the originals are: it may be a little better than what evaluate finds. Of large files gzip and PNG are those of the first 4 MB, SSIM that of the first images (2,000 of 28×28).',
    ],
    groups: [['Options', OPTIONS]],
    sections: [
      [
        'Examples',
        [
          'isthmus compress --model runs/digits-1 --data images.npy --out images.isth',
          'isthmus compress --model runs/digits-1 --data x.npy --out all.isth --lossless',
        ],
      ],
    ],
  },
  run: compress,
};

async function compress(words: readonly string[]): Promise<number> {
  const start = performance.now();
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  const { values } = parsed;
  refuseThreads(values);
  refuseContradictions(values);
  const model = requireOption('model', values.model, 'MODEL');
  const data = requireOption('data', values.data, 'FILE');
  const out = requireOption('out', values.out, 'FILE.isth', ['.isth']);
  await refuseExisting(out, values.overwrite);
  await useMachine(values);
  const { autoencoder, bytes } = await loadModel(model);
  const source = await openToCompress(data, { key: values.key });
  const stopListening = exitOnSignals();
  try {
    const samples = await samplesOf(autoencoder, source, values.lossless);
    const included = values['include-model'] ? bytes : undefined;
    const { rivals, ...written } = await write(out, { autoencoder, samples, source, included, values });
    stopListening(); // the file is there
    const report = { ...written, rivals: await rivals.measure() };
    if (values.json) printJson(jsonOf(report));
    else printReport(report);
    say(
      `${countOf(report.images, report.noun)} in ${formatElapsed((performance.now() - start) / 1000)}: ${out}`,
    );
  } finally {
    stopListening();
    if (source.images instanceof NpyFile) await source.images.close();
  }
  return 0;
}

function refuseContradictions({
  bits,
  'target-psnr': target,
  lossless,
}: Pick<Values<typeof OPTIONS>, 'bits' | 'target-psnr' | 'lossless'>): void {
  if (target === undefined) return;
  if (bits !== undefined) {
    throw new UsageError('--bits and --target-psnr are both given, expected one of them.');
  }
  if (lossless) throw new UsageError('--lossless gives back all there is, expected no --target-psnr.');
}

type Prepared = (Samples | StoredSamples) & { readonly normalization: Normalization };

/** The images as the model reads them. Says what they are. */
async function samplesOf(
  autoencoder: Autoencoder,
  { images }: ImagesToCompress,
  lossless: boolean,
): Promise<Prepared> {
  const { shape, source, dtype } = images;
  requireShape(images, autoencoder.inputShape, 'the model takes');
  if (lossless) naming(source, () => requireIntegerType(dtype));
  if (lossless && 'isRounded' in images && images.isRounded) {
    throw new DataError(
      `${source}: PNGs of 16 bits are read with 8, expected without --lossless, or as a .npy of uint16.`,
    );
  }
  const isFile = images instanceof NpyFile;
  const options = statisticsForTransform(autoencoder.normalization, shape);
  const statistics = isFile ? await statisticsOfStored(images, options) : statisticsOf(images.data, options);
  const normalization = naming(source, () =>
    normalizationForTransform(autoencoder.normalization, images, statistics),
  );
  describeSamples(nounOf(autoencoder.inputShape, normalization), { images, statistics, normalization });
  return isFile ? { shape, normalization, read: images.read } : { shape, normalization, data: images.data };
}

interface Job {
  readonly autoencoder: Autoencoder;
  readonly samples: Prepared;
  readonly source: ImagesToCompress;
  readonly included: Uint8Array | undefined;
  readonly values: Values<typeof OPTIONS>;
}

async function write(
  out: string,
  { autoencoder, samples, source, included, values }: Job,
): Promise<Omit<CompressReport, 'rivals'> & { readonly rivals: RivalSizes }> {
  const { lossless, bits, 'target-psnr': target } = values;
  const ranges = await findRanges(autoencoder, samples);
  const asked = bits === undefined ? (lossless ? DEFAULT_LOSSLESS_LEVELS : DEFAULT_LEVELS) : 2 ** bits;
  const levels = target === undefined ? asked : await levelsFor(target, autoencoder, samples, ranges);
  const { shape, normalization } = samples;
  const tally = new CompressTally(shape, normalization);
  const onChunk = tally.add.bind(tally);
  const { original } = source;
  const options: CompressOptions = { levels, lossless, original, model: included, ranges, onChunk };
  let byteLength = 0;
  const pieces = async function* () {
    for await (const piece of compressStream(autoencoder, samples, options)) {
      byteLength += piece.length;
      yield piece;
    }
  };
  await writeFileAtomically(out, pieces()).finally(() => tally.progress.close());
  const noun = nounOf(autoencoder.inputShape, normalization);
  noteOverflow(tally.overflown, noun);
  return {
    path: out,
    images: shape[0],
    noun,
    shape,
    dtype: source.images.dtype,
    byteLength,
    modelBytes: included?.length ?? 0,
    codeLength: autoencoder.encodingDim,
    levels,
    lossless,
    kernels: kernels().name,
    quality: tally.quality,
    rivals: tally.rivals,
  };
}
