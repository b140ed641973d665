/** How small other formats make the same images: gzip, PNG with all images tiled into one picture, and the file they are from. */

import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pictureOf } from '../../../data/pictureShape.ts';
import { ARRAY_NAMES, type DType, type Normalization, type SampleArray } from '../../../data/samples.ts';
import { itemSizeOf } from '../../../io/numpy/npyHeader.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { openToRead, readAt } from '../../files/files.ts';
import { encodePngTiles } from '../../pictures/pngTiles.ts';
import { contentsByName } from '../../samples/readers.ts';

/** Only the first images, up to this size, are measured: zlib's level 9 may take seconds for a megabyte. */
export const MAX_BYTES = 2 ** 22;

export interface Sizes {
  /** How many images were measured: less than 1 if only some rows of a photograph were. */
  readonly images: number;
  /** In bytes, of the values row-major and little-endian. Undefined if they are held as another type than the file's. */
  readonly gzip: number | undefined;
  /** In bytes. Undefined if the samples are not pictures of 8 or 16 bits. */
  readonly png: number | undefined;
}

export class RivalSizes {
  readonly #sample: Shape;
  readonly #normalization: Normalization;
  readonly #dtype: DType;
  readonly #most: number;
  readonly #parts: SampleArray[] = [];
  readonly #share: number;
  #images = 0;

  /**
   * @param sample - The shape of one image.
   * @param share - What part of an image each of these is.
   */
  constructor(sample: Shape, normalization: Normalization, share = 1) {
    this.#share = share;
    const { dtype } = normalization;
    this.#sample = sample;
    this.#normalization = normalization;
    this.#dtype = dtype;
    this.#most = Math.max(1, Math.floor(MAX_BYTES / (sizeOf(sample) * itemSizeOf(dtype))));
  }

  /** The next images, `[n, ...sample]`. */
  add(values: SampleArray): void {
    const features = sizeOf(this.#sample);
    const count = Math.min(values.length / features, this.#most - this.#images);
    if (count === 0) return;
    this.#parts.push(values.slice(0, count * features));
    this.#images += count;
  }

  async measure(): Promise<Sizes> {
    const images = this.#images * this.#share;
    const isStored = this.#parts.every((part) => part[Symbol.toStringTag] === ARRAY_NAMES[this.#dtype]);
    if (!isStored) return { images, gzip: undefined, png: undefined };
    const bytes = Buffer.concat(
      this.#parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
    );
    const [zipped, png] = await Promise.all([promisify(gzip)(bytes, { level: 9 }), this.#encodePng(bytes)]);
    return { images, gzip: zipped.length, png: png?.length };
  }

  async #encodePng(bytes: Buffer): Promise<Uint8Array | undefined> {
    const shape = pictureOf(this.#sample, this.#normalization);
    if (!shape || !(this.#dtype === 'u1' || this.#dtype === 'u2')) return undefined;
    const [height, width] = shape;
    const channels = shape.length === 3 ? 3 : 1;
    const { buffer, byteOffset, byteLength } = Uint8Array.from(bytes); // aligned
    const data = this.#dtype === 'u1' ? bytes : new Uint16Array(buffer, byteOffset, byteLength / 2);
    return encodePngTiles({ count: this.#images, height, width, channels, data });
  }
}

/** How large the file itself is, where it holds other bytes than an array: a table as text, sound. */
export interface FileSizes {
  /** What people call such a file: CSV. */
  readonly name: string;
  readonly bytes: number;
  /** If all of it becomes as small as its beginning does: no more than that is zipped. */
  readonly gzip: number;
}

/** @returns Undefined for a file that is an array, or pictures. */
export async function sizesOfFile(path: string): Promise<FileSizes | undefined> {
  const contents = contentsByName(path);
  if (contents !== 'table' && contents !== 'sound') return undefined;
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    const head = await readAt(path, file, new Uint8Array(Math.min(MAX_BYTES, size)), 0);
    const zipped = await promisify(gzip)(head, { level: 9 });
    return {
      name: extname(path).slice(1).toUpperCase(),
      bytes: size,
      gzip: (size * zipped.length) / head.length,
    };
  } finally {
    await file.close();
  }
}
