/** Writes WAV files. Read readWav.ts first. */

import { type OptionNames, requireInteger, requireOneOf, requireOptions } from '../../tensor/options.ts';
import { inWords, plural } from '../../tensor/words.ts';
import { ENCODINGS, FLOAT, PCM, type SoundEncoding } from './encodings.ts';
import type { Sound } from './readWav.ts';

const SOUND: OptionNames<Sound> = { samples: true, sampleRate: true, encoding: true };

/** Numbers in a WAV file have 32 bits. */
const MOST = 2 ** 32 - 1;

/** How a WAV file holds its values. */
export type SoundFormat = Pick<Sound, 'sampleRate' | 'encoding'>;

/**
 * Writes a WAV file of one channel.
 *
 * @param sound - Values from -1 to 1. For integers they are rounded to the nearest and clamped: of 16 bits, 1 becomes
 *   32767. What `readWav` read of integers of up to 24 bits is written as it was; for 32 bits, float32 is too coarse.
 * @returns The whole file.
 * @throws {TypeError} If the samples are no Float32Array, or the sound has a field of another name.
 * @throws {RangeError} If a value is not finite and integers are to be written, the sample rate is not an integer >= 1, the
 *   encoding is unknown, or the file would be larger than 4 GiB.
 * @example
 * const samples = Float32Array.from({ length: 1600 }, (_, i) => Math.sin(i / 10));
 * await writeFileAtomically('tone.wav', writeWav({ samples, sampleRate: 16_000, encoding: 's16' }));
 */
export function writeWav(sound: Sound): Uint8Array {
  requireOptions('writeWav', sound, SOUND, {}, ['channels']); // what readWav returned is written as one channel
  const { samples, sampleRate, encoding } = sound;
  if (Object.prototype.toString.call(samples) !== '[object Float32Array]') {
    throw new TypeError(`writeWav: the samples are ${inWords(samples)}, expected a Float32Array.`);
  }
  requireInteger('writeWav', 'the sample rate', sampleRate, 1);
  requireOneOf('writeWav', 'the encoding', encoding, Object.keys(ENCODINGS));
  const head = wavHead(samples.length, sound);
  const values = wavValues(samples, encoding);
  const file = new Uint8Array(head.length + values.length + paddingAfter(values.length));
  file.set(head);
  file.set(values, head.length);
  return file;
}

/**
 * The bytes before the values of a WAV file: for one that is written piece by piece.
 *
 * @param count - How many values it has.
 * @throws {RangeError} If the file would be larger than 4 GiB.
 */
export function wavHead(count: number, { sampleRate, encoding }: SoundFormat): Uint8Array {
  const { bytes, isFloat } = ENCODINGS[encoding];
  // Of floats, the format's description is longer, and another chunk says how many values there are.
  const start = isFloat ? 58 : 44;
  const length = count * bytes;
  const size = start + length + paddingAfter(length);
  if (size - 8 > MOST || sampleRate * bytes > MOST) {
    throw new RangeError(
      `writeWav: got ${plural(count, 'value')} as ${encoding} at ${sampleRate} Hz, expected at most 4 GiB, and less than 4 GiB a second.`,
    );
  }
  const head = new Uint8Array(start);
  const view = new DataView(head.buffer);
  const letters = (at: number, text: string) => head.set(new TextEncoder().encode(text), at);
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
    view.setUint32(46, count, true);
  }
  chunk(start - 8, 'data', length);
  return head;
}

/**
 * Values as a WAV file holds them, from -1 to 1.
 *
 * @throws {RangeError} If a value is not finite and integers are to be written.
 */
export function wavValues(samples: Float32Array, encoding: SoundEncoding): Uint8Array {
  const { bytes, isFloat, write } = ENCODINGS[encoding];
  const values = new Uint8Array(samples.length * bytes);
  const view = new DataView(values.buffer);
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i];
    if (!isFloat && !Number.isFinite(value)) {
      throw new RangeError(
        `writeWav: value ${i} is ${value}, expected a finite number, as integers are written.`,
      );
    }
    write(view, i * bytes, value);
  }
  return values;
}

/** How many bytes follow on so many bytes of values: chunks have an even length. */
export function paddingAfter(byteLength: number): number {
  return byteLength % 2;
}
