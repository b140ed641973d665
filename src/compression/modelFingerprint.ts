/** A short name for a model: models with the same fingerprint encode and decode alike. Read sha256.ts first. */

import { type AnyModel, describeModel, weightsOf } from '../io/model.ts';
import { requireModel } from '../tensor/options.ts';
import { Sha256 } from './sha256.ts';

const HEX_DIGITS = 32;

/**
 * SHA-256 over what a model file says of the network: its description and normalization as JSON, then each parameter's
 * name, shape and float32 numbers, little-endian. How it was trained, and how its codes are distributed, doesn't count.
 *
 * The encoder of an autoencoder counts, as the codes of another encoder mean something else. A CRC-32 would detect
 * accidents, but a model may come from anywhere, and a CRC-32 is easy to forge.
 *
 * @returns `sha256:` and 32 hexadecimal digits.
 * @example
 * modelFingerprint(autoencoder).length; // 39
 */
export function modelFingerprint(model: AnyModel): string {
  requireModel('modelFingerprint', model);
  const hash = new Sha256();
  const addText = (value: unknown) => hash.add(new TextEncoder().encode(JSON.stringify(value)));
  addText(describeModel(model));
  for (const { name, tensor } of weightsOf(model)) {
    addText([name, tensor.shape]);
    const { buffer, byteOffset, byteLength } = tensor.data;
    hash.add(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return `sha256:${hash.digest().slice(0, HEX_DIGITS)}`;
}

/** Whether a value has the form of what {@link modelFingerprint} returns. */
export function isModelFingerprint(value: unknown): value is string {
  return typeof value === 'string' && /^sha256:[0-9a-f]{32}$/.test(value);
}
