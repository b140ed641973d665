/** Sound from a WAV file, cut into frames of equal length: each is a sample for a network. */

import { basename } from 'node:path';
import { DataError } from '../../data/samples.ts';
import { readWav, requireWav } from '../../io/sound/readWav.ts';
import { requireInteger, requireOptions } from '../../tensor/options.ts';
import { readWholeFile } from '../files/files.ts';
import { LOAD_OPTIONS, type SoundOptions } from './readOptions.ts';
import type { LoadedImages } from './sampleSource.ts';

/** In sound samples: a power of two, 32 ms at 16,000 Hz. */
const DEFAULT_FRAME = 512;

/**
 * Loads a WAV file as frames, one after the other without overlap. Errors of what is in it don't name the file.
 *
 * @returns float32 `[n, frame]` from -1 to 1, several channels as their mean. What is left over at the end is left out.
 * @throws {FileError} If the file can't be read.
 * @throws {FormatError} As `readWav`.
 * @throws {DataError} If the file holds less than a frame.
 * @throws {RangeError} If the frame is no integer from 1 on.
 */
export async function loadWave(path: string, options: SoundOptions = {}): Promise<LoadedImages> {
  requireOptions('loadWave', options, LOAD_OPTIONS);
  const { frame = DEFAULT_FRAME } = options;
  requireInteger('loadWave', 'frame', frame, 1);
  const bytes = await readWholeFile(path, { check: requireWav });
  return framesOf(basename(path), bytes, frame);
}

function framesOf(name: string, bytes: Uint8Array, frame: number): LoadedImages {
  const { samples, sampleRate, encoding, channels } = readWav(bytes);
  const count = Math.floor(samples.length / frame);
  const found = `${grouped(samples.length)} sound sample${samples.length === 1 ? '' : 's'}`;
  if (count === 0) {
    throw new DataError(`the file holds ${found}, expected at least the ${frame} of one frame.`);
  }
  const rest = samples.length - count * frame;
  const notes = [];
  if (channels > 1) notes.push(`its ${channels} channels are mixed down to their mean`);
  if (rest === 1) notes.push(`the last of ${found} doesn't fill a frame and is left out`);
  if (rest > 1) notes.push(`the last ${grouped(rest)} of ${found} don't fill a frame and are left out`);
  return {
    shape: [count, frame],
    dtype: 'f4',
    data: samples.subarray(0, count * frame),
    source: `${name}, ${grouped(sampleRate)} Hz`,
    form: { kind: 'sound', frame, sampleRate, encoding },
    places: { kind: 'second', of: (i) => Math.round((1000 * i * frame) / sampleRate) / 1000 },
    notes,
  };
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
