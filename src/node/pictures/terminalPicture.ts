/**
 * Images as text. A character is about twice as high as wide, so it shows two pixels, one above the other: the half block ▀
 * in the colour of the upper pixel, on a background in that of the lower one. On a terminal with few colours, a character
 * shows the mean of both by how much ink it has.
 */

import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { type ImageBatch, type Images, imagesOf, sheetRows, toByte } from './grid.ts';

const { floor, max, min, round } = Math;

const RAMP = ' .:-=+*#%@'; // from little ink to much
const WIDEST = 32; // characters for one image
const GAP = 2; // characters between two images
const WANTED = 4; // images in a row, if each of them gets enough characters
// Characters at which an image can be recognised. Plain characters show less than colours.
const ENOUGH_IN_COLOR = 18;
const ENOUGH_IN_PLAIN = 24;

/** Options of {@link terminalPicture}. */
export interface TerminalOptions {
  /** Bits of colour, as `stream.getColorDepth()` says: 24 gives true colour, 8 the 256 colours, fewer plain characters. */
  readonly colorDepth: number;
}

const OPTIONS: OptionNames<TerminalOptions> = { colorDepth: true };

/** Options of {@link terminalComparison}. */
export interface ComparisonOptions extends TerminalOptions {
  /** Width of the terminal, in characters. @default 80 */
  readonly columns?: number;
  /** The noisy originals that the model restored: in a row between the two. */
  readonly noisy?: ImageBatch | undefined;
  /** Whether the originals are a target, and `noisy` what the model got. @default false */
  readonly isTarget?: boolean | undefined;
}

const COMPARISON_OPTIONS: OptionNames<ComparisonOptions> = {
  ...OPTIONS,
  columns: true,
  noisy: true,
  isTarget: true,
};

/**
 * One image as lines of text, at most 32 characters wide; larger ones are averaged down.
 *
 * @param image - `[h, w]`, `[h, w, 1]` or `[h, w, 3]`, values from 0 to 1.
 * @throws {TypeError} If this is no image, or an option is unknown.
 * @throws {ShapeError} If the shape is another.
 * @example
 * const image = autoencoder.decode(codes.rows(0, 1)).reshape([28, 28]);
 * console.log(terminalPicture(image, { colorDepth: 1 }));
 */
export function terminalPicture(image: ImageBatch, options: TerminalOptions): string {
  requireOptions('terminalPicture', options, OPTIONS);
  const { colorDepth } = options;
  const images = imagesOf({ shape: [1, ...image.shape], data: image.data }, 'terminalPicture');
  return toLines(shrink(images, 0, min(WIDEST, images.width)), colorDepth).join('\n');
}

/**
 * The first few originals in a row, their reconstructions below: as many as fit the terminal, no line wider than it.
 *
 * @throws {TypeError} If these are no images, or an option is unknown.
 * @throws {ShapeError} If the shapes are not of images (see {@link ImageBatch}), or differ.
 * @example
 * const restored = autoencoder.decode(codes.rows(0, 3));
 * console.log(terminalComparison(restored, restored, { colorDepth: 1, columns: 80 }));
 */
export function terminalComparison(
  originals: ImageBatch,
  reconstructions: ImageBatch,
  options: ComparisonOptions,
): string {
  requireOptions('terminalComparison', options, COMPARISON_OPTIONS);
  const { columns = 80, colorDepth, noisy, isTarget = false } = options;
  const rows = sheetRows('terminalComparison', originals, noisy, reconstructions);
  const [above] = rows;
  const room = max(1, columns - 1); // some terminals wrap when the last column is written
  const width = imageWidth(above.width, room, colorDepth);
  const count = max(1, min(above.count, floor((room + GAP) / (width + GAP))));
  const rowOf = (images: Images): string[] =>
    sideBySide(Array.from({ length: count }, (_, i) => toLines(shrink(images, i, width), colorDepth)));
  const plural = count === 1 ? '' : 's';
  const [first, second] = isTarget ? [`target${plural}`, 'as given'] : [`original${plural}`, 'with noise'];
  const labels = [first, ...(noisy ? [second] : []), `reconstruction${plural}`];
  return rows.flatMap((images, i) => [labels[i].slice(0, room), ...rowOf(images)]).join('\n');
}

/** Full size if a few images fit in a row; else narrower, but wide enough to be recognised. */
function imageWidth(full: number, room: number, colorDepth: number): number {
  const enough = colorDepth >= 8 ? ENOUGH_IN_COLOR : ENOUGH_IN_PLAIN;
  const share = floor((room + GAP) / WANTED) - GAP;
  return max(1, min(full, WIDEST, room, max(enough, share)));
}

function sideBySide(pictures: readonly (readonly string[])[]): string[] {
  return pictures[0].map((_, line) => pictures.map((lines) => lines[line]).join(' '.repeat(GAP)));
}

interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/** Image `index`, shrunk to `width` pixels: each new pixel is the mean of the area that it covers. */
function shrink({ height, width: full, channels, data }: Images, index: number, width: number): Picture {
  const image = data.subarray(index * height * full * channels, (index + 1) * height * full * channels);
  if (width >= full) return { height, width: full, channels, data: image };
  const newHeight = max(1, round((height * width) / full));
  const small = new Float32Array(newHeight * width * channels);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < width; x++) {
      const area = { top: (y * height) / newHeight, bottom: ((y + 1) * height) / newHeight };
      const strip = { left: (x * full) / width, right: ((x + 1) * full) / width };
      for (let channel = 0; channel < channels; channel++) {
        small[(y * width + x) * channels + channel] = areaMean(image, full, channels, channel, {
          ...area,
          ...strip,
        });
      }
    }
  }
  return { height: newHeight, width, channels, data: small };
}

interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The mean over a rectangle whose edges may cut through pixels: a pixel counts by the part of it that lies inside. */
function areaMean(image: Float32Array, width: number, channels: number, channel: number, area: Area): number {
  let sum = 0;
  let covered = 0;
  for (let y = floor(area.top); y < area.bottom; y++) {
    const high = min(y + 1, area.bottom) - max(y, area.top);
    for (let x = floor(area.left); x < area.right; x++) {
      const part = high * (min(x + 1, area.right) - max(x, area.left));
      sum += part * clamp(image[(y * width + x) * channels + channel] ?? 0);
      covered += part;
    }
  }
  return sum / covered;
}

function clamp(value: number): number {
  return value > 0 ? min(1, value) : 0;
}

function toLines(picture: Picture, colorDepth: number): string[] {
  const lines: string[] = [];
  for (let y = 0; y < picture.height; y += 2) {
    lines.push(
      colorDepth >= 8
        ? colorLine(picture, y, colorDepth >= 24 ? trueColor : color256)
        : plainLine(picture, y),
    );
  }
  return lines;
}

function plainLine(picture: Picture, y: number): string {
  let line = '';
  for (let x = 0; x < picture.width; x++) {
    const light = (luminance(picture, x, y) + luminance(picture, x, y + 1)) / 2;
    line += RAMP[min(RAMP.length - 1, floor(light * RAMP.length))];
  }
  return line;
}

/** How light a pixel looks (ITU-R BT.709 weights); black below the last row. */
function luminance({ height, width, channels, data }: Picture, x: number, y: number): number {
  if (y >= height) return 0;
  const at = (y * width + x) * channels;
  if (channels === 1) return clamp(data[at]);
  return 0.2126 * clamp(data[at]) + 0.7152 * clamp(data[at + 1]) + 0.0722 * clamp(data[at + 2]);
}

type ColorCode = (red: number, green: number, blue: number) => string;

/** Colour codes are written only where the colour changes: ESC[38;... for the front, ESC[48;... for the back. */
function colorLine(picture: Picture, y: number, code: ColorCode): string {
  let line = '';
  let [front, back] = ['', ''];
  for (let x = 0; x < picture.width; x++) {
    const upper = `38;${colorAt(picture, x, y, code)}`;
    const lower = y + 1 < picture.height ? `48;${colorAt(picture, x, y + 1, code)}` : '49';
    const changes = [upper === front ? '' : upper, lower === back ? '' : lower].filter(
      (change) => change !== '',
    );
    if (changes.length > 0) line += `\x1b[${changes.join(';')}m`;
    line += '▀';
    [front, back] = [upper, lower];
  }
  return `${line}\x1b[0m`;
}

function colorAt({ width, channels, data }: Picture, x: number, y: number, code: ColorCode): string {
  const at = (y * width + x) * channels;
  const [red, green, blue] = channels === 1 ? [data[at], data[at], data[at]] : data.subarray(at, at + 3);
  return code(toByte(red), toByte(green), toByte(blue));
}

function trueColor(red: number, green: number, blue: number): string {
  return `2;${red};${green};${blue}`;
}

/** The nearest of xterm's 256 colours: a cube of 6x6x6 (16 to 231) and 24 grays (232 to 255) from 8 to 238. */
function color256(red: number, green: number, blue: number): string {
  if (red === green && green === blue) {
    if (red < 4) return '5;16';
    if (red > 246) return '5;231';
    return `5;${232 + max(0, min(23, round((red - 8) / 10)))}`;
  }
  return `5;${16 + 36 * cubeStep(red) + 6 * cubeStep(green) + cubeStep(blue)}`;
}

/** The cube's steps are 0, 95, 135, 175, 215, 255. */
function cubeStep(value: number): number {
  return value < 48 ? 0 : value < 115 ? 1 : min(5, round((value - 55) / 40));
}
