/** When a GAN does not learn any more. Read game.ts first; docs/recipes.md has the figures that the bounds come from. */

import type { EpochRecord } from '../training/trainingState.ts';

/** So many epochs in a row show that it is no accident. */
const EPOCHS = 5;
/** In a good training the discriminator errs more often than this. */
const ALWAYS_RIGHT = 0.995;
/** In a good training the generated samples differ more than this from each other, compared with real ones. */
const NEARLY_ALIKE = 0.1;

/**
 * What is wrong with the last epochs, in one sentence; undefined if nothing is.
 *
 * - The discriminator is right almost always: the generator hardly gets a gradient that it could learn from.
 * - The generated samples are nearly alike: the generator has collapsed to a few samples that the discriminator accepts.
 */
export function collapseOf(epochs: readonly EpochRecord[]): string | undefined {
  if (epochs.length < EPOCHS) return undefined;
  const last = epochs.slice(-EPOCHS).map(({ parts }) => parts ?? {});
  const [first, now] = [epochs.length - EPOCHS + 1, epochs.length];
  const when = `in epochs ${first} to ${now}`;
  if (last.every(({ accuracy }) => accuracy > ALWAYS_RIGHT)) {
    return `the discriminator was right about more than ${100 * ALWAYS_RIGHT} % of the samples ${when}, so the generator can't learn from it: a lower learning rate, dropout or a smaller discriminator may help.`;
  }
  if (last.every(({ spread }) => spread < NEARLY_ALIKE)) {
    return `the generated samples were nearly alike ${when}, less than ${NEARLY_ALIKE} times as different as the real ones: a lower learning rate, dropout or another seed may help.`;
  }
  return undefined;
}
