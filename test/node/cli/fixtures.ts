/** Small images in every format, and models for them, as bytes: what the tests of the commands read. */

import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import type { ArchitectureOptions } from '../../../src/autoencoder/spec.ts';
import type { Normalization, UniformNormalization } from '../../../src/data/samples.ts';
import { GAN } from '../../../src/gan/gan.ts';
import { writeModel } from '../../../src/io/model.ts';
import type { VariationalArchitectureOptions } from '../../../src/vae/spec.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { GRAY, pngBytes, RGB } from '../../helpers/bytes/pngBytes.ts';
import { zipBytes } from '../../helpers/bytes/zipBytes.ts';
import { withHeader } from '../../helpers/mutations/resealed.ts';

export const COUNT = 40;

/** Options of a training that takes no time. */
export const TINY = ['--hidden', '8', '--encoding-dim', '2', '--batch-size', '20'];

/** Integers from 0 to 255: waves of a frequency and a phase that differ from image to image. */
export function pixels(features = 64, count = COUNT): number[] {
  return Array.from({ length: count * features }, (_, i) => {
    const image = Math.floor(i / features);
    const wave = Math.sin((i % features) * (0.1 + 0.02 * (image % 7)) + image);
    return Math.round(127.5 + 127.5 * wave);
  });
}

/** uint8 images as .npy. */
export function imagesNpy(sample: readonly number[] = [8, 8], count = COUNT): Uint8Array {
  const features = sample.reduce((product, length) => product * length, 1);
  return npyBytes({ descr: '|u1', shape: [count, ...sample], values: pixels(features, count) });
}

/** float32 images of 8x8 as .npy. By default from 0 to 1. */
export function floatsNpy(
  from: (pixel: number, index: number) => number = (pixel) => pixel / 255,
): Uint8Array {
  return npyBytes({ descr: '<f4', shape: [COUNT, 8, 8], values: pixels().map(from) });
}

/** Codes as `encode` writes them. */
export function codesNpy(values: readonly number[], width = 2): Uint8Array {
  return npyBytes({ descr: '<f4', shape: [values.length / width, width], values });
}

/** A zip archive of these .npy files, compressed. */
export function npz(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(arrays);
  return zipBytes(entries.map(([key, contents]) => ({ name: `${key}.npy`, contents, method: 8 })));
}

/** uint8 images as IDX. */
export function imagesIdx(): Uint8Array {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(0x0803);
  [COUNT, 8, 8].forEach((length, axis) => {
    header.writeUInt32BE(length, 4 + 4 * axis);
  });
  return new Uint8Array(Buffer.concat([header, Buffer.from(pixels())]));
}

/** One sound PNG. */
export function png(width = 8, height = 8, color = false, phase = 0): Uint8Array {
  const gray = (x: number, y: number) => (x * 20 + y * 7 + phase * 31) % 256;
  const pixel = (x: number, y: number) => (color ? [gray(x, y), 255 - gray(x, y), 9] : [gray(x, y)]);
  return pngBytes({ width, height, depth: 8, colorType: color ? RGB : GRAY, pixel });
}

/** Folder entries 1.png, 2.png, … */
export function pngs(folder: string, count: number, color = false): Record<string, Uint8Array> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${folder}/${i + 1}.png`, png(8, 8, color, i)]),
  );
}

export const DIVIDED: UniformNormalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };

/** An untrained model of 8x8 images, codes of 2 numbers. */
export function model(
  normalization: Normalization = DIVIDED,
  architecture: Partial<ArchitectureOptions> = {},
): Autoencoder {
  const autoencoder = new Autoencoder({
    inputShape: [8, 8],
    hidden: [8],
    encodingDim: 2,
    seed: 3,
    ...architecture,
  });
  autoencoder.normalization = normalization;
  return autoencoder;
}

export function modelBytes(...args: Parameters<typeof model>): Uint8Array {
  return writeModel(model(...args), { training: { epochs: 0 } });
}

/** An untrained variational autoencoder of 8x8 images, codes of 2 numbers. */
export function variationalModel(
  normalization: Normalization = DIVIDED,
  architecture: Partial<VariationalArchitectureOptions> = {},
): VariationalAutoencoder {
  const vae = new VariationalAutoencoder({
    inputShape: [8, 8],
    hidden: [8],
    encodingDim: 2,
    seed: 3,
    ...architecture,
  });
  vae.normalization = normalization;
  return vae;
}

/** An untrained GAN of 8x8 images, codes of 2 numbers. */
export function ganModel(): GAN {
  const hidden = { generatorHidden: [8], discriminatorHidden: [8] };
  const gan = new GAN({ inputShape: [8, 8], ...hidden, encodingDim: 2, seed: 3 });
  gan.normalization = DIVIDED;
  return gan;
}

/** A model file whose header was changed by hand. */
export function changedModel(change: (header: ModelHeader) => void, file = modelBytes()): Uint8Array {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as ModelHeader;
  change(header);
  return withHeader(header, file.subarray(8 + length));
}

export interface ModelHeader {
  __metadata__: Record<string, string>;
  [tensor: string]: unknown;
}
