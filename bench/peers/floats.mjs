/** Arrays as files: what all engines read and write, raw little-endian float32. */

import { readFileSync, writeFileSync } from 'node:fs';

export function readFloats(path) {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

export function writeFloats(path, array) {
  const copy = array.slice(); // in ordinary memory, where an engine's own may be shared
  writeFileSync(path, new Uint8Array(copy.buffer));
}
