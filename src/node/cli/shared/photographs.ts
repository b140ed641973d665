/**
 * A photograph for a model that was trained on patches of others: it goes through the model in tiles of their size, which are
 * blended to a picture again. Read data/tiles.ts first.
 */

import { basename } from 'node:path';
import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { npyOriginal } from '../../../compression/originalFile.ts';
import { pictureOf } from '../../../data/pictureShape.ts';
import { DataError, type NumericArray } from '../../../data/samples.ts';
import { TileGrid } from '../../../data/tiles.ts';
import type { Seams } from '../../../evaluation/seams.ts';
import type { TrainingFacts } from '../../../io/model.ts';
import type { Shape } from '../../../tensor/shape.ts';
import { encodePngTiles } from '../../pictures/pngTiles.ts';
import { loadImages } from '../../samples/load.ts';
import { findReader } from '../../samples/readers.ts';
import type { LoadOptions } from '../../samples/readOptions.ts';
import { sampleFormOf } from '../../samples/sampleForm.ts';
import {
  type LoadedImages,
  type NormalizedSamples,
  type SampleSource,
  samplesInMemory,
} from '../../samples/sampleSource.ts';
import { number, type Option, UsageError } from '../terminal/options.ts';
import { countOf, say, timesShape } from '../terminal/output.ts';
import { sayNotes, withProgress } from './samples.ts';

/** @param share - By what part of a tile they overlap by default, in words. */
export function overlapOption(share: string): Option<number | undefined> {
  return number(
    undefined,
    { minimum: 0, integer: true },
    `Of a photograph, for a model that was trained with --patches: by how many pixels its tiles overlap at least, up to half a tile. [${share} of a tile]`,
  );
}

export interface Photograph {
  /** `[1, height, width]` or `[1, height, width, 3]`. */
  readonly shape: Shape;
  readonly pixels: Uint8Array;
  readonly grid: TileGrid;
  /** As samples for the model. */
  readonly tiles: SampleSource<NormalizedSamples>;
}

export interface PhotographOptions {
  readonly autoencoder: Autoencoder;
  readonly training: TrainingFacts;
  /** How its files are read. */
  readonly reading: LoadOptions;
  readonly overlap: number | undefined;
  /** By what part of a tile they overlap without it: 1/2 at most. */
  readonly share: number;
}

/**
 * Opens a picture and cuts it into tiles, if the model was trained on patches or an overlap is given; else, and if options say
 * that the picture is read in another way, undefined.
 *
 * @throws {UsageError} If an overlap is given for anything else, or is more than half a tile.
 * @throws {DataError} If the path is a folder, or the picture is smaller than a tile.
 */
export async function openPhotograph(
  path: string,
  options: PhotographOptions,
): Promise<Photograph | undefined> {
  const { autoencoder, training, reading, overlap, share } = options;
  const { inputShape, normalization } = autoencoder;
  const form = sampleFormOf(training, inputShape);
  const patches = form?.kind === 'pictures' ? form.patches : undefined;
  const { contents, isFolder } = await findReader(path);
  const isWhole = contents === 'pictures' && !reading.resize && !reading.patches;
  if (!isWhole || (!patches && overlap === undefined)) {
    if (overlap === undefined) return undefined;
    throw new UsageError(`--overlap is for a photograph in tiles, which ${path} is not here.`);
  }
  if (isFolder) {
    throw new DataError(
      `${path} is a folder: for a model that was trained on patches, expected one photograph at a time.`,
    );
  }
  const tile = pictureOf(inputShape, normalization);
  if (!tile)
    throw new DataError(`${path}: the model takes samples of ${timesShape(inputShape)}, and no pictures.`);
  const picture = await loadWhole(path, reading);
  const { shape, source } = picture;
  const [, height, width, ...channels] = shape;
  const [tileHeight, tileWidth] = tile;
  if (height < tileHeight || width < tileWidth) {
    throw new DataError(
      `${source} is ${height}x${width} pixels (height x width), expected at least ${tileHeight}x${tileWidth}, the size of the model's tiles.`,
    );
  }
  const side = Math.min(tileHeight, tileWidth);
  const half = Math.floor(side / 2);
  if (overlap !== undefined && overlap > half) {
    throw new UsageError(`--overlap is ${overlap}, expected at most ${half}, half of a tile.`);
  }
  const grid = new TileGrid([height, width], [tileHeight, tileWidth], overlap ?? Math.floor(share * side));
  const pixels = picture.data as Uint8Array;
  const tiles = { ...picture, shape: [grid.count, ...grid.tile, ...channels], data: grid.cut(pixels) };
  say(
    `${basename(path)}: ${timesShape(shape.slice(1))} in ${countOf(grid.count, 'tile')} of ${timesShape(grid.tile)}, which overlap by at least ${grid.overlap}`,
  );
  return { shape, pixels, grid, tiles: samplesInMemory(tiles) };
}

/** Reads a picture as those of the training were, but whole, in its own size. */
export async function loadWhole(path: string, reading: LoadOptions): Promise<LoadedImages> {
  const { form } = reading;
  const {
    patches: _,
    resize: __,
    ...asTrained
  } = form?.kind === 'pictures' ? form : { kind: 'pictures' as const };
  const options = { ...reading, form: asTrained };
  const picture = await withProgress(path, (onProgress) => loadImages(path, { ...options, onProgress }));
  sayNotes(path, picture, options);
  return picture;
}

/** In words: whether one sees where the tiles meet. */
export function describeSeams({ error, step }: Seams): string {
  const [ofError, ofStep] = [error, step].map((ratio) => ratio?.toFixed(3) ?? 'none');
  if (error === undefined && step === undefined) return 'seams: none, with one tile or no error elsewhere';
  return `seams, borders of tiles over everywhere else (1 is none): error ${ofError}, steps of the error ${ofStep}`;
}

/**
 * The bytes of a file with one picture.
 *
 * @param picture - `[1, height, width]` or `[1, height, width, 3]`.
 * @throws {DataError} If the name of the file says that it is neither a PNG nor a `.npy`.
 */
export async function* photographFile(
  path: string,
  picture: () => Promise<NumericArray>,
): AsyncGenerator<Uint8Array, void> {
  const isPng = /\.png$/i.test(path);
  if (!isPng && !/\.npy$/i.test(path)) {
    throw new DataError(`${path}: expected FILE.png or FILE.npy for a photograph in tiles.`);
  }
  const { shape, data, dtype } = await picture();
  if (!isPng) yield npyOriginal(dtype, shape).head;
  const [, height, width, channels = 1] = shape;
  const pixels = data as Uint8Array;
  yield isPng
    ? await encodePngTiles({ count: 1, height, width, channels: channels === 3 ? 3 : 1, data: pixels })
    : pixels;
}
