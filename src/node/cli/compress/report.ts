/** What `compress` measures while it writes a file, and what it prints: sizes compared with others, and image quality. */

import { Quality, type QualityScores } from '../../../compression/quality.ts';
import { isFloat } from '../../../data/normalization.ts';
import { DTYPE_NAMES, type DType, type Normalization, type SampleArray } from '../../../data/samples.ts';
import type { Seams } from '../../../evaluation/seams.ts';
import { itemSizeOf } from '../../../io/numpy/npyHeader.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { type Noun, nounOf, withArticle } from '../../pictures/sampleKind.ts';
import { overflownRows } from '../shared/overflow.ts';
import { describeSeams } from '../shared/photographs.ts';
import { countOf, formatCount, formatDecibels, print } from '../terminal/output.ts';
import { CountProgress } from '../terminal/statusLine.ts';
import { formatNumber } from '../terminal/textTable.ts';

import { type FileSizes, MAX_BYTES, RivalSizes, type Sizes } from './rivalSizes.ts';

/** Adds up what is known of the images while they are compressed, chunk by chunk. */
export class CompressTally {
  readonly rivals: RivalSizes;
  readonly progress: CountProgress;
  readonly #features: number;
  /** How many numbers of an image other formats are measured on. */
  readonly #measured: number;
  readonly #normalization: Normalization;
  readonly #quality: Quality;
  #overflown = 0;

  /**
   * @param shape - The shape of all images, `[n, ...]`.
   * @param isPhotograph - Whether the only image may be larger than any that goes through a network whole.
   */
  constructor([count, ...sample]: Shape, normalization: Normalization, isPhotograph = false) {
    const [height] = sample;
    const size = sizeOf(sample);
    const rows = isPhotograph
      ? Math.min(height, Math.max(1, Math.floor((MAX_BYTES * height) / size)))
      : height;
    this.#features = size;
    this.#measured = (size / height) * rows;
    this.#normalization = normalization;
    this.#quality = new Quality(sample, normalization, { withSsim: !isPhotograph || size <= MAX_BYTES });
    this.rivals = new RivalSizes(
      isPhotograph ? [rows, ...sample.slice(1)] : sample,
      normalization,
      rows / height,
    );
    this.progress = new CountProgress(nounOf(sample, normalization), count);
  }

  /** Some images, and what is restored from their codes. */
  add(originals: SampleArray, restored: SampleArray): void {
    const count = originals.length / this.#features;
    this.progress.add(count);
    this.#quality.add(originals, restored);
    this.rivals.add(originals.length === this.#features ? originals.subarray(0, this.#measured) : originals);
    if (!isFloat(this.#normalization.dtype)) return; // integers are finite
    this.#overflown += overflownRows({ shape: [count, this.#features], data: restored }).length;
  }

  get quality(): QualityScores {
    return this.#quality.scores();
  }

  /** How many of the restored images hold NaN or infinity. */
  get overflown(): number {
    return this.#overflown;
  }
}

interface TileFacts {
  readonly count: number;
  readonly overlap: number;
  readonly seams: Seams;
}

export interface CompressReport {
  readonly path: string;
  readonly images: number;
  readonly noun: Noun;
  /** The shape of all images, `[n, ...]`. */
  readonly shape: Shape;
  readonly dtype: DType;
  readonly byteLength: number;
  /** The part of `byteLength` that the model inside takes, 0 without one. */
  readonly modelBytes: number;
  readonly codeLength: number;
  readonly levels: number;
  readonly lossless: boolean;
  readonly kernels: string;
  /** Of the images that are restored from the codes. */
  readonly quality: QualityScores;
  /** If the image is a photograph in tiles. */
  readonly tiles: TileFacts | undefined;
  readonly rivals: Sizes;
  /** Of the file that was compressed. */
  readonly file: FileSizes | undefined;
}

/** One way to store the images. */
interface Size {
  readonly bytesPerImage: number;
  /** Divided by the bytes per image of the compressed file. */
  readonly ratio: number;
}

interface ComparedSizes {
  readonly raw: Size;
  readonly gzip?: Size;
  readonly png?: Size;
  readonly file?: Size;
  readonly fileGzip?: Size;
}

/** Compares sizes with that of the file without its model, whose size doesn't depend on the number of images. */
function compare(report: CompressReport): ComparedSizes {
  const { shape, dtype, images, byteLength, modelBytes, rivals, file } = report;
  const own = (byteLength - modelBytes) / images;
  const sizeFrom = (bytes: number, count: number): Size => ({
    bytesPerImage: bytes / count,
    ratio: bytes / count / own,
  });
  const { gzip, png } = rivals;
  return {
    raw: sizeFrom(sizeOf(shape) * itemSizeOf(dtype), images),
    ...(gzip !== undefined && { gzip: sizeFrom(gzip, rivals.images) }),
    ...(png !== undefined && { png: sizeFrom(png, rivals.images) }),
    ...(file && { file: sizeFrom(file.bytes, images), fileGzip: sizeFrom(file.gzip, images) }),
  };
}

/** The report as one object for `--json`. */
export function jsonOf(report: CompressReport) {
  const { path, images, byteLength, modelBytes, codeLength, levels, lossless, kernels, quality, tiles } =
    report;
  return {
    path,
    images,
    byteLength,
    modelBytes,
    bytesPerImage: (byteLength - modelBytes) / images,
    ...compare(report),
    comparedImages: report.rivals.images,
    codeLength,
    levels,
    lossless,
    kernels,
    ...quality,
    ...(tiles && { tiles }),
  };
}

export function printReport(report: CompressReport): void {
  const { path, images, noun, dtype, byteLength, modelBytes, lossless, rivals, file } = report;
  const inside = modelBytes > 0 ? `, of which the model takes ${formatCount(modelBytes)}` : '';
  print(`${path}: ${formatCount(byteLength)} bytes${inside}\n`);
  const { raw, gzip, png, ...sizes } = compare(report);
  const first = rivals.images < 1 ? 'rows' : formatCount(rivals.images);
  const some = rivals.images < images ? ` (the first ${first})` : '';
  const own = { bytesPerImage: (byteLength - modelBytes) / images, ratio: 1 };
  const rows: readonly (readonly [name: string, size: Size | undefined])[] = [
    [`${file?.name} file`, sizes.file],
    [`${file?.name} file, gzip`, sizes.fileGzip],
    // An array's file is hardly larger than its values; beside a table or sound it is said which type these are.
    [file ? `raw, ${DTYPE_NAMES[dtype]}` : 'raw', raw],
    [`${file ? 'raw, ' : ''}gzip${some}`, gzip],
    [`PNG, tiled${some}`, png],
    [`this file${modelBytes > 0 ? ' without the model' : ''}, ${describeCodes(report)}`, own],
  ];
  const width = Math.max(...rows.map(([name, size]) => (size ? name.length : 0)));
  print(`${' '.repeat(width)}  ${`bytes ${withArticle(noun)}`.padStart(14)}     ratio`);
  for (const [name, size] of rows) {
    if (!size) continue;
    const cells = [size.bytesPerImage.toFixed(1).padStart(14), size.ratio.toFixed(2).padStart(8)];
    print(`${name.padEnd(width)}  ${cells.join('  ')}`);
  }
  if (!gzip) {
    print(`\nwithout gzip: ${DTYPE_NAMES[dtype]} is held in memory as another type, with other bytes`);
  }
  print(`\n${lossless ? 'the codes alone: ' : ''}${describeQuality(report)}`);
  if (report.tiles) print(describeSeams(report.tiles.seams));
}

function describeCodes({
  codeLength,
  levels,
  lossless,
  tiles,
}: Pick<CompressReport, 'codeLength' | 'levels' | 'lossless' | 'tiles'>) {
  const bits = Math.log2(levels);
  const depth = Number.isInteger(bits) ? countOf(bits, 'bit') : countOf(levels, 'level');
  const many = tiles ? `${countOf(tiles.count, 'tile')} of ` : '';
  return `${many}${countOf(codeLength, 'number')} of ${depth}${lossless ? ' and the residual' : ''}`;
}

function describeQuality({
  noun,
  images,
  quality: { mse, psnr, ssim, ssimImages },
}: Pick<CompressReport, 'noun' | 'images' | 'quality'>): string {
  const some = ssimImages < images ? ` (of the first ${countOf(ssimImages, 'image')})` : '';
  return [
    // As in evaluate, the quality of samples that are no images is given by their MSE.
    ...(psnr === undefined || noun === 'sample' ? [`MSE ${formatNumber(mse)}`] : []),
    ...(psnr === undefined ? [] : [`PSNR ${formatDecibels(psnr)}`]),
    ...(ssim === undefined || Number.isNaN(ssim) ? [] : [`SSIM ${ssim.toFixed(4)}${some}`]),
  ].join(', ');
}
