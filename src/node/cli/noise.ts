/** Noise as users write it: `gaussian:0.2`. */

import { checkNoise, NOISE_KINDS, type Noise } from '../../autoencoder/corruption.ts';
import type { Samples } from '../../data/samples.ts';
import { type Option, parsed, UsageError } from './options.ts';

/** An option `--noise KIND:AMOUNT`. */
export function noise(help: string): Option<Noise | undefined> {
  return parsed('KIND:AMOUNT', readNoise, help);
}

function readNoise(text: string, name: string): Noise {
  const [, word, amount] = /^([a-z]+):(\S+)$/i.exec(text) ?? [];
  const kind = NOISE_KINDS.find((each) => each === word);
  try {
    if (kind === undefined) throw new RangeError();
    const result = { kind, amount: Number(amount) };
    checkNoise(result);
    return result;
  } catch {
    const problem = kind === undefined ? '' : ` (${kind === 'gaussian' ? 'above 0' : 'above 0, at most 1'})`;
    throw new UsageError(
      `--${name} is '${text}', expected gaussian:0.2, mask:0.3 or salt:0.1, or another amount${problem}.`,
    );
  }
}

export function formatNoise({ kind, amount }: Noise): string {
  return `${kind}:${amount}`;
}

/** In words: `Gaussian noise of standard deviation 0.2`. */
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
