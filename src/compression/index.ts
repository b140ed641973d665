/** The public names of `isthmus/compression`: images to `.isth` files and back, without packages, in Node and browsers. */

export { TileGrid } from '../data/tiles.ts';
export { FormatError } from '../io/errors.ts';
export {
  type CompressedImages,
  type CompressOptions,
  compressImages,
  compressStream,
  DEFAULT_LEVELS,
  DEFAULT_LOSSLESS_LEVELS,
  findRanges,
} from './compress.ts';
export { CompressedFile, decompressImages, type OpenCompressedOptions } from './decompress.ts';
export type { CompressedHeader } from './header.ts';
export { modelFingerprint } from './modelFingerprint.ts';
export type { OriginalFile } from './originalFile.ts';
export { Quality, type QualityScores } from './quality.ts';
export type { CodeRanges } from './quantizer.ts';
