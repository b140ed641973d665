/** Pictures whose rows and columns mean something, with headings that say what. Read grid.ts first. */

import {
  BETWEEN_HEADINGS,
  comfortableScale,
  GAP,
  HEADING,
  type ImageBatch,
  type Images,
  imagesOf,
  newCanvas,
  paint,
  write,
} from './grid.ts';
import { textWidth } from './pixelFont.ts';
import type { PixelImage } from './png.ts';

const { floor, max, min } = Math;

/** In a row of more images, they are too small, or don't fit a screen. */
export const MAX_COLUMNS = 20;

const MARGIN = 6; // pixels around headings
const APART = 14; // pixels between the images at the ends and the others
// Pixels: of larger pictures, screens show a part, or make them smaller themselves.
const COMFORTABLE_WIDTH = 1600;
const COMFORTABLE_HEIGHT = 2000;

export interface StripOptions {
  /** One above each column. */
  readonly columnHeadings: readonly string[];
  /** One before each row. @default none */
  readonly rowHeadings?: readonly string[];
  /** Whether there is a wide gap behind the first column and before the last. @default false */
  readonly endsApart?: boolean;
}

/**
 * Images in rows of as many as there are column headings.
 *
 * @throws {ShapeError} If the shape is not one of images.
 */
export function stripSheet(
  images: ImageBatch,
  { columnHeadings, rowHeadings, endsApart = false }: StripOptions,
): PixelImage {
  const source = imagesOf(images, 'stripSheet');
  const columns = columnHeadings.length;
  const rows = floor(source.count / columns);
  const scale = scaleFor(source, columns, rows);
  const left = rowHeadings ? widest(rowHeadings) + 2 * MARGIN : GAP;
  const stepX = max(scale * source.width, widest(columnHeadings) + BETWEEN_HEADINGS) + GAP;
  const stepY = max(scale * source.height, rowHeadings ? HEADING : 0) + GAP;
  const x = (column: number) => left + column * stepX + apart(column, columns, endsApart);
  const y = (row: number) => HEADING + row * stepY;
  const canvas = newCanvas(x(columns - 1) + stepX, y(rows), source.channels);
  columnHeadings.forEach((heading, column) => {
    write(heading, canvas, x(column), 0);
  });
  rowHeadings?.forEach((heading, row) => {
    const middle = floor((scale * source.height - HEADING) / 2);
    write(heading, canvas, left - MARGIN - textWidth(heading, 1), y(row) + max(0, middle));
  });
  for (let i = 0; i < rows * columns; i++) {
    paint(source, i, canvas, x(i % columns), y(floor(i / columns)), scale);
  }
  return canvas;
}

/** Screen pixels per image pixel: comfortable, but fewer if so many images side by side would be too large. */
export function scaleFor(images: Images, columns: number, rows: number): number {
  const fitting = min(
    COMFORTABLE_WIDTH / (columns * images.width),
    COMFORTABLE_HEIGHT / (rows * images.height),
  );
  return max(1, min(comfortableScale(images), floor(fitting)));
}

function widest(headings: readonly string[]): number {
  return headings.reduce((width, heading) => max(width, textWidth(heading, 1)), 0);
}

function apart(column: number, columns: number, endsApart: boolean): number {
  if (!endsApart || column === 0) return 0;
  return column === columns - 1 ? 2 * APART : APART;
}
