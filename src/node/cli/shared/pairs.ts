/** Samples and their target, what a model should make of them: two files that must go together. */

import { DataError } from '../../../data/samples.ts';
import type { SampleSource } from '../../files/sampleSource.ts';
import { countOf, formatCount } from '../terminal/output.ts';
import { requireSampleShape } from './samples.ts';

/**
 * @param option - That of the samples: `data`.
 * @param target - Undefined if there is none.
 * @throws {DataError} If a target has another number of samples than its data, or samples of another shape.
 */
export function requirePairs(option: string, data: SampleSource, target: SampleSource | undefined): void {
  if (!target) return;
  const [count] = data.shape;
  const [targetCount, ...targetSample] = target.shape;
  if (count !== targetCount) {
    throw new DataError(
      `${target.source}: the target has ${countOf(targetCount, 'sample')}, --${option} has ${formatCount(count)}, expected as many: row i of the target is what the model should make of row i.`,
    );
  }
  requireSampleShape(data, targetSample, 'those of the target are');
}
