/**
 * How a camera was held. Cameras store the pixels as their sensor reads them and note in an EXIF block how to turn the
 * picture. (exifr and exifreader read everything in such a block; one number of it is needed here.)
 *
 * Source: CIPA DC-008 (EXIF 2.32), sections 4.5.2 and 4.6.4; TIFF 6.0, section 2.
 */

/**
 * Where the first row and the first column of the pixels belong: 1 top, left; 2 top, right; 3 bottom, right; 4 bottom, left;
 * 5 left, top; 6 right, top; 7 right, bottom; 8 left, bottom.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const PREFIX = [0x45, 0x78, 0x69, 0x66, 0, 0]; // Exif
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * @param block - What follows an APP1 marker and its length.
 * @returns 1, upright, if the block says nothing about it or is damaged: other readers show the picture then, too.
 */
export function orientationOf(block: Uint8Array): Orientation {
  if (PREFIX.some((byte, i) => block[i] !== byte)) return 1;
  const tiff = block.subarray(PREFIX.length);
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = String.fromCharCode(tiff[0], tiff[1]);
  const isLittleEndian = order === 'II';
  if (!(isLittleEndian || order === 'MM') || view.getUint16(2, isLittleEndian) !== 42) return 1;
  const directory = view.getUint32(4, isLittleEndian);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, isLittleEndian);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * ENTRY_BYTES;
    if (at + ENTRY_BYTES > tiff.length) return 1;
    if (view.getUint16(at, isLittleEndian) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(at + 8, isLittleEndian);
    const isValid = view.getUint16(at + 2, isLittleEndian) === SHORT && value >= 1 && value <= 8;
    return isValid ? (value as Orientation) : 1;
  }
  return 1;
}
