/** The coarsest codes that are good enough. Read compress.ts and quality.ts first. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { denormalize } from '../data/denormalize.ts';
import { describeNormalization } from '../data/normalization.ts';
import { DataError, NO_NORMALIZATION, type Samples, type StoredSamples } from '../data/samples.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { sizeOf } from '../tensor/shape.ts';
import { chunksOfSamples } from './compress.ts';
import { imagesPerChunk } from './header.ts';
import { withKernels } from './kernelsProbe.ts';
import { Quality } from './quality.ts';
import { type CodeRanges, MAX_LEVELS, MIN_LEVELS, Quantizer } from './quantizer.ts';

/**
 * The number of levels whose images reach this PSNR while one less doesn't, by bisection in nine passes over the images:
 * the smallest file, as far as more levels make better images. (Between neighbours, that may fail by 0.01 dB or so.)
 *
 * @param targetPsnr - In dB, of the images that the file will give back.
 * @throws {DataError} If no number of levels reaches it; the message says what the model can do.
 */
export async function levelsFor(
  targetPsnr: number,
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  ranges: CodeRanges,
): Promise<number> {
  const psnrAt = (levels?: number) => psnrOf(autoencoder, samples, levels && new Quantizer(levels, ranges));
  const best = await psnrAt(MAX_LEVELS);
  if (!(best >= targetPsnr)) {
    const unquantized = await psnrAt();
    throw new DataError(
      `the model reaches ${best.toFixed(2)} dB on these images with ${MAX_LEVELS} levels and ${unquantized.toFixed(2)} dB with codes as they are, expected at least the ${targetPsnr} dB asked for.`,
    );
  }
  let tooFew = MIN_LEVELS - 1;
  let enough = MAX_LEVELS;
  while (enough - tooFew > 1) {
    const levels = (tooFew + enough) >> 1;
    if ((await psnrAt(levels)) >= targetPsnr) enough = levels;
    else tooFew = levels;
  }
  return enough;
}

/** Of the images that come back; without a quantizer, from codes as they are. */
async function psnrOf(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  quantizer?: Quantizer | 0,
): Promise<number> {
  const { normalization = NO_NORMALIZATION, shape } = samples;
  const { encodingDim: codeLength, inputShape } = autoencoder;
  const quality = new Quality(inputShape, normalization, { withSsim: false });
  const name = kernels().name;
  const size = imagesPerChunk({ shape: [shape[0], sizeOf(inputShape)], codeLength });
  for await (const chunk of chunksOfSamples(samples, size)) {
    const outputs = withKernels(name, () => {
      const codes = autoencoder.encode(chunk);
      const data = quantizer ? quantizer.dequantize(quantizer.quantize(codes.data)) : codes.data;
      return autoencoder.decode({ shape: codes.shape, data }).data;
    });
    quality.add(chunk.data, denormalize(outputs, normalization).data);
  }
  const { psnr } = quality.scores();
  if (psnr !== undefined) return psnr;
  throw new DataError(
    `the data is scaled so: ${describeNormalization(normalization)}; there is no PSNR of what are no pixels.`,
  );
}
