/**
 * Reads WAV files: RIFF chunks, of which `fmt ` says how the values are stored and `data` holds them (Microsoft & IBM,
 * "Multimedia Programming Interface and Data Specifications 1.0", 1991; RF64 for long files: EBU Tech 3306).
 */

import { requireBytes } from '../../tensor/options.ts';
import { plural } from '../../tensor/words.ts';
import { FormatError } from '../errors.ts';
import { notA } from '../fileKinds.ts';
import { ENCODINGS, type Encoding, FLOAT, PCM, type SoundEncoding } from './encodings.ts';

/** Sound with one channel. */
export interface Sound {
  /** Values a second. */
  readonly sampleRate: number;
  /** One value after the other: from -1 to 1, unless a file of floats says otherwise. */
  readonly samples: Float32Array;
  /** How the file stores, or is to store, the values. */
  readonly encoding: SoundEncoding;
}

/** A sound from a file. */
export interface ReadSound extends Sound {
  /** How many channels the file has: `samples` are their means. */
  readonly channels: number;
}

const EXTENSIBLE = 0xfffe;

/** What else WAV files hold, by the number that says so. */
const REFUSED: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  6: 'A-law',
  7: 'mu-law',
  17: 'ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
  255: 'AAC',
  353: 'Windows Media',
};

const CONVERT = 'convert it, e.g. ffmpeg -i x.wav -c:a pcm_s16le y.wav';

/** An extensible format's tag is followed by this, which makes it a Microsoft GUID. */
const GUID_END = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];

const UNKNOWN_LENGTH = 0xffffffff;

/** The others say how loud it is, who sings, … */
const READ_CHUNKS = ['fmt ', 'data', 'ds64'];

interface Chunk {
  /** Where its contents begin. */
  readonly start: number;
  /** As the chunk says it. */
  readonly length: number;
}

interface Format {
  readonly encoding: SoundEncoding;
  readonly reading: Encoding;
  readonly channels: number;
  readonly sampleRate: number;
}

/** Floats of 8 bytes, which become float32. */
const F64: Encoding = {
  ...ENCODINGS.f32,
  bytes: 8,
  read: (view, at) => view.getFloat64(at, true),
};

/**
 * Reads a WAV file: integers of 8, 16, 24 or 32 bits, or floats of 32 or 64. Several channels are mixed down to their
 * mean. A recording that went through a pipe, and so doesn't state its length, is read to the end of the file.
 *
 * @param bytes - The whole file.
 * @returns Values from -1 to 1: an integer of b bits is divided by 2^(b-1), and one of 8 bits is taken minus 128 before.
 *   Floats are as they are, also those that are not finite.
 * @throws {FormatError} If the bytes are no WAV file, it is cut off, or its values are stored otherwise: MP3, A-law, ….
 * @example
 * const samples = Float32Array.from({ length: 1600 }, (_, i) => Math.sin(i / 10));
 * const { sampleRate, channels } = readWav(writeWav({ samples, sampleRate: 16_000, encoding: 's16' }));
 * sampleRate; // 16000
 * channels; // 1
 */
export function readWav(bytes: Uint8Array): ReadSound {
  requireBytes('readWav', bytes);
  requireWav(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = chunksOf(view);
  const fmt = chunks.get('fmt ');
  const data = chunks.get('data');
  if (!fmt || !data) {
    throw new FormatError(
      `the WAV file is cut off or corrupt: it holds ${fmt ? 'no sound' : 'no description of its format'}.`,
    );
  }
  const { encoding, reading, channels, sampleRate } = formatOf(view, fmt);
  const length = lengthOf(view, data, chunks.get('ds64'));
  const together = channels * reading.bytes;
  if (length !== undefined && length % together !== 0) {
    throw new FormatError(
      `the WAV file is corrupt: it states ${plural(length, 'byte')} of sound, expected a multiple of ${together}.`,
    );
  }
  const samples = new Float32Array(Math.floor((length ?? view.byteLength - data.start) / together));
  for (let i = 0, at = data.start; i < samples.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += reading.bytes) sum += reading.read(view, at);
    samples[i] = sum / channels;
  }
  return { sampleRate, channels, encoding, samples };
}

/**
 * @param head - The beginning of a file, of at least 12 bytes if it has them.
 * @throws {FormatError} If no WAV file begins with these bytes.
 */
export function requireWav(head: Uint8Array): void {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const isWav = ['RIFF', 'RF64', 'BW64'].includes(textAt(view, 0)) && textAt(view, 8) === 'WAVE';
  if (!isWav) throw notA('a WAV file', head);
}

/** The chunks that are read, the first of each name. Nothing is looked at behind the format and the sound. */
function chunksOf(view: DataView): Map<string, Chunk> {
  const chunks = new Map<string, Chunk>();
  const isComplete = () => chunks.has('fmt ') && chunks.has('data');
  for (let at = 12; at + 8 <= view.byteLength && !isComplete(); ) {
    const id = textAt(view, at);
    const chunk = { start: at + 8, length: view.getUint32(at + 4, true) };
    if (READ_CHUNKS.includes(id) && !chunks.has(id)) chunks.set(id, chunk);
    at = chunk.start + chunk.length + (chunk.length % 2); // chunks begin at even bytes
  }
  return chunks;
}

function formatOf(view: DataView, { start, length }: Chunk): Format {
  if (length < 16 || start + length > view.byteLength) {
    throw new FormatError(
      `the WAV file is cut off or corrupt: the description of its format has ${plural(Math.min(length, view.byteLength - start), 'byte')}, expected ${Math.max(16, length)}.`,
    );
  }
  const [tag, channels, blockLength, bits] = [0, 2, 12, 14].map((at) => view.getUint16(start + at, true));
  const sampleRate = view.getUint32(start + 4, true);
  const kind = tag === EXTENSIBLE ? extendedTag(view, start, length) : tag;
  if (kind !== PCM && kind !== FLOAT) {
    const name = REFUSED[kind];
    throw new FormatError(
      `the sound is stored as ${name ?? `a kind that is not read (number ${kind})`}, expected integers or floats: ${CONVERT}.`,
    );
  }
  const found = encodingOf(kind, bits);
  if (!found) {
    throw new FormatError(
      `the sound is stored as ${kind === PCM ? 'integers' : 'floats'} of ${plural(bits, 'bit')}, expected ${kind === PCM ? '8, 16, 24 or 32' : '32 or 64'}: ${CONVERT}.`,
    );
  }
  if (channels === 0 || sampleRate === 0 || blockLength !== channels * found.reading.bytes) {
    throw new FormatError(
      `the WAV file is corrupt: it states ${plural(channels, 'channel')} of ${plural(bits, 'bit')} in ${plural(blockLength, 'byte')}, ${sampleRate} times a second.`,
    );
  }
  return { ...found, channels, sampleRate };
}

function extendedTag(view: DataView, start: number, length: number): number {
  const isWhole = length >= 40 && GUID_END.every((byte, i) => view.getUint8(start + 26 + i) === byte);
  return isWhole ? view.getUint16(start + 24, true) : EXTENSIBLE;
}

function encodingOf(kind: number, bits: number): Pick<Format, 'encoding' | 'reading'> | undefined {
  if (kind === FLOAT && bits === 64) return { encoding: 'f32', reading: F64 };
  const name = Object.keys(ENCODINGS).find((candidate) => {
    const { bytes, isFloat } = ENCODINGS[candidate as SoundEncoding];
    return isFloat === (kind === FLOAT) && 8 * bytes === bits;
  }) as SoundEncoding | undefined;
  return name && { encoding: name, reading: ENCODINGS[name] };
}

/**
 * The length of the sound in bytes, or undefined if it goes to the end of the file: who writes to a pipe doesn't know the
 * length beforehand. ffmpeg then states 2^32 - 1, sox and arecord about 2^31, a recorder that was stopped 0.
 */
function lengthOf(view: DataView, data: Chunk, ds64: Chunk | undefined): number | undefined {
  const rest = view.byteLength - data.start;
  const isLong = data.length === UNKNOWN_LENGTH && ds64 !== undefined && ds64.start + 16 <= view.byteLength;
  const length = isLong ? Number(view.getBigUint64(ds64.start + 8, true)) : data.length;
  if (length > 0 && length <= rest) return length;
  const isEmpty = length === 0 && 8 + view.getUint32(4, true) === view.byteLength;
  if (isEmpty) return 0;
  const isStream =
    length === 0 || (!isLong && length === UNKNOWN_LENGTH) || Math.abs(length - 2 ** 31) < 8192;
  if (isStream) return undefined;
  throw new FormatError(
    `the WAV file is cut off: it states ${plural(length, 'byte')} of sound and holds ${rest}.`,
  );
}

/** Four letters, or fewer at the end of the file. */
function textAt(view: DataView, at: number): string {
  const end = Math.max(at, Math.min(at + 4, view.byteLength));
  const codes = Array.from({ length: end - at }, (_, i) => view.getUint8(at + i));
  return String.fromCharCode(...codes);
}
