/** Noise as users write it: `gaussian:0.2`. */

import type { Samples } from '../../../data/samples.ts';
import { isInRange, NOISE_KINDS, type Noise } from '../../../training/noise.ts';
import { type Option, parsed, UsageError } from '../terminal/options.ts';

/** An option `--noise KIND:AMOUNT`. */
export function noise(help: string): Option<Noise | undefined> {
  return parsed('KIND:AMOUNT', readNoise, help);
}

function readNoise(text: string, name: string): Noise {
  const [word, amount = '', ...rest] = text.split(':');
  const kind = NOISE_KINDS.find((each) => each === word);
  const noise = kind && { kind, amount: amount.trim() === '' ? Number.NaN : Number(amount) };
  if (noise && isInRange(noise) && rest.length === 0) return noise;
  const range = kind && (kind === 'gaussian' ? ' above 0' : ' above 0 and below 1');
  throw new UsageError(
    `--${name} is '${text}', expected ${kind ? `${kind}: and a number${range}` : 'gaussian:0.2, mask:0.3 or salt:0.1, or another amount'}.`,
  );
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

/** @throws {UsageError} If salt and pepper are to fall on values that have no black and white. */
export function refuseSalt(
  noise: Noise | undefined,
  kind: NonNullable<Samples['normalization']>['kind'] | undefined,
): void {
  if (noise?.kind === 'salt' && kind === 'standard') {
    throw new UsageError('--noise salt needs values from 0 to 1, --normalize standard gives others.');
  }
}
