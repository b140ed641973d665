/**
 * Whether a JPEG file is sound. jpeg-js 0.4.4 trusts every file: where data is missing it makes gray pixels, it takes memory
 * for whatever size is claimed, and it takes pictures for YCbCr that are RGB. So each file is read here first, marker by
 * marker, and jpeg-js gets only what was checked. Read frame.ts and scan.ts for what is in frames and scans.
 *
 * Source: ITU-T T.81 (the JPEG standard), annexes B and G; T.872 for the Adobe marker.
 */

import { FormatError } from '../../../io/errors.ts';
import { notA } from '../../../io/fileKinds.ts';
import { plural } from '../../../tensor/words.ts';
import { type Orientation, orientationOf } from './exif.ts';
import { type Frame, readFrame } from './frame.ts';
import { Scans, Tables } from './scan.ts';

/** The second byte of each marker; the first is 255. */
const Marker = {
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  quantization: 0xdb,
  restartInterval: 0xdd,
  huffman: 0xc4,
  app0: 0xe0,
  app1: 0xe1,
  app14: 0xee,
  app15: 0xef,
  comment: 0xfe,
} as const;

export interface SoundJpeg {
  readonly width: number;
  readonly height: number;
  /** 1: gray; 3: red, green, blue; 4: cyan, magenta, yellow, black. */
  readonly components: 1 | 3 | 4;
  /** Whether the first three are stored as brightness and two differences of colour (YCbCr). */
  readonly isYcc: boolean;
  /** How the camera was held. */
  readonly orientation: Orientation;
  /** A JPEG file of the same pixels that has nothing but what was checked. */
  readonly plain: Uint8Array;
}

/**
 * Bytes behind the end marker are ignored, as other readers do: phones put films and further pictures there.
 *
 * @throws {FormatError} If it is not a JPEG file, is damaged or cut off, is too large, or is of a kind that is not read here.
 */
export function checkJpeg(bytes: Uint8Array): SoundJpeg {
  if (bytes[0] !== 0xff || bytes[1] !== Marker.start || bytes[2] !== 0xff) throw notA('a JPEG file', bytes);
  return new Reader(bytes).read();
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #tables = new Tables();
  readonly #colors: ColorMarkers = { hasJfif: false, adobeTransform: undefined };
  #orientation: Orientation = 1;
  #frame: Frame | undefined;
  #scans: Scans | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): SoundJpeg {
    const needed: Uint8Array[] = [];
    for (let at = 2; ; ) {
      const { code, start } = readMarker(this.#bytes, at);
      if (code === Marker.end) break;
      const body = readSegment(this.#bytes, start, at);
      at = start + 2 + body.length;
      if (isMetadata(code)) this.#readMetadata(code, body);
      else {
        if (code === Marker.scan) at = this.#readScan(body, at);
        else this.#readPart(code, body);
        needed.push(Uint8Array.of(0xff, code), this.#bytes.subarray(start, at));
      }
    }
    if (!this.#frame || !this.#scans) throw new FormatError('a JPEG without image data.');
    this.#scans.requireComplete();
    const { width, height } = this.#frame;
    const components = this.#frame.components.length as 1 | 3 | 4;
    const isYcc = isStoredAsYcc(this.#frame, this.#colors);
    const plain = fileOf(needed, components, isYcc);
    return { width, height, components, isYcc, orientation: this.#orientation, plain };
  }

  #readPart(code: number, body: Uint8Array): void {
    if (code === Marker.quantization) this.#tables.addQuantization(body, this.#scans !== undefined);
    else if (code === Marker.huffman) this.#tables.addHuffman(body);
    else if (code === Marker.restartInterval) this.#tables.setRestartInterval(body);
    else if (this.#frame) throw new FormatError('a damaged JPEG: it has an unknown or repeated part.');
    else this.#frame = readFrame(code, body);
  }

  /** @returns Where its compressed data ends. */
  #readScan(header: Uint8Array, start: number): number {
    if (!this.#frame) throw new FormatError('a damaged JPEG: its image data comes before its size.');
    this.#scans ??= new Scans(this.#frame);
    return this.#scans.add(this.#bytes, header, start, this.#tables);
  }

  #readMetadata(code: number, body: Uint8Array): void {
    if (code === Marker.app0 && beginsWith(body, 'JFIF\0')) this.#colors.hasJfif = true;
    if (code === Marker.app1 && this.#orientation === 1) this.#orientation = orientationOf(body);
    const isAdobe = code === Marker.app14 && beginsWith(body, 'Adobe') && body.length >= 12;
    if (isAdobe) this.#colors.adobeTransform = body[11];
  }
}

/** The marker at byte `at`: 255, perhaps several times, and its code. */
function readMarker(bytes: Uint8Array, at: number): { code: number; start: number } {
  let start = at;
  while (bytes[start] === 0xff) start++;
  if (start >= bytes.length) {
    throw new FormatError(`a JPEG that is cut off: it ends after ${plural(bytes.length, 'byte')}.`);
  }
  if (start === at) throw new FormatError(`a damaged JPEG: no marker begins at byte ${at}.`);
  return { code: bytes[start], start: start + 1 };
}

/** What follows a marker: two bytes of length, which count themselves, and the rest. */
function readSegment(bytes: Uint8Array, start: number, marker: number): Uint8Array {
  const length = start + 2 <= bytes.length ? (bytes[start] << 8) | bytes[start + 1] : 2;
  const left = bytes.length - start;
  if (length > left || left < 2) {
    throw new FormatError(
      `a JPEG that is cut off: its part at byte ${marker} claims ${plural(length, 'byte')}, only ${left} are left.`,
    );
  }
  if (length < 2) throw new FormatError(`a damaged JPEG: its part at byte ${marker} has no length.`);
  return bytes.subarray(start + 2, start + length);
}

/** Data of applications, comments. */
function isMetadata(code: number): boolean {
  return (code >= Marker.app0 && code <= Marker.app15) || code === Marker.comment;
}

interface ColorMarkers {
  hasJfif: boolean;
  /** 0: as they are; 1: YCbCr; 2: YCbCr and black. */
  adobeTransform: number | undefined;
}

function beginsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

/** The rules of libjpeg: the standard itself doesn't say what the components mean. */
function isStoredAsYcc({ components }: Frame, { hasJfif, adobeTransform }: ColorMarkers): boolean {
  if (components.length === 4) return (adobeTransform ?? 0) !== 0;
  if (components.length === 1) return false;
  if (hasJfif) return true;
  if (adobeTransform !== undefined) return adobeTransform !== 0;
  return String.fromCharCode(...components.map(({ id }) => id)) !== 'RGB';
}

function fileOf(pieces: readonly Uint8Array[], components: number, isYcc: boolean): Uint8Array {
  // jpeg-js reads four components only with the Adobe marker. Everybody stores them inverted, as Adobe does.
  const adobe = [0xff, Marker.app14, 0, 14, ...new TextEncoder().encode('Adobe'), 0, 100, 0, 0, 0, 0];
  const head = [0xff, Marker.start, ...(components === 4 ? [...adobe, isYcc ? 2 : 0] : [])];
  return Buffer.concat([Uint8Array.from(head), ...pieces, Uint8Array.of(0xff, Marker.end)]);
}
