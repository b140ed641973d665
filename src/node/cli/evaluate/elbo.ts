/** How likely a variational autoencoder finds the samples: the negative ELBO and its parts. Read vae/elbo.ts first. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { activeUnits } from '../../../evaluation/codeStatistics.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { nounOf, withArticle } from '../../pictures/sampleKind.ts';
import { countOf, formatCount, print } from '../terminal/output.ts';
import { formatNumber, tableLines } from '../terminal/textTable.ts';
import { finiteCodes } from './codes.ts';
import type { Section } from './options.ts';
import { type ImageScores, meanOf } from './scores.ts';

/**
 * @param images - The scores of each sample.
 * @param codes - `[n, code length]`, the means; those that are not finite are left out.
 */
export function elboSection(
  { inputShape, encodingDim, normalization }: Autoencoder,
  images: readonly ImageScores[],
  codes: Tensor,
): Section {
  const mean = (name: 'negativeElbo' | 'reconstruction' | 'kl') =>
    meanOf(images, (one) => one[name] ?? Number.NaN);
  const [negativeElbo, reconstruction, kl] = [mean('negativeElbo'), mean('reconstruction'), mean('kl')];
  const noun = nounOf(inputShape, normalization);
  const finite = finiteCodes(codes);
  const active = finite && finite.shape[0] > 1 ? activeUnits(finite) : undefined; // one code has no variance
  return {
    json: { negativeElbo: { mean: negativeElbo, reconstruction, kl, activeUnits: active ?? null } },
    print: () => {
      print(`negative ELBO of ${withArticle(noun)}, the mean in nats\n`);
      const heads = ['negative ELBO', 'reconstruction', 'KL'];
      const lines = tableLines([heads, [negativeElbo, reconstruction, kl].map(formatNumber)], {
        minimum: 13,
        first: 'right',
      });
      for (const line of lines) print(line);
      if (active === undefined) return;
      const numbers = countOf(encodingDim, 'number');
      print(
        `\n${formatCount(active)} of the ${numbers} of the code vary (variance over the ${noun}s above 0.01)`,
      );
    },
  };
}
