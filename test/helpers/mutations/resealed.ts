/** Model files that were changed and given the right checksum: a reader must check more than the checksum. */

import { crc32 } from 'node:zlib';

/** The same file with `changes` made to its metadata (undefined: the key is left out), and the right checksum. */
export function resealed(
  file: Uint8Array,
  changes: Readonly<Record<string, string | undefined>> = {},
): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const { __metadata__: metadata, ...tensors } = JSON.parse(
    Buffer.from(file).toString('utf8', 8, 8 + length),
  );
  const header = { __metadata__: { ...metadata, ...changes }, ...tensors };
  return withHeader(header, file.subarray(8 + length));
}

/** A safetensors file of this header and these values, sealed. */
export function withHeader(
  header: { readonly __metadata__: Record<string, string | undefined> },
  values: Uint8Array,
): Uint8Array {
  const { checksum: _, ...metadata } = header.__metadata__;
  const text = JSON.stringify({ ...header, __metadata__: { checksum: '00000000', ...metadata } });
  const json = Buffer.from(text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  const file = Buffer.concat([prefix, json, values]);
  const start = 8 + '{"__metadata__":{"checksum":"'.length;
  file.write(crc32(file).toString(16).padStart(8, '0'), start);
  return new Uint8Array(file);
}
