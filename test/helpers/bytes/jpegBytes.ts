/** JPEG files in their parts, to read them and to write damaged ones. */

import { readFileSync } from 'node:fs';
import { concat } from './pngBytes.ts';

const FOLDER = new URL('../../golden/jpeg/', import.meta.url);

/** By name, without its ending. */
export function jpegFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.jpg`, FOLDER)));
}

export interface Netpbm {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** A `.pgm` or `.ppm`, what another program read from the JPEG. */
export function goldenPixels(name: string, ending: 'pgm' | 'ppm'): Netpbm {
  const bytes = new Uint8Array(readFileSync(new URL(`${name}.${ending}`, FOLDER)));
  const [head, type, width, height] = /^P([56])\s(\d+) (\d+)\s255\s/.exec(
    String.fromCharCode(...bytes.subarray(0, 32)),
  )!;
  return {
    width: Number(width),
    height: Number(height),
    channels: type === '5' ? 1 : 3,
    data: bytes.subarray(head.length),
  };
}

export interface JpegPart {
  /** The second byte of its marker. */
  readonly code: number;
  /** What follows the marker and its length. */
  readonly body: Uint8Array;
  /** The compressed data after the header of a scan. */
  readonly data: Uint8Array;
}

/** The parts between the start and the end of a sound file. */
export function jpegParts(file: Uint8Array): JpegPart[] {
  const parts: JpegPart[] = [];
  for (let at = 2; file[at + 1] !== 0xd9; ) {
    const code = file[at + 1];
    const end = at + 2 + ((file[at + 2] << 8) | file[at + 3]);
    let next = end;
    if (code === 0xda) {
      const isRestart = (byte: number) => byte >= 0xd0 && byte <= 0xd7;
      while (file[next] !== 0xff || file[next + 1] === 0 || isRestart(file[next + 1])) next++;
    }
    parts.push({ code, body: file.subarray(at + 4, end), data: file.subarray(end, next) });
    at = next;
  }
  return parts;
}

export function fileOfJpegParts(parts: readonly JpegPart[]): Uint8Array {
  const pieces = parts.map(({ code, body, data }) => {
    const length = body.length + 2;
    return concat(Uint8Array.of(0xff, code, length >> 8, length & 255), body, data);
  });
  return concat(Uint8Array.of(0xff, 0xd8), ...pieces, Uint8Array.of(0xff, 0xd9));
}

/** The file with another body in its parts of this code. */
export function withJpegPart(
  file: Uint8Array,
  code: number,
  change: (body: Uint8Array) => Uint8Array,
): Uint8Array {
  return fileOfJpegParts(
    jpegParts(file).map((part) => (part.code === code ? { ...part, body: change(part.body) } : part)),
  );
}
