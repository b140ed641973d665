import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { FormatError } from '../../../src/io/errors.ts';
import { readWav } from '../../../src/io/sound/readWav.ts';
import { dataChunk, fmtChunk, little, type WavChunk, wavFile } from '../../helpers/bytes/wavBytes.ts';
import { naiveWav } from '../../helpers/naive/naiveWav.ts';

const FOLDER = new URL('../../golden/wav/', import.meta.url);
const golden = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
interface Expected {
  readonly encoding: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly values: string;
}
const EXPECTED: Record<string, Expected> = JSON.parse(
  new TextDecoder().decode(golden('expected.json')),
).files;

const BYTES = [0, 0, 0, 0x40, 0, 0xc0]; // 0, 0.5 and -0.5 of 16 bits
const VALUES = Float32Array.of(0, 0.5, -0.5);
const LIST: WavChunk = { id: 'LIST', body: Uint8Array.of(1, 2, 3) };

describe('readWav', () => {
  test.each(Object.keys(EXPECTED))('reads %s of SciPy, Python or sox', (name) => {
    const { values, ...facts } = EXPECTED[name];
    const { samples, ...read } = readWav(golden(name));
    expect(read).toEqual(facts);
    expect(Array.from(samples)).toEqual(values.split(' ').map(Number));
    expect(naiveWav(golden(name))).toEqual({ ...read, samples: Array.from(samples) });
  });

  test('has been tried with all golden files', () => {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.wav'));
    expect(Object.keys(EXPECTED).toSorted()).toEqual(names.toSorted());
    expect(new Set(Object.values(EXPECTED).map(({ encoding }) => encoding)).size).toBe(5);
  });

  test.each<[string, WavChunk[]]>([
    ['other chunks before, between and after', [LIST, fmtChunk(), LIST, dataChunk(BYTES), LIST]],
    ['the sound before its format', [dataChunk(BYTES), LIST, fmtChunk()]],
    ['bytes behind the format', [fmtChunk({}, [0, 0, 7]), dataChunk(BYTES)]],
    ['a second sound, which is left out', [fmtChunk(), dataChunk(BYTES), dataChunk([1, 2])]],
  ])('reads %s', (_, chunks) => {
    expect(readWav(wavFile(chunks)).samples).toEqual(VALUES);
  });

  test('reads a part of a larger buffer', () => {
    const file = wavFile([fmtChunk(), dataChunk(BYTES)]);
    const larger = Uint8Array.from([9, ...file, 9, 9, 9]);
    expect(readWav(larger.subarray(1, 1 + file.length)).samples).toEqual(VALUES);
  });

  test.each([
    ['ffmpeg', 0xffffffff, 0xffffffff],
    ['sox', 0x7ffff024, 0x7ffff000],
    ['arecord', 0x80000024, 0x80000000],
    ['a recorder that was stopped', 0, 0],
    ['a recorder that was stopped, with the length of the header', 36, 0],
  ])('reads to the end what %s wrote to a pipe', (_, length, said) => {
    const file = wavFile([fmtChunk(), dataChunk(BYTES, said)], { length });
    expect(readWav(file).samples).toEqual(VALUES);
    expect(readWav(Uint8Array.from([...file, 0])).samples).toEqual(VALUES); // half a value at the end
  });

  test('reads a file without sound as one', () => {
    expect(readWav(wavFile([fmtChunk(), dataChunk([])])).samples).toEqual(new Float32Array());
    // The length of the file says that what follows is no sound.
    expect(readWav(wavFile([fmtChunk(), dataChunk([]), LIST])).samples).toEqual(new Float32Array());
  });

  test('reads the long lengths of RF64', () => {
    const ds64 = (length: number): WavChunk => ({
      id: 'ds64',
      body: Uint8Array.from([...little(0, 8), ...little(length, 8), ...little(3, 8), ...little(0, 4)]),
    });
    const file = (length: number, outer = 'RF64') =>
      wavFile([ds64(length), fmtChunk(), dataChunk(BYTES, 0xffffffff), LIST], { outer, length: 0xffffffff });
    expect(readWav(file(6)).samples).toEqual(VALUES);
    expect(readWav(file(6, 'BW64')).samples).toEqual(VALUES);
    expect(() => readWav(file(2 ** 33))).toThrow('it states 8589934592 bytes of sound and holds 18');
  });

  test('takes floats as they are, and means of channels', () => {
    const floats = new Uint8Array(Float32Array.of(2, Number.NaN, -0.5, Infinity).buffer);
    const file = (channels: number) =>
      wavFile([fmtChunk({ tag: 3, bits: 32, channels }), dataChunk([...floats])]);
    expect(readWav(file(1)).samples).toEqual(Float32Array.of(2, Number.NaN, -0.5, Infinity));
    expect(readWav(file(2))).toEqual({
      sampleRate: 16000,
      channels: 2,
      encoding: 'f32',
      samples: Float32Array.of(Number.NaN, Infinity),
    });
  });

  test.each([
    [2, 'ADPCM'],
    [6, 'A-law'],
    [7, 'mu-law'],
    [17, 'ADPCM'],
    [85, 'MP3'],
    [999, 'a kind that is not read (number 999)'],
  ])('refuses format %d by its name', (tag, name) => {
    expect(() => readWav(wavFile([fmtChunk({ tag }), dataChunk(BYTES)]))).toThrow(
      `the sound is stored as ${name}, expected integers or floats: convert it, e.g. ffmpeg -i x.wav -c:a pcm_s16le y.wav.`,
    );
  });

  const extensible = (subformat: readonly number[]) =>
    wavFile([fmtChunk({ tag: 0xfffe }, [22, 0, 16, 0, 4, 0, 0, 0, ...subformat]), dataChunk(BYTES)]);
  const GUID_END = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];

  test('reads what an extensible format means', () => {
    expect(readWav(extensible([1, 0, ...GUID_END])).samples).toEqual(VALUES);
    expect(() => readWav(extensible([7, 0, ...GUID_END]))).toThrow('stored as mu-law');
    expect(() => readWav(extensible([1, 0, ...GUID_END.with(7, 1)]))).toThrow('a kind that is not read');
    expect(() => readWav(extensible([1, 0]))).toThrow('a kind that is not read');
  });

  test.each<[string, WavChunk[], string]>([
    [
      'integers of 12 bits',
      [fmtChunk({ bits: 12, blockLength: 2 }), dataChunk(BYTES)],
      'integers of 12 bits, expected 8, 16, 24 or 32',
    ],
    ['floats of 16 bits', [fmtChunk({ tag: 3 }), dataChunk(BYTES)], 'floats of 16 bits, expected 32 or 64'],
    ['no channels', [fmtChunk({ channels: 0 }), dataChunk(BYTES)], 'states 0 channels of 16 bits in 0 bytes'],
    ['no rate', [fmtChunk({ sampleRate: 0 }), dataChunk(BYTES)], '0 times a second'],
    ['blocks of another length', [fmtChunk({ blockLength: 4 }), dataChunk(BYTES)], 'of 16 bits in 4 bytes'],
    [
      'a part of a value',
      [fmtChunk(), dataChunk([1, 2, 3])],
      'states 3 bytes of sound, expected a multiple of 2',
    ],
    [
      'more sound than there is',
      [fmtChunk(), dataChunk(BYTES, 8)],
      'is cut off: it states 8 bytes of sound and holds 6',
    ],
    ['a gigabyte that is not there', [fmtChunk(), dataChunk(BYTES, 2 ** 30)], 'is cut off'],
    ['no sound', [fmtChunk(), LIST], 'it holds no sound'],
    ['no format', [dataChunk(BYTES)], 'no description of its format'],
    [
      'a format that is too short',
      [{ id: 'fmt ', body: new Uint8Array(14) }, dataChunk(BYTES)],
      'has 14 bytes, expected 16',
    ],
    [
      'a format beyond the end',
      [dataChunk(BYTES), { ...fmtChunk(), length: 40 }],
      'has 16 bytes, expected 40',
    ],
  ])('refuses %s', (_, chunks, reason) => {
    expect(() => readWav(wavFile(chunks))).toThrow(FormatError);
    expect(() => readWav(wavFile(chunks))).toThrow(reason);
  });

  test('refuses every truncation', () => {
    for (const name of ['s16.wav', 'extensible.wav', 'f64.wav']) {
      const file = golden(name);
      const end = file.length; // none of these ends with another chunk
      for (let length = 0; length < end; length++) {
        expect(() => readWav(file.subarray(0, length))).toThrow(FormatError);
      }
    }
  });

  test('refuses other kinds of files, and big-endian RIFF', () => {
    expect(() =>
      readWav(
        Uint8Array.from([
          ...new TextEncoder().encode('RIFX'),
          0,
          0,
          0,
          9,
          ...new TextEncoder().encode('WAVE'),
        ]),
      ),
    ).toThrow('not a WAV file but a big-endian WAV file (RIFX): convert it, e.g. ffmpeg -i FILE sound.wav.');
    expect(() => readWav(Uint8Array.of(0xff, 0xfb, 0x90, 0))).toThrow(
      'not a WAV file but an MP3 file: convert it, e.g. ffmpeg -i FILE sound.wav.',
    );
    expect(() => readWav('x.wav' as never)).toThrow('readWav: the bytes are');
  });
});
