/**
 * Many images as one picture: side by side, or reconstructions below their originals. Here pixels are laid out; png.ts
 * writes them into a file.
 */

import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { formatShape, type Shape, ShapeError } from '../../tensor/shape.ts';
import { inWords } from '../../tensor/words.ts';
import { heatColours, heatMaximum } from './heatMap.ts';
import { drawText, textWidth } from './pixelFont.ts';
import type { PixelImage } from './png.ts';

const { ceil, floor, max, min, round, sqrt } = Math;

export const GAP = 2; // pixels between two images
const BETWEEN_GROUPS = 8; // pixels between a reconstruction and the next original below it
const GAP_GRAY = 72; // differs from black and from white
export const HEADING = 11; // pixels for a line of text above an original
export const BETWEEN_HEADINGS = 4; // pixels beside the gap, so that two numbers don't look like one
const TEXT_GRAY = 235;
const COMFORTABLE_SIDE = 84; // pixels: 28x28 is enlarged three times
const RAMP = { width: 48, height: 7 } as const; // pixels: of the scale of errors
const BESIDE_RAMP = 4; // pixels between it and its numbers

/** Images with values from 0 (black) to 1 (white): `[n, h, w]`, `[n, h, w, 1]` or `[n, h, w, 3]`. A Tensor is one. */
export interface ImageBatch {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Options of {@link imageGrid}. */
export interface GridOptions {
  /** Images in a row. @default as many as make about as many rows */
  readonly columns?: number;
  /** Screen pixels per image pixel, an integer. @default 3 for 28x28, and for others what makes them about as large */
  readonly scale?: number;
}

const GRID_OPTIONS: OptionNames<GridOptions> = { columns: true, scale: true };

/**
 * The images row by row, with a thin gap between and around them. Values beyond 0 and 1 are clamped.
 *
 * @throws {TypeError} If these are no images, or an option is unknown.
 * @throws {ShapeError} If the shape is not one of images.
 * @example
 * const grid = imageGrid(autoencoder.decode(codes), { columns: 20 });
 * await writeFileAtomically('grid.png', encodePng(grid));
 */
export function imageGrid(images: ImageBatch, options: GridOptions = {}): PixelImage {
  requireOptions('imageGrid', options, GRID_OPTIONS);
  const source = imagesOf(images, 'imageGrid');
  const columns = columnsFor(source.count, options.columns ?? ceil(sqrt(source.count)));
  const scale = options.scale ?? comfortableScale(source);
  const rows = ceil(source.count / columns);
  const [stepX, stepY] = [scale * source.width + GAP, scale * source.height + GAP];
  const canvas = newCanvas(columns * stepX + GAP, rows * stepY + GAP, source.channels);
  for (let i = 0; i < source.count; i++) {
    paint(source, i, canvas, GAP + (i % columns) * stepX, GAP + floor(i / columns) * stepY, scale);
  }
  return canvas;
}

export interface SheetOptions extends GridOptions {
  /** The noisy originals that the model restored: in a row between the two. */
  readonly noisy?: ImageBatch | undefined;
  /** What is written above each original; narrow images are moved apart to make room for it. */
  readonly headings?: readonly string[] | undefined;
  /** The error of each pixel, `[n, h, w]`: as colours in a row below the reconstructions, with their scale at the bottom. */
  readonly errors?: ImageBatch | undefined;
}

const SHEET_OPTIONS: OptionNames<SheetOptions> = {
  ...GRID_OPTIONS,
  noisy: true,
  headings: true,
  errors: true,
};

/**
 * Originals with their reconstructions below them, in rows; a wider gap separates these from the next originals.
 *
 * @param options - `columns`: images in a row; default 10. `scale`: as of {@link imageGrid}. `noisy`: what the model got, in
 *   a row between the two. `headings`: what is written above each original. `errors`: the error of each pixel, `[n, h, w]`, drawn in
 *   a row below as colours from black (0) to yellow (the largest of all), with the scale at the bottom.
 * @throws {TypeError} If these are no images, or an option is unknown.
 * @throws {ShapeError} If the shapes are not of images, or differ.
 * @example
 * const restored = autoencoder.decode(codes);
 * const originals = new Tensor(Float32Array.from(images.data, (pixel) => pixel / 255), images.shape);
 * await writeFileAtomically('sheet.png', encodePng(reconstructionSheet(originals, restored)));
 */
export function reconstructionSheet(
  originals: ImageBatch,
  reconstructions: ImageBatch,
  options: SheetOptions = {},
): PixelImage {
  requireOptions('reconstructionSheet', options, SHEET_OPTIONS);
  const { noisy, headings } = options;
  const layers = sheetRows('reconstructionSheet', originals, noisy, reconstructions);
  const [above] = layers;
  const heat = options.errors && heatOf(options.errors, above);
  if (heat) layers.push(heat.images);
  const columns = columnsFor(above.count, options.columns ?? 10);
  const scale = options.scale ?? comfortableScale(above);
  const groups = ceil(above.count / columns);
  const widest = (headings ?? []).reduce((width, heading) => max(width, textWidth(heading, 1)), 0);
  const stepX = max(scale * above.width, widest + (widest > 0 ? BETWEEN_HEADINGS : 0)) + GAP;
  const stepY = scale * above.height + GAP;
  const heading = headings ? HEADING : 0;
  const groupStep = heading + layers.length * stepY - GAP + BETWEEN_GROUPS;
  const height = groups * groupStep - BETWEEN_GROUPS + 2 * GAP;
  const canvas = newCanvas(
    max(columns * stepX, heat?.legend.width ?? 0) + GAP,
    height + (heat ? HEADING : 0),
    heat ? 3 : above.channels,
  );
  for (let i = 0; i < above.count; i++) {
    const x = GAP + (i % columns) * stepX;
    const y = GAP + floor(i / columns) * groupStep + heading;
    if (headings) write(headings[i], canvas, x, y - HEADING);
    layers.forEach((images, row) => {
      paint(images, i, canvas, x, y + row * stepY, scale);
    });
  }
  heat?.legend.draw(canvas, GAP, height);
  return canvas;
}

/** The errors as coloured images, and what their colours mean. */
function heatOf(errors: ImageBatch, originals: Images) {
  const { data, ...source } = imagesOf(errors, 'reconstructionSheet');
  assertSameSize({ ...originals, channels: 1 }, { ...source, data }, 'reconstructionSheet', 'errors');
  const maximum = heatMaximum(data);
  const images: Images = { ...source, channels: 3, data: heatColours(data, maximum) };
  return { images, legend: legendTo(maximum) };
}

/** The colours from 0 to `maximum`, between these numbers. */
function legendTo(maximum: number) {
  const { width, height } = RAMP;
  const ramp = Float32Array.from({ length: width * height }, (_, i) => i % width);
  const colours: Images = { ...RAMP, count: 1, channels: 3, data: heatColours(ramp, width - 1) };
  const [from, to] = ['error 0', String(Number(maximum.toPrecision(2)))];
  const left = textWidth(from, 1) + BESIDE_RAMP;
  const right = left + width + BESIDE_RAMP;
  return {
    width: right + textWidth(to, 1) + GAP,
    draw: (canvas: PixelImage, x: number, y: number) => {
      write(from, canvas, x, y);
      paint(colours, 0, canvas, x + left, y + floor((HEADING - height) / 2), 1);
      write(to, canvas, x + right, y);
    },
  };
}

/**
 * The images in the first row of a picture that {@link imageGrid} made, as large as they are in it.
 *
 * @param data - Red, green, blue and alpha of each pixel.
 * @param columns - Images in a row, of as many rows.
 * @returns `[columns, height, width, 3]`
 */
export function firstRowOf(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: Uint8Array },
  columns: number,
): { readonly shape: Shape; readonly data: Float32Array } {
  const [stepX, stepY] = [(width - GAP) / columns, (height - GAP) / columns];
  const shape = [columns, stepY - GAP, stepX - GAP, 3] as const;
  const images = new Float32Array(columns * (stepY - GAP) * (stepX - GAP) * 3);
  let to = 0;
  for (let column = 0; column < columns; column++) {
    for (let y = GAP; y < stepY; y++) {
      for (let x = GAP; x < stepX; x++) {
        const from = 4 * (y * width + column * stepX + x);
        for (let channel = 0; channel < 3; channel++) images[to++] = data[from + channel] / 255;
      }
    }
  }
  return { shape, data: images };
}

/** The rows of a sheet, top first, all of one size. `who` is named in the error. */
export function sheetRows(
  who: string,
  originals: ImageBatch,
  noisy: ImageBatch | undefined,
  reconstructions: ImageBatch,
): Images[] {
  const above = imagesOf(originals, who);
  const others = [...(noisy ? [noisy] : []), reconstructions].map((batch) => imagesOf(batch, who));
  for (const [i, other] of others.entries()) {
    assertSameSize(above, other, who, noisy && i === 0 ? 'noisy ones' : 'reconstructions');
  }
  return [above, ...others];
}

/** A batch whose shape is known to be one of images. */
export interface Images {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/** Reads a batch's shape as one of images. `who` is named in the error. */
export function imagesOf(images: ImageBatch, who: string): Images {
  if (!Array.isArray(images?.shape) || !ArrayBuffer.isView(images.data)) {
    throw new TypeError(`${who}: the images are ${inWords(images)}, expected a Tensor [n, height, width].`);
  }
  const { shape, data } = images;
  const [count = 0, height = 0, width = 0, channels = 1] = shape;
  if (
    (shape.length !== 3 && shape.length !== 4) ||
    (channels !== 1 && channels !== 3) ||
    count * height * width === 0
  ) {
    throw new ShapeError(
      `${who}: the images are ${formatShape(shape)}, expected [n, height, width], with or without 1 or 3 channels after it.`,
    );
  }
  return { count, height, width, channels, data };
}

function assertSameSize(a: Images, b: Images, who: string, noun: string): void {
  if (a.count === b.count && a.height === b.height && a.width === b.width && a.channels === b.channels)
    return;
  const text = ({ count, height, width, channels }: Images): string =>
    formatShape([count, height, width, channels]);
  throw new ShapeError(`${who}: the originals are ${text(a)}, the ${noun} ${text(b)}, expected the same.`);
}

function columnsFor(count: number, wanted: number): number {
  return max(1, min(count, floor(wanted)));
}

export function comfortableScale({ width, height }: Images): number {
  return max(1, round(COMFORTABLE_SIDE / max(width, height)));
}

export function newCanvas(width: number, height: number, channels: 1 | 3): PixelImage {
  return { width, height, channels, data: new Uint8Array(width * height * channels).fill(GAP_GRAY) };
}

/**
 * Copies image `index` to the canvas, `scale` times as large, its upper left corner at (left, top). A gray one may be copied to
 * a canvas in colour.
 */
export function paint(
  images: Images,
  index: number,
  canvas: PixelImage,
  left: number,
  top: number,
  scale: number,
): void {
  const { height, width, channels, data } = images;
  const isGray = channels === 1;
  for (let y = 0; y < scale * height; y++) {
    const row = (index * height + floor(y / scale)) * width;
    let to = ((top + y) * canvas.width + left) * canvas.channels;
    for (let x = 0; x < scale * width; x++) {
      const from = (row + floor(x / scale)) * channels;
      for (let channel = 0; channel < canvas.channels; channel++) {
        canvas.data[to++] = toByte(data[isGray ? from : from + channel]);
      }
    }
  }
}

/** A line of text of the height {@link HEADING}, its upper left corner at (left, top). */
export function write(text: string, canvas: PixelImage, left: number, top: number): void {
  const { channels, data } = canvas;
  drawText(text, { left, middle: top + floor(HEADING / 2), size: 1 }, (x, y) => {
    const at = (y * canvas.width + x) * channels;
    data.fill(TEXT_GRAY, at, at + channels);
  });
}

/** 0 to 1 as 0 to 255; NaN is black. */
export function toByte(value: number): number {
  return value > 0 ? round(255 * min(1, value)) : 0;
}
