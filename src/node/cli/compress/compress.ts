/** `isthmus compress`: from images to a small file that holds their codes. Read compression/compress.ts first. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { OnChunk } from '../../../compression/chunks.ts';
import {
  type CompressOptions,
  compressStream,
  DEFAULT_LEVELS,
  DEFAULT_LOSSLESS_LEVELS,
  findRanges,
} from '../../../compression/compress.ts';
import { FILE_KERNELS } from '../../../compression/kernelsProbe.ts';
import { type OriginalFile, requireIntegerType } from '../../../compression/originalFile.ts';
import { levelsFor } from '../../../compression/targetPsnr.ts';
import { DataError, type StoredSamples } from '../../../data/samples.ts';
import { TileBlender } from '../../../data/tiles.ts';
import { seamsOf } from '../../../evaluation/seams.ts';
import { writeModel } from '../../../io/model.ts';
import { kernels } from '../../../tensor/kernels/active.ts';
import { namingFile, refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { openToCompress } from '../../samples/compressedFile.ts';
import { csvOriginalOf } from '../../samples/losslessTable.ts';
import type { NormalizedSamples, SampleSource } from '../../samples/sampleSource.ts';
import { HELP, KEY, KINDS_OF_FILES, MODEL, OVERWRITE, requireData } from '../shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from '../shared/machine.ts';
import { noteOverflow } from '../shared/overflow.ts';
import { openPhotograph, overlapOption, type Photograph } from '../shared/photographs.ts';
import { loadOptionsOf, READING, READING_GROUP } from '../shared/reading.ts';
import { openAutoencoder, prepareLike, sayNotes, withProgress } from '../shared/samples.ts';
import type { Command } from '../terminal/help.ts';
import { exitOnSignals } from '../terminal/interruption.ts';
import {
  choice,
  flag,
  number,
  type Parsed,
  parseOptions,
  refuseBoth,
  requireOption,
  text,
  UsageError,
  type Values,
} from '../terminal/options.ts';
import { countOf, formatElapsed, printJson, say } from '../terminal/output.ts';

import { type CompressReport, CompressTally, jsonOf, printReport } from './report.ts';
import { type RivalSizes, sizesOfFile } from './rivalSizes.ts';

/** Of a tile that overlaps: with an eighth no tile shows, and the file has a third more bytes (docs/data.md). */
const SHARE = 1 / 8;

const OPTIONS = {
  model: MODEL,
  data: text('FILE', `The images to compress: ${KINDS_OF_FILES}.`),
  key: KEY,
  out: text('FILE.isth', 'The compressed file to write.'),
  bits: number(
    undefined,
    { minimum: 2, maximum: 8, integer: true },
    `How many bits each number of a code is rounded to, from 2 to 8. [${Math.log2(DEFAULT_LEVELS)}; with --lossless ${Math.log2(DEFAULT_LOSSLESS_LEVELS)}]`,
  ),
  'target-psnr': number(
    undefined,
    { minimum: 0, exclusive: true },
    'Instead of --bits: make the smallest file from which the images are restored with at least this PSNR, in dB.',
  ),
  lossless: flag(
    'Also store the differences from the originals, so that integers of 8 and 16 bits are restored byte for byte: also tables of nothing else, as plainly written as programs write them.',
  ),
  overlap: overlapOption('an eighth'),
  'include-model': flag('Put the model into the file, so that decompress needs no other file.'),
  kernels: choice(
    FILE_KERNELS,
    undefined,
    'Which kernels compute: plain loops, blocked loops, or WebAssembly SIMD. decompress uses the same; the bits of simd-fma differ between machines, so it makes no files. [simd, or blocked on a machine without]',
  ),
  threads: MACHINE.threads,
  overwrite: OVERWRITE,
  json: flag('Print one JSON object on stdout instead of a table.'),
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const compressCommand: Command = {
  help: {
    usage:
      'isthmus compress --model MODEL --data FILE --out FILE.isth\n       npm run isthmus -- compress --model MODEL --data FILE --out FILE.isth',
    description: [
      "Encodes images with a trained model, rounds the codes and writes them into a small file. isthmus decompress restores images from it: those that the model's decoder makes of the codes, or with --lossless exactly the originals. The images must have the shape that the model was trained on; for a model that was trained with --patches FILE may be a photograph of any size, which is compressed in tiles that overlap. A .npy in C order is read piece by piece, whatever its size; one in Fortran order and a table are copied to a temporary file if they are too large for memory; .npz, IDX, pictures and sound are loaded into memory.",
      'Shows how many bytes an image takes, compared with gzip (level 9, of the values row-major and little-endian, in the type of the file) and PNG (all images tiled into one picture, level 9, without filters or with adaptive ones, whichever is smaller). For a table or sound it also shows the size of the file itself, as it is and with gzip. Also shows the PSNR and SSIM of the restored images. They are rounded and clamped as the originals are, so the figures may be a little better than those of isthmus evaluate. For large files gzip and PNG are measured on the first 4 MB, SSIM on the first images (2,000 of 28×28), and not on photographs of more than 4 MB.',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [
      [
        'Examples',
        [
          'isthmus compress --model runs/digits-1 --data images.npy --out images.isth',
          'isthmus compress --model runs/digits-1 --data x.npy --out all.isth --lossless',
          'isthmus compress photo.png --model runs/photos-1 --out photo.isth',
        ],
      ],
    ],
  },
  run: compress,
};

async function compress(words: readonly string[]): Promise<number> {
  const start = performance.now();
  const parsed = parseOptions(ALL_OPTIONS, words);
  const { values } = parsed;
  refuseThreads(values);
  refuseContradictions(parsed);
  const model = requireOption('model', values.model, 'MODEL');
  const data = requireData(parsed);
  const out = requireOption('out', values.out, 'FILE.isth', ['.isth']);
  await refuseExisting(out, values.overwrite);
  await useMachine(values);
  const { autoencoder, training } = await openAutoencoder(model);
  const { inputShape } = autoencoder;
  const reading = { ...loadOptionsOf(values, { training, inputShape }), key: values.key };
  const photograph = await openPhotograph(data, {
    autoencoder,
    training,
    reading,
    overlap: values.overlap,
    share: SHARE,
  });
  if (photograph && values.lossless) {
    throw new UsageError(
      '--lossless is not for a photograph in tiles: a PNG keeps its pixels in less space.',
    );
  }
  const { images, ...file } = photograph
    ? { images: photograph.tiles, original: undefined }
    : await withProgress(data, (onProgress) => openToCompress(data, { ...reading, onProgress }));
  const stopListening = exitOnSignals();
  try {
    if (!photograph) sayNotes(data, images, reading);
    if (values.lossless) requireExactValues(images);
    const isTable = values.lossless && images.form?.kind === 'table';
    const original = isTable ? await csvOriginalOf(data, images) : file.original;
    const samples = await prepareLike(images, autoencoder);
    // Without the distribution of its codes, which decompress does not need: its size is the square of the code's length.
    const included = values['include-model'] ? writeModel(autoencoder, { training }) : undefined;
    const { rivals, ...written } = await write(out, {
      autoencoder,
      photograph,
      images,
      samples,
      original,
      included,
      values,
    });
    stopListening(); // the file is there
    const report = { ...written, rivals: await rivals.measure(), file: await sizesOfFile(data) };
    if (values.json) printJson(jsonOf(report));
    else printReport(report);
    say(
      `${countOf(report.images, report.noun)} in ${formatElapsed((performance.now() - start) / 1000)}: ${out}`,
    );
  } finally {
    stopListening();
    await images.close();
  }
  return 0;
}

function refuseContradictions(options: Parsed<typeof ALL_OPTIONS>): void {
  refuseBoth(options, 'bits', 'target-psnr');
  const { lossless, 'target-psnr': target } = options.values;
  if (lossless && target !== undefined) {
    throw new UsageError('--lossless restores the originals, expected no --target-psnr.');
  }
}

/** @throws {DataError} If the values are not integers of 8 or 16 bits as the file holds them. */
function requireExactValues({ source, dtype, isRounded, form }: SampleSource): void {
  if (form?.kind === 'sound') {
    throw new DataError(
      `${source}: sound is read as float32, which is not restored byte for byte, expected no --lossless (flac compresses sound without loss).`,
    );
  }
  if (form?.kind === 'table' && dtype.startsWith('f')) {
    throw new DataError(
      `${source}: it holds numbers that are no integers, which are not restored byte for byte, expected no --lossless.`,
    );
  }
  namingFile(source, () => requireIntegerType(dtype));
  if (isRounded) {
    throw new DataError(
      `${source}: PNGs of 16 bits are read with 8, expected no --lossless, or the images as a .npy of uint16.`,
    );
  }
}

interface Job {
  readonly autoencoder: Autoencoder;
  readonly samples: NormalizedSamples | StoredSamples;
  readonly images: SampleSource;
  /** Of which the images are the tiles. */
  readonly photograph: Photograph | undefined;
  readonly original: OriginalFile | undefined;
  /** The model file to put inside. */
  readonly included: Uint8Array | undefined;
  readonly values: Values<typeof ALL_OPTIONS>;
}

async function write(
  out: string,
  { autoencoder, photograph, images, samples, original, included, values }: Job,
): Promise<Omit<CompressReport, 'rivals' | 'file'> & { readonly rivals: RivalSizes }> {
  const { lossless, bits, 'target-psnr': target } = values;
  const ranges = await findRanges(autoencoder, samples);
  const asked = bits === undefined ? (lossless ? DEFAULT_LOSSLESS_LEVELS : DEFAULT_LEVELS) : 2 ** bits;
  const levels =
    target === undefined ? asked : await levelsFor(target, autoencoder, samples, ranges, photograph?.grid);
  const { normalization } = samples;
  const { shape, grid } = photograph ?? { shape: samples.shape };
  const tally = new CompressTally(shape, normalization, photograph !== undefined);
  const blender = grid && new TileBlender(grid, shape[3] ?? 1);
  const onChunk: OnChunk = (originals, restored) => {
    if (blender) blender.add(restored as Uint8Array);
    else tally.add(originals, restored);
  };
  const options: CompressOptions = { levels, lossless, original, grid, model: included, ranges, onChunk };
  let byteLength = 0;
  const pieces = async function* () {
    for await (const piece of compressStream(autoencoder, samples, options)) {
      byteLength += piece.length;
      yield piece;
    }
  };
  await writeFileAtomically(out, pieces()).finally(() => tally.progress.close());
  if (photograph && blender) tally.add(photograph.pixels, blender.picture);
  const noun = nounOf(autoencoder.inputShape, normalization);
  noteOverflow(tally.overflown, noun);
  return {
    path: out,
    images: shape[0],
    noun,
    shape,
    dtype: images.dtype,
    byteLength,
    modelBytes: included?.length ?? 0,
    codeLength: autoencoder.encodingDim,
    levels,
    lossless,
    kernels: kernels().name,
    quality: tally.quality,
    tiles: photograph &&
      blender && {
        count: photograph.grid.count,
        overlap: photograph.grid.overlap,
        seams: seamsOf(photograph.pixels, blender.picture, photograph.grid),
      },
    rivals: tally.rivals,
  };
}
