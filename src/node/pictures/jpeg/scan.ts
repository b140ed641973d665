/**
 * The scans of a JPEG file: a header that says what is in them, and the compressed data. A baseline file has each component
 * in one scan; a progressive one spreads it over several, first roughly, then bit by bit.
 */

import { FormatError } from '../../../io/errors.ts';
import type { Component, Frame } from './frame.ts';

/** Progressive pictures have some ten. Each goes over all blocks, however little data it has. */
const MAX_SCANS = 64;

const COEFFICIENTS = 64;

interface Scan {
  readonly components: readonly Component[];
  /** The first and last of the 64 coefficients. */
  readonly first: number;
  readonly last: number;
  /** The lowest bit that was read before, and the lowest that is in this scan. Before the first: 0. */
  readonly before: number;
  readonly bit: number;
}

/** The scans that were read so far. */
export class Scans {
  readonly #frame: Frame;
  #count = 0;
  /** The lowest bit that is known of each coefficient of each component; -1 before its first scan. */
  readonly #known: ReadonlyMap<Component, Int8Array>;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#known = new Map(
      frame.components.map((component) => [component, new Int8Array(COEFFICIENTS).fill(-1)]),
    );
  }

  /**
   * @param header - The part after the scan's marker.
   * @param start - Where the compressed data begins.
   * @returns Where it ends.
   */
  add(bytes: Uint8Array, header: Uint8Array, start: number, tables: Tables): number {
    this.#count++;
    if (this.#count > MAX_SCANS)
      throw new FormatError(`a JPEG of more than ${MAX_SCANS} scans, which is the maximum.`);
    const scan = this.#readHeader(header, tables);
    this.#requireOrder(scan);
    const { end, restarts } = readCompressed(bytes, start);
    this.#requireData(scan, end - start, restarts, tables.restartInterval);
    return end;
  }

  /** @throws {FormatError} If a component is missing. */
  requireComplete(): void {
    for (const known of this.#known.values()) {
      if (known[0] < 0) throw new FormatError('a JPEG that lacks the image data of one of its components.');
    }
  }

  #readHeader(header: Uint8Array, tables: Tables): Scan {
    const count = header[0] ?? 0;
    if (count < 1 || count > 4 || header.length !== 4 + 2 * count) throw damagedScan();
    const [first, last, bits] = header.subarray(1 + 2 * count);
    const { isProgressive } = this.#frame;
    const [before, bit] = isProgressive ? [bits >> 4, bits & 15] : [0, 0];
    const components: Component[] = [];
    for (let i = 0; i < count; i++) {
      const [id, selected] = header.subarray(1 + 2 * i, 3 + 2 * i);
      const component = this.#frame.components.find((candidate) => candidate.id === id);
      const needsDc = !isProgressive || (first === 0 && before === 0);
      const needsAc = !isProgressive || first > 0;
      const hasTables =
        (!needsDc || tables.dc.has(selected >> 4)) &&
        (!needsAc || tables.ac.has(selected & 15)) &&
        component &&
        tables.quantization.has(component.quantization);
      if (!component || components.includes(component) || !hasTables) throw damagedScan();
      components.push(component);
    }
    return { components, first, last: isProgressive ? last : COEFFICIENTS - 1, before, bit };
  }

  /** Each bit of each coefficient comes once, from the highest to the lowest. */
  #requireOrder({ components, first, last, before, bit }: Scan): void {
    if (this.#frame.isProgressive) {
      const isRange =
        first === 0 ? last === 0 : first <= last && last < COEFFICIENTS && components.length === 1;
      const isNext = before === 0 || before === bit + 1;
      if (!isRange || !isNext || bit > 13) throw damagedScan();
    } else if (first > 0) throw damagedScan();
    for (const component of components) {
      const known = this.#known.get(component)!;
      for (let i = first; i <= last; i++) {
        const isInTurn = before === 0 ? known[i] < 0 : known[i] === before;
        if (!isInTurn) throw new FormatError('a damaged JPEG: its scans are not in order.');
        known[i] = bit;
      }
    }
  }

  /** Whether there can be so many blocks in so many bytes, and no restart marker is missing. */
  #requireData({ components, first }: Scan, length: number, restarts: number, interval: number): void {
    const { isProgressive, unitColumns, unitRows } = this.#frame;
    const [only] = components;
    const isAlone = components.length === 1;
    const units = isAlone ? only.columns * only.rows : unitColumns * unitRows;
    const blocksInUnit = isAlone ? 1 : components.reduce((sum, { across, down }) => sum + across * down, 0);
    if (blocksInUnit > 10) throw damagedScan();
    // Each block has at least one code of one bit, and in a baseline file a second that ends it.
    const leastBits = isProgressive ? (first === 0 ? 1 : 0) : 2;
    if (8 * length < units * blocksInUnit * leastBits) {
      throw new FormatError('a JPEG with too little image data for its size.');
    }
    const expected = interval === 0 ? 0 : Math.ceil(units / interval) - 1;
    if (restarts !== expected) {
      throw new FormatError(
        `a damaged JPEG: a scan has ${restarts} restart markers, expected ${expected}: a part of its image data is missing.`,
      );
    }
    // jpeg-js reads on into the rows of blocks that fill up the last unit, and doesn't find them.
    const isFilledUp = isAlone && only.rows < unitRows * only.down && this.#frame.components.length > 1;
    if (interval > 0 && units % interval > 0 && isFilledUp) {
      throw new FormatError(
        'a JPEG whose restart markers are not where this reader can use them; jpegtran or a picture editor writes it without.',
      );
    }
  }
}

/** Compressed data ends at a marker, but for restart markers, which are numbered from 0 to 7. */
function readCompressed(bytes: Uint8Array, start: number): { end: number; restarts: number } {
  let restarts = 0;
  for (let at = start; ; at += 2) {
    at = bytes.indexOf(0xff, at);
    const code = at < 0 ? undefined : bytes[at + 1];
    if (code === undefined) {
      throw new FormatError(
        `a JPEG that is cut off: its image data ends after ${bytes.length} bytes without an end marker.`,
      );
    }
    if (code === 0) continue; // a byte of 255
    if (code < 0xd0 || code > 0xd7) return { end: at, restarts };
    if (code !== 0xd0 + (restarts % 8)) {
      throw new FormatError(
        'a damaged JPEG: its restart markers are not in order: a part of its image data is missing.',
      );
    }
    restarts++;
  }
}

function damagedScan(): FormatError {
  return new FormatError('a damaged JPEG: the header of a scan is not what it should be.');
}

/**
 * The tables by which scans are decoded, as far as they were read: each has a number from 0 to 3. They may stand anywhere
 * before the scans that need them.
 */
export class Tables {
  readonly quantization = new Set<number>();
  readonly dc = new Set<number>();
  readonly ac = new Set<number>();
  /** In units of the scan (MCUs); 0 if there are no restart markers. */
  restartInterval = 0;

  addQuantization(body: Uint8Array, isAfterScan: boolean): void {
    for (let at = 0; at < body.length; ) {
      const [bytes, index] = [body[at] >> 4, body[at] & 15];
      at += 1 + 64 * (1 + bytes);
      if (bytes > 1 || index > 3 || at > body.length) throw damagedTable('quantization');
      // jpeg-js would use the last one for everything.
      if (isAfterScan && this.quantization.has(index)) {
        throw new FormatError(
          'a JPEG that changes its quantization between its scans, which is not read here.',
        );
      }
      this.quantization.add(index);
    }
  }

  addHuffman(body: Uint8Array): void {
    for (let at = 0; at < body.length; ) {
      const [kind, index] = [body[at] >> 4, body[at] & 15];
      const counts = body.subarray(at + 1, at + 17);
      const count = counts.reduce((sum, n) => sum + n, 0);
      const values = body.subarray(at + 17, at + 17 + count);
      at += 17 + count;
      const isDc = kind === 0;
      // A difference of 16 bits and more can't be.
      const isPossible = !isDc || values.every((bits) => bits <= 15);
      if (kind > 1 || index > 3 || at > body.length || count > 256 || !isPossible || !isPrefixCode(counts)) {
        throw damagedTable('Huffman');
      }
      (isDc ? this.dc : this.ac).add(index);
    }
  }

  setRestartInterval(body: Uint8Array): void {
    if (body.length !== 2) throw damagedTable('restart');
    this.restartInterval = (body[0] << 8) | body[1];
  }
}

function damagedTable(kind: string): FormatError {
  return new FormatError(`a damaged JPEG: its ${kind} tables are not what they should be.`);
}

/** Whether there are so many codes of each length. None may consist of ones only. */
function isPrefixCode(counts: Uint8Array): boolean {
  let code = 0;
  for (let length = 1; length <= 16; length++) {
    code += counts[length - 1];
    if (code >= 2 ** length && counts[length - 1] > 0) return false;
    code *= 2;
  }
  return true;
}
