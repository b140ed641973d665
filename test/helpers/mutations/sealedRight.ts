/** Checks of a sealed file that a reader accepted: its checksum holds, and what was read is what the file says. */

import { GAN } from '../../../src/gan/gan.ts';
import type { AnyModel } from '../../../src/io/model.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { hasRightChecksum, type NaiveSafetensors, naiveSafetensors } from '../naive/naiveSafetensors.ts';

/** Throws unless the file's own checksum holds. Returns what the file says, read naively. */
export function requireSealed(bytes: Uint8Array): NaiveSafetensors {
  if (!hasRightChecksum(bytes)) throw new Error('wrong: damaged, and yet read');
  return naiveSafetensors(bytes);
}

/** Throws unless the model has the file's weights and description, and can be used. */
export function requireModel(model: AnyModel, { tensors, metadata }: NaiveSafetensors): void {
  for (const [name, { value }] of model.namedParameters()) {
    requireBits(name, value.data, tensors.get(name)?.bytes);
  }
  const described = JSON.parse(metadata.get('model')!);
  requireSame(model.spec(), described, 'model');
  requireSame(model.normalization, JSON.parse(metadata.get('normalization')!), 'normalization');
  const { inputShape, encodingDim } = model;
  const samples = Tensor.zeros([2, ...inputShape]);
  const codes = model instanceof GAN ? Tensor.zeros([2, encodingDim]) : model.encode(samples);
  const shapes = [codes.shape, model.decode(codes).shape];
  if (`${shapes}` !== `${[[2, encodingDim], [2, ...inputShape]]}`) throw new Error(`wrong shapes: ${shapes}`);
  if (!model.summary().includes('Total')) throw new Error('wrong summary');
}

export function requireBits(name: string, data: Float32Array, bytes: Uint8Array | undefined): void {
  const same = bytes && Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(bytes);
  if (!same) throw new Error(`wrong values of ${name}`);
}

/** Throws unless everything that was read is in the file, with the same value. The file may hold more, which is ignored. */
function requireSame(understood: unknown, stored: unknown, what: string): void {
  if (typeof understood !== 'object' || understood === null) {
    if (!Object.is(understood, stored)) throw new Error(`wrong ${what}: ${understood}, stored as ${stored}`);
    return;
  }
  if (typeof stored !== 'object' || stored === null) throw new Error(`wrong ${what}: no object`);
  for (const [key, value] of Object.entries(understood)) {
    requireSame(value, (stored as Record<string, unknown>)[key], `${what}.${key}`);
  }
}
