/** Writes WAV files. Read readWav.ts first. */

import { type OptionNames, requireInteger, requireOneOf, requireOptions } from '../../tensor/options.ts';
import { inWords, plural } from '../../tensor/words.ts';
import { ENCODINGS, FLOAT, PCM } from './encodings.ts';
import type { Sound } from './readWav.ts';

const SOUND: OptionNames<Sound> = { samples: true, sampleRate: true, encoding: true };

/** Numbers in a WAV file have 32 bits. */
const MOST = 2 ** 32 - 1;

/**
 * Writes a WAV file of one channel.
 *
 * @param sound - Values from -1 to 1. For integers they are rounded to the nearest and clamped: of 16 bits, 1 becomes
 *   32767. What `readWav` read of integers of up to 24 bits is written as it was; for 32 bits, float32 is too coarse.
 * @returns The whole file.
 * @throws {RangeError} If a value is not finite and integers are to be written, or the file would be larger than 4 GiB.
 */
export function writeWav(sound: Sound): Uint8Array {
  requireOptions('writeWav', sound, SOUND);
  const { samples, sampleRate, encoding } = sound;
  if (Object.prototype.toString.call(samples) !== '[object Float32Array]') {
    throw new TypeError(`writeWav: the samples are ${inWords(samples)}, expected a Float32Array.`);
  }
  requireInteger('writeWav', 'the sample rate', sampleRate, 1);
  requireOneOf('writeWav', 'the encoding', encoding, Object.keys(ENCODINGS));
  const { bytes, isFloat, write } = ENCODINGS[encoding];
  // Of floats, the format's description is longer, and another chunk says how many values there are.
  const start = isFloat ? 58 : 44;
  const length = samples.length * bytes;
  const size = start + length + (length % 2); // chunks have an even length
  if (size - 8 > MOST || sampleRate * bytes > MOST) {
    throw new RangeError(
      `writeWav: got ${plural(samples.length, 'value')} as ${encoding} at ${sampleRate} Hz, expected at most 4 GiB, and less than 4 GiB a second.`,
    );
  }
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  const letters = (at: number, text: string) => file.set(new TextEncoder().encode(text), at);
  const chunk = (at: number, id: string, contents: number) => {
    letters(at, id);
    view.setUint32(at + 4, contents, true);
  };
  chunk(0, 'RIFF', size - 8);
  letters(8, 'WAVE');
  chunk(12, 'fmt ', isFloat ? 18 : 16);
  view.setUint16(20, isFloat ? FLOAT : PCM, true);
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * bytes, true); // bytes a second
  view.setUint16(32, bytes, true); // of a value in all channels
  view.setUint16(34, 8 * bytes, true);
  if (isFloat) {
    chunk(38, 'fact', 4);
    view.setUint32(46, samples.length, true);
  }
  chunk(start - 8, 'data', length);
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i];
    if (!isFloat && !Number.isFinite(value)) {
      throw new RangeError(
        `writeWav: value ${i} is ${value}, expected a finite number, as integers are written.`,
      );
    }
    write(view, start + i * bytes, value);
  }
  return file;
}
