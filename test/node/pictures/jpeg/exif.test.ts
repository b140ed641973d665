import { describe, expect, test } from '@jest/globals';
import { orientationOf } from '../../../../src/node/pictures/jpeg/exif.ts';

interface Fields {
  readonly order?: 'II' | 'MM';
  readonly entries?: readonly (readonly [tag: number, type: number, value: number])[];
  readonly prefix?: string;
  readonly magic?: number;
  readonly directory?: number;
}

const ORIENTATION = 0x0112;
const SHORT = 3;

function block({
  order = 'MM',
  entries = [[ORIENTATION, SHORT, 6]],
  prefix = 'Exif\0\0',
  ...fields
}: Fields = {}) {
  const little = order === 'II';
  const bytes = new Uint8Array(6 + 8 + 2 + 12 * entries.length + 4);
  bytes.set(new TextEncoder().encode(prefix + order));
  const view = new DataView(bytes.buffer, 6);
  view.setUint16(2, fields.magic ?? 42, little);
  view.setUint32(4, fields.directory ?? 8, little);
  view.setUint16(8, entries.length, little);
  entries.forEach(([tag, type, value], i) => {
    view.setUint16(10 + 12 * i, tag, little);
    view.setUint16(12 + 12 * i, type, little);
    view.setUint32(14 + 12 * i, 1, little);
    view.setUint16(18 + 12 * i, value, little);
  });
  return bytes;
}

describe('orientationOf reads', () => {
  test.each(['II', 'MM'] as const)('both orders of bytes: %s', (order) => {
    expect(orientationOf(block({ order }))).toBe(6);
  });

  test('an entry behind others, and every value', () => {
    for (let value = 1; value <= 8; value++) {
      const entries = [
        [0x0100, SHORT, 3],
        [ORIENTATION, SHORT, value],
        [0x0113, SHORT, 5],
      ] as const;
      expect(orientationOf(block({ entries }))).toBe(value);
    }
  });
});

describe('orientationOf takes for upright', () => {
  test.each<[string, Uint8Array]>([
    ['no block', new Uint8Array()],
    ['another block', block({ prefix: 'http:/' })],
    ['an order that does not exist', block({ order: 'XX' as 'II' })],
    ['another number than 42', block({ magic: 43 })],
    ['a directory behind the end', block({ directory: 2 ** 32 - 1 })],
    ['no entries', block({ entries: [] })],
    ['other entries', block({ entries: [[0x0100, SHORT, 6]] })],
    ['a value of 0', block({ entries: [[ORIENTATION, SHORT, 0]] })],
    ['a value of 9', block({ entries: [[ORIENTATION, SHORT, 9]] })],
    ['a value of another type', block({ entries: [[ORIENTATION, 2, 6]] })],
  ])('%s', (_, bytes) => {
    expect(orientationOf(bytes)).toBe(1);
  });

  test('a block that is cut off anywhere', () => {
    const whole = block();
    for (let length = 0; length < whole.length - 4; length++) {
      expect(orientationOf(whole.slice(0, length))).toBe(1);
    }
  });
});
