/** Images as `.isth` files and back, in memory or as streams: without packages and without Node, for browsers too. */

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
export { fingerprintOf } from './fingerprint.ts';
export type { CompressedHeader } from './header.ts';
export type { OriginalFile } from './originalFile.ts';
export { Quality, type QualityScores } from './quality.ts';
export type { CodeRanges } from './quantizer.ts';
