/** What is trained, here and in PyTorch: the same settings, those of the presets. docs/recipes.md says how they were found. */

import { GAN_BETA1, GAN_PRESETS } from '../../../dist/src/gan/presets.js';
import { VARIATIONAL_PRESETS } from '../../../dist/src/vae/presets.js';

/** Of dense layers; PyTorch gets the same. */
export const PRESET_NAMES = ['article', 'best'];
/** With convolutions. */
export const CONV_PRESET = 'conv-best';

/** The settings of a preset for both kinds, with X times as many epochs. */
export function recipesOf(preset, epochsScale) {
  return {
    vae: scaleEpochs(VARIATIONAL_PRESETS[preset], epochsScale),
    gan: scaleEpochs({ ...GAN_PRESETS[preset], beta1: GAN_BETA1 }, epochsScale),
  };
}

/** At least one epoch. */
export function scaleEpochs(recipe, factor) {
  return { ...recipe, epochs: Math.max(1, Math.round(recipe.epochs * factor)) };
}
