/** What a sparsity penalty did to the codes. */

import { codeStatistics } from '../../autoencoder/codes.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Section } from './evaluateSection.ts';
import { formatCount, print } from './output.ts';
import { overflownRows } from './overflow.ts';

/** @param all - `[n, code length]`; those that are not finite don't count. */
export function codeSection(all: Tensor): Section {
  const over = new Set(overflownRows(all));
  const finite = Array.from({ length: all.shape[0] }, (_, i) => i).filter((i) => !over.has(i));
  if (finite.length === 0) {
    return { json: { codes: null }, print: () => print('codes: none is finite') };
  }
  const codes = codeStatistics(over.size === 0 ? all : all.pick(finite));
  const share = `${(100 * codes.nearZero).toFixed(1)} %`;
  const which = over.size === 0 ? '' : ` (of the ${formatCount(finite.length)} that are finite)`;
  return {
    json: { codes: { ...codes, ...(over.size > 0 && { notFinite: over.size }) } },
    print: () =>
      print(
        `codes${which}: mean absolute value ${codes.meanAbsolute.toPrecision(3)}, ${share} of their numbers near 0 (below 5 % of the code's largest)`,
      ),
  };
}
