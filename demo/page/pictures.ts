/** Samples as pictures: a grid of them on one canvas, one canvas pixel for each of theirs. Read painter.ts first. */

import type { Drawn, View } from '../messages.ts';
import { colour, rgb, surface } from './painter.ts';

/** One sample; undefined leaves its place empty. */
export type Cell = Float32Array | undefined;

export interface GridOptions {
  /** The room there is, in CSS pixels. */
  readonly room: number;
  /** About how wide a square picture shall be, in CSS pixels; others have its area. @default 56 */
  readonly size?: number;
  /** The samples that stand one below another: original, reconstruction. @default 1 */
  readonly stack?: number;
  /** Numbers from -1 to 1, in colours: 0 is the background. @default false */
  readonly isSigned?: boolean;
}

/** Where the pictures are, in CSS pixels. */
export interface Layout {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  /** From one picture to the next, and from one row of stacks to the next. */
  readonly stepX: number;
  readonly stepY: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
}

const GAP = 2; // CSS pixels
const GROWTH = 1.6; // how much larger than wanted a picture may be
const CURVE = { width: 96, height: 44 }; // CSS pixels

export function cellOf({ view, values }: Drawn, index: number): Float32Array {
  const length = lengthOf(view);
  return values.subarray(index * length, (index + 1) * length);
}

export function cellsOf(drawn: Drawn): Float32Array[] {
  return Array.from({ length: drawn.count }, (_, i) => cellOf(drawn, i));
}

export function lengthOf(view: View): number {
  return view.kind === 'curve' ? view.length : view.height * view.width * view.channels;
}

/**
 * Draws stacks of samples in as many columns as there is room for.
 *
 * @param stacks - Each with `stack` samples, the first on top.
 */
export function drawGrid(
  canvas: HTMLCanvasElement,
  view: View,
  stacks: readonly (readonly Cell[])[],
  { room, size = 56, stack = 1, isSigned = false }: GridOptions,
): Layout {
  const isCurve = view.kind === 'curve';
  const wanted = isCurve ? CURVE.width : size * Math.sqrt(view.width / view.height);
  const most = Math.max(1, Math.floor((room + GAP) / (wanted + GAP)));
  const columns = columnsOf(stacks.length, most);
  const rows = Math.ceil(stacks.length / columns);
  // They take the room there is, but a few pictures do not become giants.
  const tileWidth = Math.min(wanted * GROWTH, (room + GAP) / columns - GAP);
  // What follows is in the units of the canvas: pixels of the pictures, or CSS pixels for curves.
  const tile = isCurve
    ? { width: tileWidth, height: CURVE.height }
    : { width: view.width, height: view.height };
  const gap = Math.max(1, Math.round((GAP * tile.width) / tileWidth));
  const stackGap = stack > 1 ? gap * 4 : gap;
  const stepX = tile.width + gap;
  const stepY = stack * (tile.height + gap) - gap + stackGap;
  const width = Math.max(1, columns * stepX - gap);
  const height = Math.max(1, rows * stepY - stackGap);
  const unit = isCurve ? 1 : Math.min(room / width, tileWidth / tile.width);

  const origins = stacks.map((_, i) => ({
    left: (i % columns) * stepX,
    top: Math.floor(i / columns) * stepY,
  }));
  if (isCurve) {
    const context = surface(canvas, width, height);
    for (const [i, cells] of stacks.entries()) {
      for (const [j, cell] of cells.entries()) {
        const top = origins[i].top + j * (tile.height + gap);
        if (cell) drawCurve(context, cell, { left: origins[i].left, top, ...tile }, isSigned);
      }
    }
  } else {
    const image = imageOf(canvas, width, height);
    const paint = isSigned ? signedPainter() : view.channels === 3 ? paintRgb : paintGray;
    for (const [i, cells] of stacks.entries()) {
      for (const [j, cell] of cells.entries()) {
        const top = origins[i].top + j * (tile.height + gap);
        if (cell) paint(image, cell, origins[i].left, top, tile.width, tile.height);
      }
    }
    canvas.getContext('2d')?.putImageData(image, 0, 0);
  }
  canvas.classList.toggle('smooth', isCurve || unit * devicePixelRatio < 2);
  canvas.style.width = `${width * unit}px`;
  canvas.style.height = `${height * unit}px`;
  return {
    columns,
    width: width * unit,
    height: height * unit,
    stepX: stepX * unit,
    stepY: stepY * unit,
    tileWidth: tile.width * unit,
    tileHeight: tile.height * unit,
  };
}

/** Columns for rows that are all full, if it can be had with about as many columns as there is room for. */
function columnsOf(count: number, most: number): number {
  for (let columns = most; columns > 0.7 * most; columns--) if (count % columns === 0) return columns;
  return Math.max(1, Math.ceil(count / Math.ceil(count / most)));
}

/** Draws one sample that fills its canvas; CSS makes it large. */
export function drawOne(canvas: HTMLCanvasElement, { view, values }: Drawn): void {
  if (view.kind === 'curve') {
    const box = { left: 0, top: 0, width: 2 * CURVE.width, height: 2 * CURVE.height };
    drawCurve(surface(canvas, box.width, box.height), values, box, false);
    return;
  }
  const image = imageOf(canvas, view.width, view.height);
  (view.channels === 3 ? paintRgb : paintGray)(image, values, 0, 0, view.width, view.height);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

// --- Pixels.

type Paint = (
  image: ImageData,
  cell: Float32Array,
  left: number,
  top: number,
  width: number,
  height: number,
) => void;

const images = new WeakMap<HTMLCanvasElement, ImageData>();

/** The empty pixels of a canvas, which are kept from one drawing to the next. */
function imageOf(canvas: HTMLCanvasElement, width: number, height: number): ImageData {
  let image = images.get(canvas);
  if (image?.width !== width || image.height !== height) {
    image = new ImageData(width, height);
    images.set(canvas, image);
  } else {
    image.data.fill(0);
  }
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  return image;
}

const paintGray: Paint = ({ data, width: stride }, cell, left, top, width, height) => {
  for (let y = 0, from = 0; y < height; y++) {
    let to = 4 * ((top + y) * stride + left);
    for (let x = 0; x < width; x++, from++, to += 4) {
      data[to] = data[to + 1] = data[to + 2] = 255 * cell[from]; // clamped by the array
      data[to + 3] = 255;
    }
  }
};

const paintRgb: Paint = ({ data, width: stride }, cell, left, top, width, height) => {
  for (let y = 0, from = 0; y < height; y++) {
    let to = 4 * ((top + y) * stride + left);
    for (let x = 0; x < width; x++, from += 3, to += 4) {
      data[to] = 255 * cell[from];
      data[to + 1] = 255 * cell[from + 1];
      data[to + 2] = 255 * cell[from + 2];
      data[to + 3] = 255;
    }
  }
};

/** From the colour of -1 over the background to that of 1. Three channels count by their mean. */
function signedPainter(): Paint {
  const [negative, zero, positive] = [rgb('--negative'), rgb('--zero'), rgb('--positive')];
  return ({ data, width: stride }, cell, left, top, width, height) => {
    const channels = cell.length / (width * height);
    for (let y = 0, from = 0; y < height; y++) {
      let to = 4 * ((top + y) * stride + left);
      for (let x = 0; x < width; x++, to += 4) {
        let value = 0;
        for (let c = 0; c < channels; c++) value += cell[from++];
        value = Math.max(-1, Math.min(1, value / channels));
        const end = value < 0 ? negative : positive;
        const share = Math.abs(value);
        for (let c = 0; c < 3; c++) data[to + c] = zero[c] + share * (end[c] - zero[c]);
        data[to + 3] = 255;
      }
    }
  };
}

function drawCurve(
  context: CanvasRenderingContext2D,
  cell: Float32Array,
  { left, top, width, height }: Readonly<Record<'left' | 'top' | 'width' | 'height', number>>,
  isSigned: boolean,
): void {
  context.fillStyle = colour('--well');
  context.fillRect(left, top, width, height);
  context.strokeStyle = colour('--accent');
  context.lineWidth = 1.25;
  context.beginPath();
  const inner = height - 6;
  for (const [i, value] of cell.entries()) {
    const share = isSigned ? (value + 1) / 2 : value;
    const x = left + (cell.length > 1 ? (i * width) / (cell.length - 1) : width / 2);
    context.lineTo(x, top + 3 + (1 - Math.max(0, Math.min(1, share))) * inner);
  }
  context.stroke();
}
