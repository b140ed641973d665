/** `train --preset`: the settings of a preset as options of the command line. Read autoencoder/presets.ts first. */

import { PRESETS, type PresetName } from '../../../autoencoder/presets.ts';

export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/** The options of a preset that differ from the defaults, as text by name. */
export function presetOptions(name: PresetName): Readonly<Record<string, string>> {
  const own = optionsOf(name);
  const usual = optionsOf('article');
  return Object.fromEntries(Object.entries(own).filter(([option, text]) => text !== usual[option]));
}

function optionsOf(name: PresetName): Readonly<Record<string, string>> {
  const { decoderHidden, weightDecay, warmUpEpochs, ...settings } = PRESETS[name];
  return {
    hidden: settings.hidden.join(),
    ...(decoderHidden && { 'decoder-hidden': decoderHidden.join() }),
    activation: settings.activation,
    start: settings.start,
    epochs: String(settings.epochs),
    'batch-size': String(settings.batchSize),
    ...(weightDecay !== undefined && { optimizer: 'adamw', 'weight-decay': String(weightDecay) }),
    'learning-rate': String(settings.learningRate),
    schedule: settings.schedule,
    ...(warmUpEpochs !== undefined && { 'warmup-epochs': String(warmUpEpochs) }),
  };
}

/** Which given options remove an option of a preset: next to a different value of these it would make no sense. */
const GIVES_WAY: Readonly<Record<string, readonly string[]>> = {
  'decoder-hidden': ['hidden', 'tied'],
  'weight-decay': ['optimizer'],
  'learning-rate': ['optimizer'],
};

/** What the preset adds to the options that were given. Those win. */
export function addedByPreset(name: PresetName, given: ReadonlyMap<string, string>): Record<string, string> {
  const all = presetOptions(name);
  const isOther = (option: string) => given.has(option) && given.get(option) !== all[option];
  const isFree = (option: string) => !given.has(option) && !GIVES_WAY[option]?.some(isOther);
  const added = Object.fromEntries(Object.entries(all).filter(([option]) => isFree(option)));
  // A short trial, such as --epochs 1, has no room for a warm-up.
  const epochs = Number(given.get('epochs') ?? added.epochs);
  if (Number(added['warmup-epochs']) >= epochs) delete added['warmup-epochs'];
  return added;
}

/** `--hidden 256 --epochs 27` */
export function inWords(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([name, text]) => `--${name} ${text}`)
    .join(' ');
}
