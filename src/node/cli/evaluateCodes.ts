/** What a sparsity penalty did to the codes. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { codeStatistics } from '../../autoencoder/codes.ts';
import type { Samples } from '../../data/samples.ts';
import type { Section } from './evaluateSection.ts';
import { print } from './output.ts';

export function codeSection(autoencoder: Autoencoder, samples: Samples): Section {
  const codes = codeStatistics(autoencoder.encode(samples));
  const share = `${(100 * codes.nearZero).toFixed(1)} %`;
  return {
    json: { codes },
    print: () =>
      print(
        `codes: mean absolute value ${codes.meanAbsolute.toPrecision(3)}, ${share} of their numbers near 0 (below 5 % of the code's largest)`,
      ),
  };
}
