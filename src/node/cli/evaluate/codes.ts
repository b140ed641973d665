/** What the codes look like. */

import { codeStatistics } from '../../../evaluation/codeStatistics.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { overflownRows } from '../shared/overflow.ts';
import { formatCount, print } from '../terminal/output.ts';
import type { Section } from './options.ts';

/**
 * How large the numbers of the codes are, and how many are near 0, as a sparsity penalty makes them.
 *
 * @param all - `[n, code length]`; codes that are not finite are left out.
 */
export function codeSection(all: Tensor): Section {
  const finite = finiteCodes(all);
  if (!finite) return { json: { codes: null }, print: () => print('codes: not one of them is finite') };
  const codes = codeStatistics(finite);
  const share = `${(100 * codes.nearZero).toFixed(1)} %`;
  const [count] = finite.shape;
  const notFinite = all.shape[0] - count;
  const which =
    notFinite === 0
      ? ''
      : ` (of the ${count === 1 ? 'one that is' : `${formatCount(count)} that are`} finite)`;
  return {
    json: { codes: { ...codes, ...(notFinite > 0 && { notFinite }) } },
    print: () =>
      print(
        `codes${which}: mean absolute value ${codes.meanAbsolute.toPrecision(3)}, ${share} of their numbers near 0 (below 5 % of the code's largest)`,
      ),
  };
}

/** The codes without those that are not finite; undefined if none is left. */
export function finiteCodes(all: Tensor): Tensor | undefined {
  const over = new Set(overflownRows(all));
  if (over.size === 0) return all;
  const finite = Array.from({ length: all.shape[0] }, (_, i) => i).filter((i) => !over.has(i));
  return finite.length === 0 ? undefined : all.pick(finite);
}
