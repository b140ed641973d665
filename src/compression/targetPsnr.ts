/** The coarsest codes that are good enough: `compress --target-psnr`. Read chunks.ts and quality.ts first. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { describeNormalization } from '../data/normalization.ts';
import { DataError, NO_NORMALIZATION, type Samples, type StoredSamples } from '../data/samples.ts';
import { TileBlender, type TileGrid } from '../data/tiles.ts';
import { sizeOf } from '../tensor/shape.ts';
import { chunksOfSamples } from './chunks.ts';
import { Codec } from './codec.ts';
import { imagesPerChunk } from './header.ts';
import { Quality } from './quality.ts';
import { type CodeRanges, MAX_LEVELS, MIN_LEVELS, Quantizer } from './quantizer.ts';

/**
 * The number of levels whose images reach this PSNR while one level less doesn't, by bisection in nine passes over the
 * images. More levels make better images, so this makes the smallest file. (Between neighbouring numbers of levels the
 * order may be wrong by about 0.01 dB.)
 *
 * @param targetPsnr - In dB, of the images that the file will give back, or of the picture whose tiles they are.
 * @throws {DataError} If no number of levels reaches it; the message says what the model can do.
 */
export async function levelsFor(
  targetPsnr: number,
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  ranges: CodeRanges,
  grid?: TileGrid,
): Promise<number> {
  const codec = new Codec(autoencoder, samples.normalization);
  const quantized = (levels: number) =>
    psnrOf(autoencoder, codec, { samples, grid }, new Quantizer(levels, ranges));
  const best = await quantized(MAX_LEVELS);
  if (!(best >= targetPsnr)) {
    const unquantized = await psnrOf(autoencoder, codec, { samples, grid });
    throw new DataError(
      `the model reaches ${best.toFixed(2)} dB on these images with ${MAX_LEVELS} levels and ${unquantized.toFixed(2)} dB with unrounded codes, expected at least the ${targetPsnr} dB asked for.`,
    );
  }
  let tooFew = MIN_LEVELS - 1;
  let enough = MAX_LEVELS;
  while (enough - tooFew > 1) {
    const levels = (tooFew + enough) >> 1;
    if ((await quantized(levels)) >= targetPsnr) enough = levels;
    else tooFew = levels;
  }
  return enough;
}

/** The PSNR of the images that come back from quantized codes, or without a quantizer from unrounded ones. */
async function psnrOf(
  { inputShape, encodingDim: codeLength }: Autoencoder,
  codec: Codec,
  { samples, grid }: { readonly samples: Samples | StoredSamples; readonly grid: TileGrid | undefined },
  quantizer?: Quantizer,
): Promise<number> {
  const { normalization = NO_NORMALIZATION, shape } = samples;
  const measured = grid ? [...grid.picture, ...shape.slice(3)] : inputShape;
  const quality = new Quality(measured, normalization, { withSsim: false });
  const [before, after] = [0, 1].map(() => grid && new TileBlender(grid, shape[3] ?? 1));
  const size = imagesPerChunk({ shape: [shape[0], sizeOf(inputShape)], codeLength });
  for await (const chunk of chunksOfSamples(samples, size)) {
    const codes = codec.encode(chunk);
    const restored = codec.decode(quantizer ? quantizer.dequantize(quantizer.quantize(codes)) : codes);
    before?.add(chunk.data as Uint8Array);
    after?.add(restored as Uint8Array);
    if (!grid) quality.add(chunk.data, restored);
  }
  if (before && after) quality.add(before.picture, after.picture);
  const { psnr } = quality.scores();
  if (psnr !== undefined) return psnr;
  throw new DataError(
    `a target PSNR needs pixels, whose inputs go from 0 to 1; this data is scaled otherwise (${describeNormalization(normalization)}).`,
  );
}
