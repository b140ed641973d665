/** When a GAN does not learn any more. Read game.ts first; docs/recipes.md has the figures that the bounds come from. */

import type { EpochRecord } from '../training/trainingState.ts';

/** A good training may begin like this, but is not like it over this number of steps and epochs. */
const STEPS = 1500;
const EPOCHS = 5;
/** The discriminator is right about more than this share of the samples. */
const ALWAYS_RIGHT = 0.99;
/** The generated samples differ from each other by less than this part of what real ones do. */
const NEARLY_ALIKE = 0.1;

/**
 * What is wrong with the last epochs, on the average and still in the last one, in a sentence; undefined if nothing is.
 *
 * - The discriminator is right almost always: the generator hardly gets a gradient that it could learn from.
 * - The generated samples are nearly alike: the generator has collapsed to a few samples that the discriminator accepts.
 *
 * @param stepsPerEpoch - How many batches an epoch has.
 */
export function collapseOf(epochs: readonly EpochRecord[], stepsPerEpoch: number): string | undefined {
  const length = Math.max(EPOCHS, Math.ceil(STEPS / stepsPerEpoch));
  if (epochs.length < length) return undefined;
  const last = epochs.slice(-length);
  const valuesOf = (name: string) => last.map(({ parts }) => parts?.[name] ?? Number.NaN);
  const mean = (name: string) => valuesOf(name).reduce((a, b) => a + b, 0) / length;
  const when = `in epochs ${last[0].epoch} to ${last[length - 1].epoch}`;
  // The last epoch counts too: a slow start is getting better by then.
  const accuracy = Math.min(mean('accuracy'), valuesOf('accuracy')[length - 1]);
  const spread = Math.max(mean('spread'), valuesOf('spread')[length - 1]);
  if (accuracy > ALWAYS_RIGHT) {
    return `the discriminator was right about ${(100 * accuracy).toFixed(1)} % of the samples ${when}, so the generator can't learn from it: another learning rate, more dropout or a smaller discriminator may help.`;
  }
  if (spread < NEARLY_ALIKE) {
    return `the generated samples were nearly alike ${when}, ${spread.toPrecision(2)} times as different as the real ones: another learning rate, more dropout or another seed may help.`;
  }
  return undefined;
}
