/** The tables of a JPEG file, by which its scans are decoded. They may stand anywhere before the scans that need them. */

import { FormatError } from '../../../io/errors.ts';

/** The tables that were read so far; each has a number from 0 to 3. */
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
