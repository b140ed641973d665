/**
 * Byte order. Typed arrays are little-endian on every machine that Node and browsers commonly run on; IDX files and some
 * .npy files are big-endian.
 */

/** Reverses the bytes of each item, in place: big-endian becomes little-endian and the other way round. */
export function swapByteOrder(bytes: Uint8Array, itemSize: number): void {
  for (let item = 0; item + itemSize <= bytes.length; item += itemSize) {
    for (let low = item, high = item + itemSize - 1; low < high; low++, high--) {
      const kept = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = kept;
    }
  }
}
