/** `train --preset`: the settings of a preset as options of the command line. Read autoencoder/presets.ts first. */

import { PRESETS } from '../../../autoencoder/presets.ts';
import { GAN_PRESETS, type GANPresetSettings } from '../../../gan/presets.ts';
import { VARIATIONAL_PRESETS } from '../../../vae/presets.ts';

/** The kinds of models that `train` trains. */
export const KINDS = ['autoencoder', 'vae', 'gan'] as const;
export type KindName = (typeof KINDS)[number];

export const PRESET_NAMES = ['article', 'small', 'best', 'conv-small', 'conv-best'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

type OptionTexts = Readonly<Record<string, string>>;

/** The options that each preset of each kind stands for, those that are defaults too. */
const OPTIONS: Readonly<Record<KindName, Readonly<Partial<Record<PresetName, OptionTexts>>>>> = {
  autoencoder: mapValues(PRESETS, optionsOf),
  vae: mapValues(VARIATIONAL_PRESETS, (settings) => ({ loss: 'bce', ...optionsOf(settings) })),
  gan: mapValues(GAN_PRESETS, ({ generatorHidden, discriminatorHidden, ...settings }: GANPresetSettings) =>
    optionsOf({ hidden: discriminatorHidden, decoderHidden: generatorHidden, ...settings }),
  ),
};

/** The names of the presets of a kind. */
export function presetsOf(kind: KindName): string[] {
  return Object.keys(OPTIONS[kind]);
}

/** The options of a preset that differ from the defaults, as text by name; none if this kind has no such preset. */
export function presetOptions(kind: KindName, name: PresetName): OptionTexts {
  const own = OPTIONS[kind][name] ?? {};
  const usual = OPTIONS.autoencoder.article ?? {};
  return Object.fromEntries(Object.entries(own).filter(([option, text]) => text !== usual[option]));
}

/** Settings by the names of the options that set them: `batchSize: 64` becomes `'batch-size': '64'`. */
function optionsOf(preset: object): OptionTexts {
  const { weightDecay, ...settings } = preset as { readonly weightDecay?: number };
  const optimizer = weightDecay === undefined ? {} : { optimizer: 'adamw', weightDecay };
  const texts = Object.entries({ ...settings, ...optimizer }).map(([name, value]) => [
    optionName(name),
    String(value) || 'none', // of a list its elements with commas between them
  ]);
  return Object.fromEntries(texts);
}

/** `warmUpEpochs` is `warmup-epochs`, all others change as `batchSize` does. */
function optionName(setting: string): string {
  return setting.replace('warmUp', 'warmup').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function mapValues<Name extends string, Value, Result>(
  values: Readonly<Record<Name, Value>>,
  change: (value: Value) => Result,
): Record<Name, Result> {
  const entries = Object.entries<Value>(values).map(([name, value]) => [name, change(value)]);
  return Object.fromEntries(entries) as Record<Name, Result>;
}

/** The widths of the stages of `--layers conv`, where no preset has others. */
export const CONV_WIDTHS = [16, 32];

/** What `--conv` or `--layers conv` changes of a preset of dense layers: these have other widths, or there are none. */
function withStages(kind: KindName, all: OptionTexts): OptionTexts {
  const { 'decoder-hidden': _, ...others } = all;
  return { ...others, conv: CONV_WIDTHS.join(), hidden: kind === 'vae' ? '256' : 'none' };
}

/** Which given options remove an option of a preset: next to a different value of these it would make no sense. */
const GIVES_WAY: Readonly<Record<string, readonly string[]>> = {
  'decoder-hidden': ['hidden', 'tied'],
  'weight-decay': ['optimizer'],
  'learning-rate': ['optimizer'],
};

/** What the preset adds to the options that were given. Those win. */
export function addedByPreset(
  kind: KindName,
  name: PresetName,
  given: ReadonlyMap<string, string>,
): Record<string, string> {
  const preset = presetOptions(kind, name);
  const asksForStages = given.has('conv') || given.get('layers') === 'conv';
  const all = asksForStages && !('conv' in preset) ? withStages(kind, preset) : preset;
  const isOther = (option: string) => given.has(option) && given.get(option) !== all[option];
  const isFree = (option: string) => !given.has(option) && !GIVES_WAY[option]?.some(isOther);
  const added = Object.fromEntries(Object.entries(all).filter(([option]) => isFree(option)));
  // A short trial, such as --epochs 1, has no room for a warm-up.
  const epochs = Number(given.get('epochs') ?? added.epochs);
  if (Number(added['warmup-epochs']) >= epochs) delete added['warmup-epochs'];
  if (given.get('hidden') === 'none' && !('conv' in all)) delete added.dropout;
  // Binary cross-entropy is for values in [0, 1].
  if (given.get('normalize') === 'standard' || given.get('output') === 'linear') delete added.loss;
  return added;
}

/** `--hidden 256 --epochs 27` */
export function inWords(options: OptionTexts): string {
  return Object.entries(options)
    .map(([name, text]) => `--${name} ${text}`)
    .join(' ');
}
