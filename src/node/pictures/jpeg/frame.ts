/** The frame of a JPEG file: its size, and how each of its components is stored. */

import { FormatError } from '../../../io/errors.ts';

const { ceil, max } = Math;

/**
 * Blocks of 8x8 values. jpeg-js keeps each as an object of some 600 bytes, so this is at most 1.3 GB, and five seconds
 * (ten with the scans that cost most): 33 megapixels of three full components, or 67 if two of them have half the
 * resolution, which is usual.
 */
const MAX_BLOCKS = 1.5 * 2 ** 20;

export interface Component {
  readonly id: number;
  /** How many of its blocks stand side by side, and below one another, in a unit of the frame (MCU). */
  readonly across: number;
  readonly down: number;
  /** Its size in blocks, if it is stored by itself. */
  readonly columns: number;
  readonly rows: number;
  readonly quantization: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
  /** Its size in units (MCUs): in each, all components have the same area of pixels. */
  readonly unitColumns: number;
  readonly unitRows: number;
}

/** By the second byte of its marker: what else may stand where a frame is expected. */
function unreadKind(code: number): string | undefined {
  if (code === 0xc3) return 'without loss';
  if (code === 0xdc) return 'that states its height at its end';
  if (code === 0xcc || (code >= 0xc9 && code <= 0xcf)) return 'with arithmetic coding';
  if ((code >= 0xc5 && code <= 0xc7) || code === 0xde || code === 0xdf)
    return 'of several layers (hierarchical)';
  return undefined;
}

/**
 * @param code - The second byte of its marker.
 * @throws {FormatError} If it is no frame, or one that is not read here.
 */
export function readFrame(code: number, body: Uint8Array): Frame {
  const kind = unreadKind(code);
  if (kind) throw new FormatError(`a JPEG ${kind}, which is not read here.`);
  if (!isReadKind(code)) throw new FormatError('a damaged JPEG: it has an unknown marker.');
  const { width, height, parts } = readSize(body);
  const sampling = parts.map(([, factors]) => ({ across: factors >> 4, down: factors & 15 }));
  const widest = max(...sampling.map(({ across }) => across));
  const highest = max(...sampling.map(({ down }) => down));
  const isPossible = (factor: number, most: number) => factor >= 1 && most <= 4 && most % factor === 0;
  if (!sampling.every(({ across, down }) => isPossible(across, widest) && isPossible(down, highest))) {
    throw new FormatError('a JPEG whose components have sizes that are not read here.');
  }
  const [unitColumns, unitRows] = [ceil(width / 8 / widest), ceil(height / 8 / highest)];
  const components = parts.map(([id, , quantization], i) => {
    const { across, down } = sampling[i];
    const columns = ceil((width * across) / widest / 8);
    const rows = ceil((height * down) / highest / 8);
    return { id, across, down, columns, rows, quantization };
  });
  const blocks = components.reduce(
    (sum, { across, down }) => sum + unitColumns * across * unitRows * down,
    0,
  );
  if (blocks > MAX_BLOCKS) {
    throw new FormatError(
      `a JPEG that claims ${width}x${height} pixels, expected at most 33 megapixels (67 if its colours have half the resolution).`,
    );
  }
  return { width, height, isProgressive: code === 0xc2, components, unitColumns, unitRows };
}

/** Baseline, extended, progressive. */
function isReadKind(code: number): boolean {
  return code >= 0xc0 && code <= 0xc2;
}

/** Its size, and three bytes about each component: its name, its sampling factors, its quantization table. */
function readSize(body: Uint8Array): { width: number; height: number; parts: readonly Uint8Array[] } {
  const count = body[5];
  if (!(body.length >= 6) || body.length !== 6 + 3 * count) {
    throw new FormatError('a damaged JPEG: the part that states its size is not as long as it should be.');
  }
  const [precision] = body;
  const [height, width] = [(body[1] << 8) | body[2], (body[3] << 8) | body[4]];
  if (precision !== 8) throw new FormatError(`a JPEG of ${precision} bits a sample, expected 8.`);
  if (width === 0 || height === 0) {
    throw new FormatError(`a JPEG of ${width}x${height} pixels, expected at least one pixel.`);
  }
  if (![1, 3, 4].includes(count)) {
    throw new FormatError(`a JPEG of ${count} components, expected 1 (gray), 3 (colours) or 4 (CMYK).`);
  }
  const parts = Array.from({ length: count }, (_, i) => body.subarray(6 + 3 * i, 9 + 3 * i));
  if (new Set(parts.map(([id]) => id)).size < count) {
    throw new FormatError('a damaged JPEG: two of its components have the same name.');
  }
  return { width, height, parts };
}
