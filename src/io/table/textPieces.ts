/** The bytes of a text file as text, piece by piece: its encoding is found out, and every line ends with \n. */

import { FormatError } from '../errors.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Bytes are decoded so many at a time, whatever pieces they come in: the same file always gives the same text. */
const BLOCK_BYTES = 2 ** 20;

/** UTF-8, UTF-16 with a byte order mark, or else windows-1252, as older programs write it in Europe and America. */
export class TextPieces {
  #encoding: Encoding | undefined;
  #hasMark = false;
  #decoder = new TextDecoder();
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #length = 0;
  /** Whether all text so far was ASCII, which fits both UTF-8 and windows-1252. */
  #isAscii = true;
  /** The first bytes of a letter in UTF-8, or of what looks like one, at the end of a block. */
  #begun = new Uint8Array();
  /** Whether a \r ended the last block: its \n may follow. */
  #hasReturn = false;

  /** Whether the file begins with a byte order mark. */
  get hasMark(): boolean {
    return this.#hasMark;
  }

  /** Undefined until some text came. */
  get encoding(): Encoding | undefined {
    return this.#encoding;
  }

  /** @throws {FormatError} If bytes that are no UTF-8 follow on letters in UTF-8. */
  add(bytes: Uint8Array): string {
    let text = '';
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + BLOCK_BYTES - this.#length);
      at += piece.length;
      if (piece.length === BLOCK_BYTES) {
        text += this.#decode(piece, true); // without a copy
        continue;
      }
      this.#block.set(piece, this.#length);
      this.#length += piece.length;
      if (this.#length === BLOCK_BYTES) {
        text += this.#decode(this.#block, true);
        this.#length = 0;
      }
    }
    return text;
  }

  /** What is left after the last piece. */
  end(): string {
    const text = this.#decode(this.#block.subarray(0, this.#length), false);
    return this.#hasReturn ? `${text}\n` : text;
  }

  #decode(block: Uint8Array, stream: boolean): string {
    if (this.#encoding === undefined) {
      this.#encoding = encodingOf(block);
      this.#hasMark = this.#encoding !== 'utf-8' || UTF8_MARK.every((byte, i) => block[i] === byte);
      this.#decoder = new TextDecoder(this.#encoding, { fatal: this.#encoding === 'utf-8' });
    }
    if (this.#encoding === 'windows-1252') return this.#withLineEnds(windows(this.#decoder.decode(block)));
    if (this.#encoding !== 'utf-8') return this.#withLineEnds(this.#decoder.decode(block, { stream }));
    try {
      const text = this.#decoder.decode(block, { stream });
      this.#follow(text, block);
      return this.#withLineEnds(text);
    } catch {
      if (!this.#isAscii) {
        throw new FormatError(
          'the text begins as UTF-8, but bytes follow that are none, expected one encoding: save the table as UTF-8.',
        );
      }
      this.#encoding = 'windows-1252';
      this.#decoder = new TextDecoder('windows-1252');
      const begun = this.#decoder.decode(this.#begun);
      return this.#withLineEnds(windows(begun + this.#decoder.decode(block)));
    }
  }

  #follow(text: string, block: Uint8Array): void {
    if (!this.#isAscii || (text.length === block.length && this.#begun.length === 0)) return;
    const rest = block.slice(text.length);
    if (/^[\0-\x7f]*$/.test(text) && rest.length < 4) this.#begun = rest;
    else this.#isAscii = false;
  }

  #withLineEnds(block: string): string {
    const text = this.#hasReturn ? `\r${block}` : block;
    this.#hasReturn = text.endsWith('\r');
    const whole = this.#hasReturn ? text.slice(0, -1) : text;
    return whole.includes('\r') ? whole.replaceAll(/\r\n?/g, '\n') : whole;
  }
}

const UTF8_MARK = [0xef, 0xbb, 0xbf];

function encodingOf([a, b]: Uint8Array): Encoding {
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
}

/** The letters from 128 to 159, where windows-1252 is not latin1. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Some versions of Node decode windows-1252 as latin1 (nodejs/node#56542), in which these letters are control characters. */
function windows(text: string): string {
  return text.replaceAll(/[\x80-\x9f]/g, (letter) => WINDOWS[letter.charCodeAt(0) - 0x80]);
}
