/** Photographs of any size as samples of one: patches that are cut out of them at random. Read imageFolder.ts first. */

import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { DataError } from '../../../data/samples.ts';
import { FormatError } from '../../../io/errors.ts';
import { Random } from '../../../tensor/random.ts';
import { plural } from '../../../tensor/words.ts';
import { toGray } from '../../pictures/picture.ts';
import { type PictureOptions, requirePictureOptions, withColours } from '../../pictures/pictureStack.ts';
import type { PixelImage } from '../../pictures/png.ts';
import type { PatchOptions } from '../patchOptions.ts';
import type { OnProgress } from '../readOptions.ts';
import type { ClassLabels, LoadedImages } from '../sampleSource.ts';
import { type ListedPictures, listPictures, readPictures } from './imageFolder.ts';

const MAX_BYTES = 2 ** 32;

/**
 * Patches of a picture, or of all those in a folder: `[count, height, width]` if no picture has colours, else
 * `[count, height, width, 3]`. Each picture gives as many, up to one, every place in it with the same probability; patch i is
 * of picture i modulo their number. One picture is in memory at a time.
 *
 * @throws {FileError} If a file or folder can't be read.
 * @throws {FormatError} If a picture is none, is damaged, is transparent and there is no `background`, or is smaller than a
 *   patch. One of a folder is named, the path is not.
 * @throws {DataError} If there are no pictures, or the patches take more than 4 GiB.
 */
export async function loadPatches(
  path: string,
  { size, count, seed = 0 }: PatchOptions,
  { gray = false, background }: Omit<PictureOptions, 'resize'> = {},
  onProgress?: OnProgress,
): Promise<LoadedImages> {
  requirePictureOptions('loadPatches', { gray, background });
  const isFolder = (await stat(path)).isDirectory();
  const listed = isFolder ? await listPictures(path) : onePicture(path);
  const names = listed.names.slice(0, count);
  const patches = new PatchStack(size, count);
  const random = new Random(seed);
  const sizes: string[] = [];
  let isRounded = false;
  let grays = 0;
  const { kinds, misnamed } = await readPictures(isFolder ? path : dirname(path), names, {
    background,
    isNamed: isFolder,
    onProgress,
    take: (picture, first) => {
      const image = gray ? toGray(picture.image) : picture.image;
      requireLargeEnough(isFolder ? names[first] : 'it', image, size);
      sizes.push(`${image.height}x${image.width}`);
      isRounded ||= picture.isRounded;
      if (image.channels === 1) grays++;
      for (let i = first; i < count; i += names.length) patches.cut(i, image, random);
    },
  });
  const notes = [
    ...listed.notes,
    leftOver(listed.names.length, count),
    misnamed,
    grayNote(grays, names.length),
  ];
  return {
    ...patches.finish(),
    isRounded,
    form: {
      kind: 'pictures',
      patches: { size, count, seed },
      ...(gray && { gray }),
      ...(background && { background }),
    },
    pictureSizes: sizes,
    places: { kind: 'file', of: (i) => `${names[i % names.length]} ${patches.placeOf(i)}` },
    ...(listed.labels && { labels: labelsOf(listed.labels, names.length, count) }),
    notes: notes.filter((note) => note !== undefined),
    source: `patches of ${isFolder ? `${kinds} in ${listed.place}` : listed.place}`,
  };
}

function onePicture(path: string): ListedPictures {
  const name = basename(path);
  return { names: [name], labels: undefined, notes: [], place: name };
}

/** @throws {FormatError} If no patch fits in. */
function requireLargeEnough(name: string, image: PixelImage, [height, width]: PatchOptions['size']): void {
  if (image.height >= height && image.width >= width) return;
  throw new FormatError(
    `${name} is ${image.height}x${image.width} pixels (height x width), expected at least the ${height}x${width} of a patch.`,
  );
}

function leftOver(pictures: number, count: number): string | undefined {
  if (pictures <= count) return undefined;
  return `there are more pictures than patches: one of each of the first ${count} of ${pictures}`;
}

function grayNote(grays: number, pictures: number): string | undefined {
  if (grays === 0 || grays === pictures) return undefined;
  return `${grays} of ${plural(pictures, 'picture')} ${grays === 1 ? 'has' : 'have'} no colours: red, green and blue get the same values`;
}

/** Of patches: each has the class of its picture. */
function labelsOf({ labels, ...others }: ClassLabels, pictures: number, count: number): ClassLabels {
  return { ...others, labels: Uint32Array.from({ length: count }, (_, i) => labels[i % pictures]) };
}

/** Takes the memory for all patches at once; three times as much when the first picture with colours comes. */
class PatchStack {
  readonly #size: PatchOptions['size'];
  readonly #count: number;
  readonly #places: Uint16Array;
  #channels: 1 | 3 = 1;
  #data: Uint8Array;

  /** @throws {DataError} If they take more memory than is read. */
  constructor(size: PatchOptions['size'], count: number) {
    const [height, width] = size;
    const byteLength = 3 * count * height * width;
    if (byteLength > MAX_BYTES) {
      throw new DataError(
        `${count} patches of ${height}x${width} pixels take up to ${(byteLength / 2 ** 30).toFixed(1)} GiB, expected at most 4 GiB: fewer of them, or smaller ones.`,
      );
    }
    this.#size = size;
    this.#count = count;
    this.#places = new Uint16Array(2 * count);
    this.#data = new Uint8Array(count * height * width);
  }

  /** Cuts patch `i` out of the image. */
  cut(i: number, image: PixelImage, random: Random): void {
    if (image.channels > this.#channels) {
      this.#data = withColours(this.finish()).data as Uint8Array;
      this.#channels = 3;
    }
    const [height, width] = this.#size;
    const top = random.integer(image.height - height + 1);
    const left = random.integer(image.width - width + 1);
    this.#places.set([top, left], 2 * i);
    const length = width * this.#channels;
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * image.width + left) * image.channels;
      const to = (i * height + y) * length;
      const row = image.data.subarray(from, from + width * image.channels);
      if (image.channels === this.#channels) this.#data.set(row, to);
      else for (let x = 0; x < width; x++) this.#data.fill(row[x], to + 3 * x, to + 3 * x + 3);
    }
  }

  /** Where it begins: row and column of pixels. */
  placeOf(i: number): string {
    return `${this.#places[2 * i]},${this.#places[2 * i + 1]}`;
  }

  finish(): Pick<LoadedImages, 'shape' | 'data' | 'dtype'> {
    const shape = [this.#count, ...this.#size, ...(this.#channels === 3 ? [3] : [])];
    return { shape, data: this.#data, dtype: 'u1' };
  }
}
