/** Options that mean the same in several commands: the model, the data, noise. machine.ts has --kernels and --threads. */

import type { Normalization } from '../../../data/samples.ts';
import { isInRange, NOISE_KINDS, type Noise } from '../../../training/noise.ts';
import {
  bytes,
  flag,
  type Option,
  parsed,
  refusePositionals,
  requireOption,
  text,
  UsageError,
} from '../terminal/options.ts';

export const MODEL = text('MODEL', 'A run folder or a model file.');

export const KINDS_OF_FILES =
  '.npy, .npz, IDX (.idx, -ubyte, also .gz), .csv, .tsv, .wav, a PNG or JPEG, or a folder of them';

export const DATA = text(
  'FILE',
  `Images, or other samples like those that the model was trained on: ${KINDS_OF_FILES}.`,
);

/**
 * The file of `--data`, which may also stand alone: `compress photo.png`.
 *
 * @throws {UsageError} If there is none, or another word.
 */
export function requireData({
  values,
  positionals,
}: {
  readonly values: { readonly data: string | undefined };
  readonly positionals: readonly string[];
}): string {
  const data = values.data ?? positionals[0];
  refusePositionals({ positionals: positionals.slice(values.data === undefined ? 1 : 0) });
  return requireOption('data', data, 'FILE');
}

export const KEY = text('NAME', 'The array to read from an .npz. [x_train, else the only one]');

export const IN_MEMORY = bytes(
  'How much memory the samples of a .npy or a table may take, such as 500MB or 2GB. A larger file is read batch by batch, with the same result; 0 reads every one like this. [half of the free memory]',
);

export const OVERWRITE = flag('Replace an existing file.');

export const HELP = flag('Show this page.');

/** An option `--noise KIND:AMOUNT`. */
export function noise(help: string): Option<Noise | undefined> {
  return parsed('KIND:AMOUNT', readNoise, help);
}

/** `gaussian:0.2` */
function readNoise(text: string, name: string): Noise {
  const [word, amount = '', ...rest] = text.split(':');
  const kind = NOISE_KINDS.find((each) => each === word);
  const noise = kind && { kind, amount: amount.trim() === '' ? Number.NaN : Number(amount) };
  if (noise && isInRange(noise) && rest.length === 0) return noise;
  const range = kind === 'gaussian' ? 'above 0' : 'above 0 and below 1';
  const expected = kind
    ? `${kind}:AMOUNT with an amount ${range}`
    : 'KIND:AMOUNT such as gaussian:0.2, mask:0.3 or salt:0.1';
  throw new UsageError(`--${name} is '${text}', expected ${expected}.`);
}

export function formatNoise({ kind, amount }: Noise): string {
  return `${kind}:${amount}`;
}

/** In words: `Gaussian noise of standard deviation 0.2`, `30 % of the values masked`. */
export function describeNoise({ kind, amount }: Noise): string {
  if (kind === 'gaussian') return `Gaussian noise of standard deviation ${amount}`;
  const percent = `${Number((100 * amount).toPrecision(6))} %`;
  return kind === 'mask' ? `${percent} of the values masked` : `${percent} salt and pepper`;
}

/** @throws {UsageError} If salt and pepper are added to values that have no black and white. */
export function refuseSalt(noise: Noise | undefined, kind: Normalization['kind'] | undefined): void {
  if (noise?.kind === 'salt' && kind === 'standard') {
    throw new UsageError('--noise salt needs values from 0 to 1, --normalize standard gives others.');
  }
}
