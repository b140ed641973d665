import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { writeWav } from '../../../src/io/sound/writeWav.ts';
import { loadImages } from '../../../src/node/samples/load.ts';
import { loadWave } from '../../../src/node/samples/waveFile.ts';
import { dataChunk, fmtChunk, wavFile } from '../../helpers/bytes/wavBytes.ts';
import { folderWith, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

const ramp = (count: number) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 37) % 4001) / 4096 - 0.25);
const wav = (count: number) => writeWav({ samples: ramp(count), sampleRate: 16000, encoding: 's16' });
const load = (contents: Uint8Array | string, options = {}) =>
  loadWave(`${folderWith({ 'speech.wav': contents })}/speech.wav`, options);

describe('loadWave', () => {
  test('cuts sound into frames and says what is left over', async () => {
    const loaded = await load(wav(160_211));
    expect(loaded).toEqual({
      shape: [312, 512],
      dtype: 'f4',
      data: ramp(160_211).subarray(0, 312 * 512),
      source: 'speech.wav, 16,000 Hz',
      form: { kind: 'sound', frame: 512, sampleRate: 16000, encoding: 's16' },
      places: { kind: 'second', of: expect.any(Function) },
      notes: ["the last 467 of 160,211 sound samples don't fill a frame and are left out"],
    });
    // Frames of 32 ms.
    expect([0, 1, 311].map((i) => loaded.places?.of(i))).toEqual([0, 0.032, 9.952]);
  });

  test('takes frames of another length, and has nothing to say if all of them are full', async () => {
    const loaded = await load(wav(1000), { frame: 50 });
    expect(loaded).toMatchObject({ shape: [20, 50], form: { frame: 50 }, notes: [] });
    expect((await load(wav(1001), { frame: 50 })).notes).toEqual([
      "the last of 1,001 sound samples doesn't fill a frame and is left out",
    ]);
    expect((await load(wav(3), { frame: 1 })).shape).toEqual([3, 1]);
  });

  test('says that channels were mixed down', async () => {
    const file = wavFile([fmtChunk({ channels: 2 }), dataChunk([0, 0x40, 0, 0, 0, 0, 0, 0xc0])]);
    const { data, notes } = await load(file, { frame: 2 });
    expect(data).toEqual(Float32Array.of(0.25, -0.25));
    expect(notes).toEqual(['its 2 channels are mixed down to their mean']);
  });

  test.each([
    [
      'less than a frame',
      wav(100),
      {},
      'DataError',
      'the file holds 100 sound samples, expected at least the 512 of one frame.',
    ],
    [
      'one sample',
      wav(1),
      { frame: 2 },
      'DataError',
      'the file holds 1 sound sample, expected at least the 2 of one frame.',
    ],
    ['no sound', wav(0), { frame: 1 }, 'DataError', 'holds 0 sound samples'],
    ['half a frame', wav(9), { frame: 0.5 }, 'RangeError', 'frame is 0.5, expected an integer >= 1'],
    ['a frame of nothing', wav(9), { frame: 0 }, 'RangeError', 'frame is 0, expected an integer >= 1'],
    ['a text', 'hello', {}, 'FormatError', 'not a WAV file but a text'],
  ])('refuses %s', async (_, contents, options, name, message) => {
    await expect(load(contents, options)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message) as unknown,
    });
  });

  test('is what loadImages reads .wav files with, and errors name the file once', async () => {
    const folder = folderWith({ 'a.WAV': wav(1024), 'b.wav': wav(10) });
    expect(await loadImages(`${folder}/a.WAV`)).toMatchObject({
      shape: [2, 512],
      source: 'a.WAV, 16,000 Hz',
    });
    await expect(loadImages(`${folder}/b.wav`)).rejects.toMatchObject({
      message: `${folder}/b.wav: the file holds 10 sound samples, expected at least the 512 of one frame.`,
    });
  });

  test('reads what sox wrote to a pipe', async () => {
    const piped = readFileSync(new URL('../../golden/wav/piped.wav', import.meta.url));
    expect((await load(new Uint8Array(piped), { frame: 8 })).shape).toEqual([10, 8]);
  });
});
