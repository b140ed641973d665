/** What commands write samples into: tables and sound, beside arrays and pictures. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { denormalize } from '../../../../src/data/denormalize.ts';
import type { Normalization } from '../../../../src/data/samples.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { readWav } from '../../../../src/io/sound/readWav.ts';
import { readTable } from '../../../../src/io/table/tableReader.ts';
import type { SampleForm } from '../../../../src/node/samples/sampleForm.ts';
import { Tensor } from '../../../../src/tensor/tensor.ts';
import { type Files, folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { codesNpy, DIVIDED, ganModel, imagesNpy, model, modelBytes } from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const NAMES = ['Temp;°C', 'load', 'stamp'];
const SCALED = {
  kind: 'standard',
  dtype: 'f8',
  shift: [20, 0.5, 1.7e9],
  scale: [3, 0.001, 3600],
} as const satisfies Normalization;
const EUROPEAN: SampleForm = { kind: 'table', delimiter: ';', decimal: ',' };
const CODES = [0, 0, 1, 0.5, -1, 2, 0.25, -0.75];

/** A model file that says how its training data was read. */
function trainedOn(
  form: SampleForm | undefined,
  featureNames?: readonly string[],
  normalization: Normalization = SCALED,
) {
  const features = form?.kind === 'sound' ? form.frame : 3;
  return writeModel(model(normalization, { inputShape: [features] }), {
    training: { data: { form, ...(featureNames && { featureNames }) } },
  });
}

/** Runs a command in a folder with this model and codes; gives the file `out`. */
async function written(line: string, files: Files): Promise<Buffer> {
  const cwd = folderWith({ 'codes.npy': codesNpy(CODES), ...files });
  const { code, stderr } = await isthmus(line.split(' '), { cwd });
  expect({ code, ...(code !== 0 && { stderr }) }).toEqual({ code: 0 });
  return readFileSync(join(cwd, line.split(' ').at(-1) as string));
}

/** What decode makes of the codes. */
function decoded(normalization: Normalization = SCALED, features = 3) {
  const codes = Tensor.from(Float32Array.from(CODES), [4, 2]);
  const outputs = model(normalization, { inputShape: [features] }).decode(codes);
  return Array.from(denormalize(outputs.data, normalization).data);
}

const DECODE = 'decode --model m.safetensors --codes codes.npy --out';

describe('a table', () => {
  test('looks like that of the training data: its header, its delimiter, its decimal sign', async () => {
    const text = (
      await written(`${DECODE} x.csv`, { 'm.safetensors': trainedOn(EUROPEAN, NAMES) })
    ).toString();
    const [header, , second] = text.split('\n');
    expect(header).toBe('"Temp;°C";load;stamp');
    expect(second).toMatch(/^\d+,\d{1,6};0,\d{1,10};\d{10},\d{1,3}$/);
    const { data, featureNames, form } = readTable(new TextEncoder().encode(text));
    expect(featureNames).toEqual(NAMES);
    expect(form).toMatchObject({ delimiter: ';', decimal: ',' });
    const expected = decoded();
    for (const [i, value] of Array.from(data).entries()) {
      expect(Math.abs(value - expected[i])).toBeLessThan(2e-6 * SCALED.scale[i % 3]);
    }
  });

  test('named .tsv has tabs', async () => {
    const text = (
      await written(`${DECODE} x.tsv`, { 'm.safetensors': trainedOn(EUROPEAN, NAMES) })
    ).toString();
    expect(text.split('\n')[0]).toBe('Temp;°C\tload\tstamp');
    expect(text.split('\n')[1].split('\t').length).toBe(3);
  });

  test('of a model that was trained on an array has commas and points, and a header only of names', async () => {
    const bare = (await written(`${DECODE} x.csv`, { 'm.safetensors': trainedOn(undefined) })).toString();
    expect(bare.split('\n').length).toBe(5);
    expect(bare).toMatch(/\n\d+\.\d{1,6},0\.\d{1,10},\d{10}\.\d{1,3}\n/);
    const named = (
      await written(`${DECODE} x.csv`, { 'm.safetensors': trainedOn(undefined, NAMES) })
    ).toString();
    expect(named).toBe(`Temp;°C,load,stamp\n${bare}`);
  });

  test('of pictures has a row for each, with its pixels as integers', async () => {
    const text = (await written(`${DECODE} x.csv`, { 'm.safetensors': modelBytes() })).toString();
    const codes = Tensor.from(Float32Array.from(CODES), [4, 2]);
    const { data } = denormalize(model().decode(codes).data, DIVIDED);
    const rows = [0, 1, 2, 3].map((i) => Array.from(data.subarray(64 * i, 64 * i + 64)).join(','));
    expect(text).toBe(`${rows.join('\n')}\n`);
  });

  test('is what reconstruct, decompress, generate and interpolate write as well, with the values of their .npy', async () => {
    const files = {
      'm.safetensors': modelBytes(),
      'gan.safetensors': writeModel(ganModel()),
      'images.npy': imagesNpy(),
    };
    const cwd = folderWith(files);
    const run = (line: string) => isthmus(line.split(' '), { cwd });
    await run('compress --model m.safetensors --data images.npy --include-model --out i.isth');
    for (const line of [
      'reconstruct --model m.safetensors --data images.npy --out',
      'decompress i.isth --out',
      'generate --model gan.safetensors --count 5 --out',
      'interpolate --model gan.safetensors --from 1 --to 2 --steps 3 --out',
    ]) {
      for (const ending of ['npy', 'csv'])
        expect(await run(`${line} x.${ending} --overwrite`)).toMatchObject({ code: 0 });
      const { data, shape } = readNpy(new Uint8Array(readFileSync(join(cwd, 'x.npy'))));
      const rows = readFileSync(join(cwd, 'x.csv'), 'utf8').trimEnd().split('\n');
      expect(rows.length).toBe(shape[0]);
      expect(rows.join().split(',').map(Number)).toEqual(Array.from(data));
    }
  });
});

describe('sound', () => {
  const UNIT: Normalization = { kind: 'standard', dtype: 'f4', shift: 0, scale: 0.1 };
  const form = (encoding: 'u8' | 's16' | 's24' | 's32' | 'f32'): SampleForm => ({
    kind: 'sound',
    frame: 7,
    sampleRate: 11025,
    encoding,
  });

  test.each([
    ['u8', 7],
    ['s16', 15],
    ['s24', 23],
    ['f32', 30],
  ] as const)(
    'has the rate of the training data and is stored as it is, frame after frame: %s',
    async (encoding, bits) => {
      const bytes = await written(`${DECODE} x.wav`, {
        'm.safetensors': trainedOn(form(encoding), undefined, UNIT),
      });
      const sound = readWav(new Uint8Array(bytes));
      expect(sound).toMatchObject({ sampleRate: 11025, encoding, channels: 1 });
      const expected = decoded(UNIT, 7);
      expect(sound.samples.length).toBe(28);
      for (const [i, value] of sound.samples.entries()) {
        expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(2 ** -(bits + 1) * 1.001);
      }
      expect(bytes.length % 2).toBe(0);
    },
  );

  const NAN = model(UNIT, { inputShape: [7] });
  for (const [, { value }] of NAN.decoder.namedParameters()) value.data.fill(3e38);
  const files = (bytes: Uint8Array): Files => ({ 'codes.npy': codesNpy(CODES), 'm.safetensors': bytes });
  testRefusals(1, [
    {
      name: 'sound from a model of pictures',
      files: files(modelBytes()),
      args: `${DECODE} x.wav`.split(' '),
      says: /: the model was trained on other data than a \.wav, and doesn't say how many values make a second of sound, expected --out FILE\.npy\.$/,
    },
    {
      name: 'integers of a network that overflows',
      files: files(writeModel(NAN, { training: { data: { form: form('s16') } } })),
      args: `${DECODE} x.wav`.split(' '),
      says: /: a value of the sound is (-?Infinity|NaN), as the network overflows, and integers of a \.wav can't be that, expected --out FILE\.npy\.$/,
    },
  ]);
});
