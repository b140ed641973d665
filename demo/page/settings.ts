/** The settings: a form, the defaults of each kind of network, and what the visitor's words mean. */

import type { Kind, Settings } from '../messages.ts';
import { byId } from './dom.ts';
import { say, type TextKey, text, type Values } from './language.ts';

const SHARED = { conv: [], denseCode: true, optimizer: 'adam', noise: 0, seed: 42 } as const;

/** Few channels: a network that shows something within seconds. New samples of a VAE need a dense layer, too. */
const CONV = [8, 16];
const CONV_HIDDEN: Readonly<Record<Kind, readonly number[]>> = { autoencoder: [], vae: [128], gan: [] };

export const DEFAULTS: Readonly<Record<Kind, Settings>> = {
  autoencoder: {
    ...SHARED,
    kind: 'autoencoder',
    hidden: [64, 32],
    encodingDim: 32,
    activation: 'relu',
    learningRate: 1e-3,
    batchSize: 32,
  },
  vae: {
    ...SHARED,
    kind: 'vae',
    hidden: [400],
    encodingDim: 20,
    activation: 'relu',
    learningRate: 1e-3,
    batchSize: 128,
  },
  gan: {
    ...SHARED,
    kind: 'gan',
    hidden: [256, 128],
    encodingDim: 64,
    activation: 'leakyRelu',
    learningRate: 2e-3,
    batchSize: 32,
  },
};

/** The same settings with layers of another sort, between which hidden layers have other widths. */
export function withLayers(settings: Settings, layers: string): Settings {
  return layers === 'conv'
    ? { ...settings, conv: CONV, hidden: CONV_HIDDEN[settings.kind] }
    : { ...settings, conv: [], denseCode: true, hidden: DEFAULTS[settings.kind].hidden };
}

/** The limits of the integers. */
const LIMITS = {
  encodingDim: { name: 'codeLength', low: 1, high: 1024 },
  batchSize: { name: 'batchSize', low: 1, high: 4096 },
  seed: { name: 'seed', low: 0, high: Number.MAX_SAFE_INTEGER },
} as const;

const MOST_LAYERS = 8;
const WIDEST = 4096;

/** What is wrong with a setting. */
export interface Mistake {
  readonly key: TextKey;
  readonly values: Values;
}

/** `64, 32` as widths; undefined if it is none. Commas of either language, or spaces, stand between. */
export function parseHidden(words: string): number[] | undefined {
  const parts = words.split(/[\s,，、;；]+/).filter((part) => part !== '');
  const widths = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
  const areGood = widths.every((width) => width >= 1 && width <= WIDEST) && widths.length <= MOST_LAYERS;
  return areGood ? widths : undefined;
}

/** An integer between the limits, or undefined. */
export function parseInteger(words: string, low: number, high: number): number | undefined {
  const value = Number(words);
  return words.trim() !== '' && Number.isInteger(value) && value >= low && value <= high ? value : undefined;
}

/** A learning rate, or undefined. */
export function parseLearningRate(words: string): number | undefined {
  const value = Number(words);
  return words.trim() !== '' && value > 0 && value <= 10 ? value : undefined;
}

export interface SettingsListener {
  /** A new network is wanted. */
  onSettings(settings: Settings): void;
  onLearningRate(learningRate: number): void;
  onThreads(threads: 'auto' | 1): void;
}

export class SettingsForm {
  readonly #form = byId('settings', HTMLFormElement);
  readonly #listener: SettingsListener;
  #settings = DEFAULTS.autoencoder;

  constructor(listener: SettingsListener) {
    this.#listener = listener;
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('change', ({ target }) => this.#onChange((target as HTMLInputElement).name));
    this.#field('noise').addEventListener('input', () => this.#showNoise());
    this.show(this.#settings);
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Shows the settings in use. */
  show(settings: Settings): void {
    this.#settings = settings;
    const { conv, denseCode: _, ...fields } = settings;
    for (const [name, value] of Object.entries({ ...fields, layers: conv.length > 0 ? 'conv' : 'dense' })) {
      this.#field(name).value = Array.isArray(value) ? value.join(', ') : String(value);
    }
    byId('noise-field').hidden = settings.kind === 'gan';
    this.#showNoise();
    this.#showMistake(undefined);
  }

  #onChange(name: string): void {
    const field = this.#field(name);
    if (name === 'threads') {
      this.#listener.onThreads(field.value === '1' ? 1 : 'auto');
      return;
    }
    const changed = this.#read(name, field.value);
    field.setAttribute('aria-invalid', String('key' in changed));
    if ('key' in changed) {
      this.#showMistake(changed);
      return;
    }
    const isNewKind = changed.kind !== this.#settings.kind;
    if (JSON.stringify(changed) === JSON.stringify(this.#settings)) {
      this.show(changed);
      return;
    }
    this.show(isNewKind ? { ...DEFAULTS[changed.kind], seed: changed.seed } : changed);
    if (name === 'learningRate') this.#listener.onLearningRate(changed.learningRate);
    else this.#listener.onSettings(this.#settings);
  }

  /** The settings with one of them changed, or what is wrong with it. */
  #read(name: string, words: string): Settings | Mistake {
    const found = words.trim() === '' ? text('nothing') : words;
    if (name === 'layers') return withLayers(this.#settings, words);
    if (name === 'hidden') {
      const hidden = parseHidden(words);
      return hidden
        ? { ...this.#settings, denseCode: true, hidden }
        : { key: 'badHidden', values: { value: found } };
    }
    if (name === 'learningRate') {
      const learningRate = parseLearningRate(words);
      if (learningRate) return { ...this.#settings, learningRate };
      return { key: 'badLearningRate', values: { value: found } };
    }
    if (name in LIMITS) {
      const { name: title, low, high } = LIMITS[name as keyof typeof LIMITS];
      const value = parseInteger(words, low, high);
      const denseCode = name === 'encodingDim' || this.#settings.denseCode;
      if (value !== undefined) return { ...this.#settings, denseCode, [name]: value };
      return { key: 'badInteger', values: { name: text(title), low, high, value: found } };
    }
    return { ...this.#settings, [name]: name === 'noise' ? Number(words) : words };
  }

  #showNoise(): void {
    byId('noise-value').textContent = Number(this.#field('noise').value).toFixed(2);
  }

  #showMistake(mistake: Mistake | undefined): void {
    const problem = byId('settings-problem');
    problem.hidden = !mistake;
    if (mistake) say(problem, mistake.key, mistake.values);
    else for (const field of this.#form.elements) field.removeAttribute('aria-invalid');
  }

  #field(name: string): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement;
  }
}
