/**
 * The part of protobuf's wire format that writing ONNX needs (protobuf.dev, "Encoding"): a message is its fields one
 * after another, each a tag (field number and wire type) and then a number, or a length and bytes of that length.
 */

import { FormatError } from '../errors.ts';

/** Bytes in pieces, with their total length: a nested message's length is known without copying it. */
export interface Message {
  readonly pieces: readonly Uint8Array[];
  readonly byteLength: number;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** Readers refuse messages whose length is not an int32. */
const MAX_BYTES = 2 ** 31 - 1;

/** Fields one after another. */
export function message(...fields: readonly Message[]): Message {
  return {
    pieces: fields.flatMap(({ pieces }) => pieces),
    byteLength: fields.reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}

/** A field that holds an integer >= 0. */
export function integerField(field: number, value: number): Message {
  return ofBytes([...tag(field, VARINT), ...varint(value)]);
}

/** A field that holds a float32. */
export function floatField(field: number, value: number): Message {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setFloat32(0, value, true);
  return ofBytes([...tag(field, FIXED_32), ...number]);
}

/** A field that holds text, bytes (not copied until {@link toBytes}) or another message. */
export function blockField(field: number, content: string | Uint8Array | Message): Message {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const inner = 'pieces' in bytes ? bytes : { pieces: [bytes], byteLength: bytes.byteLength };
  return message(ofBytes([...tag(field, LENGTH_DELIMITED), ...varint(inner.byteLength)]), inner);
}

/** @throws {FormatError} If there are more bytes than protobuf's 2 GiB. */
export function toBytes({ pieces, byteLength }: Message): Uint8Array {
  if (byteLength > MAX_BYTES) {
    throw new FormatError(`protobuf: the message has ${byteLength} bytes, expected at most ${MAX_BYTES}.`);
  }
  const bytes = new Uint8Array(byteLength);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

function ofBytes(bytes: readonly number[]): Message {
  return { pieces: [Uint8Array.from(bytes)], byteLength: bytes.length };
}

function tag(field: number, wireType: number): number[] {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, the least significant first; the top bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value; // may exceed 32 bits, so no bit operators
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
