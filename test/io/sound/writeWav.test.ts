import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readWav } from '../../../src/io/sound/readWav.ts';
import { writeWav } from '../../../src/io/sound/writeWav.ts';
import { dataChunk, fmtChunk, wavFile } from '../../helpers/bytes/wavBytes.ts';
import { naiveWav } from '../../helpers/naive/naiveWav.ts';

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/wav/${name}`, import.meta.url)));
const written = (name: string) => {
  const sound = readWav(golden(name));
  return writeWav(sound);
};
const RATE = { sampleRate: 16000 };

describe('writeWav', () => {
  test.each(['s16.wav', 'f32.wav', 'u8.wav'])('gives back the bytes of %s, which SciPy wrote', (name) => {
    expect(written(name)).toEqual(golden(name));
  });

  test('gives back integers of 24 bits, and of 32 to the precision of float32', () => {
    expect(naiveWav(written('s24.wav'))).toEqual(naiveWav(golden('s24.wav')));
    expect(written('s24.wav').length).toBe(golden('s24.wav').length + 1); // a chunk of odd length is filled up
    const [before, after] = [golden('s32.wav'), written('s32.wav')].map((file) => naiveWav(file).samples);
    expect(after).toEqual(before);
    expect(written('s32.wav').subarray(0, 44)).toEqual(golden('s32.wav').subarray(0, 44));
  });

  test.each([
    ['u8', 8, [0, 64, 127, 128, 129, 192, 255], [-1, -0.5, -1 / 128, 0, 1 / 128, 0.5, 1]],
    ['s16', 16, [0, 0x80, 0, 0, 1, 0, 0xff, 0xff, 0xff, 0x7f], [-1, 0, 1 / 32768, -1 / 32768, 1]],
    ['s24', 24, [0, 0, 0x80, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x7f], [-1, 0, -(2 ** -22), 1]],
    ['s32', 32, [0, 0, 0, 0x80, 0, 0, 0, 0x40, 0xff, 0xff, 0xff, 0x7f], [-1, 0.5, 1]],
  ] as const)('writes %s by the definition, clamped', (encoding, bits, bytes, values) => {
    const expected = wavFile([fmtChunk({ bits }), dataChunk([...bytes])]);
    expect(writeWav({ ...RATE, encoding, samples: Float32Array.from(values) })).toEqual(expected);
  });

  test('rounds to the nearest, and clamps what is beyond', () => {
    const samples = Float32Array.of(0.4 / 32768, 0.6 / 32768, -0.6 / 32768, 1.5, -7);
    const { samples: back } = readWav(writeWav({ ...RATE, encoding: 's16', samples }));
    expect(Array.from(back, (value) => value * 32768)).toEqual([0, 1, -1, 32767, -32768]);
  });

  test('writes no sound at all', () => {
    const empty = writeWav({ ...RATE, encoding: 's16', samples: new Float32Array() });
    expect(empty.length).toBe(44);
    expect(readWav(empty).samples.length).toBe(0);
  });

  test('writes floats that are not finite as floats only', () => {
    const samples = Float32Array.of(0, Number.NaN, Infinity);
    expect(readWav(writeWav({ ...RATE, encoding: 'f32', samples })).samples).toEqual(samples);
    expect(() => writeWav({ ...RATE, encoding: 's16', samples })).toThrow(
      'writeWav: value 1 is NaN, expected a finite number, as integers are written.',
    );
  });

  const SOUND = { ...RATE, encoding: 's16' as const, samples: Float32Array.of(0) };
  test.each([
    [{ ...SOUND, samples: [0] }, 'writeWav: the samples are [0], expected a Float32Array.'],
    [{ ...SOUND, sampleRate: 0.5 }, 'writeWav: the sample rate is 0.5, expected an integer >= 1.'],
    [{ ...SOUND, sampleRate: 2 ** 31 }, 'got 1 value as s16 at 2147483648 Hz, expected at most 4 GiB'],
    [
      { ...SOUND, encoding: 'mp3' },
      "writeWav: the encoding is 'mp3', expected one of: u8, s16, s24, s32, f32.",
    ],
    [{ ...SOUND, rate: 2 }, "writeWav: there is no option 'rate'"],
    [undefined, 'writeWav: the options are missing'],
  ])('refuses %#', (sound, message) => {
    expect(() => writeWav(sound as never)).toThrow(message);
  });
});
