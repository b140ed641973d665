/**
 * CRC-32, the checksum of zip, gzip and PNG: polynomial 0x04c11db7, bits reflected (ISO 3309; PNG specification, annex D). Four
 * bytes at a time (Kounavis & Berry, "A systematic approach to building high performance software-based CRC generators", 2005).
 */

const REFLECTED_POLYNOMIAL = 0xedb88320;

/** Made by the first call, so that a bundle without checksums leaves it out. */
let table: Int32Array | undefined;

/** Entry 256 k + b: how byte b changes the checksum that k more bytes, all 0, follow. */
function makeTable(): Int32Array {
  const changes = new Int32Array(4 * 256);
  for (let i = 0; i < changes.length; i++) {
    let crc = i < 256 ? i : changes[i - 256];
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ REFLECTED_POLYNOMIAL : crc >>> 1;
    changes[i] = crc;
  }
  return changes;
}

/**
 * The CRC-32 of bytes, the checksum of zip, gzip and PNG, as an integer from 0 to 2^32 - 1. About a millisecond a megabyte.
 *
 * @param before - The checksum of the bytes before these, to go on from. Default 0: there are none.
 * @example
 * crc32(new TextEncoder().encode('123456789')) === 0xcbf43926; // true
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  table ??= makeTable();
  const changes = table;
  const fours = bytes.length - (bytes.length % 4);
  let crc = ~before;
  for (let i = 0; i < fours; i += 4) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc =
      changes[768 + (crc & 0xff)] ^
      changes[512 + ((crc >>> 8) & 0xff)] ^
      changes[256 + ((crc >>> 16) & 0xff)] ^
      changes[crc >>> 24];
  }
  for (let i = fours; i < bytes.length; i++) crc = (crc >>> 8) ^ changes[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}
