import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FormatError } from '../../../src/io/errors.ts';
import { type ReadSound, readWav } from '../../../src/io/sound/readWav.ts';
import { because, type Field, lyingFields, resized } from '../../helpers/mutations/lies.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';
import { type NaiveSound, naiveWav } from '../../helpers/naive/naiveWav.ts';

const FOLDER = new URL('../../golden/wav/', import.meta.url);
const files = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.wav'))
    .map((name) => [name, new Uint8Array(readFileSync(new URL(name, FOLDER)))]),
);

/** Where the chunks begin. */
function chunksOf(bytes: Uint8Array): { id: string; at: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    chunks.push({ id: String.fromCharCode(...bytes.subarray(at, at + 4)), at });
    at += 8 + view.getUint32(at + 4, true);
  }
  return chunks;
}

/** Wrong lengths, counts and formats, then a size that may fit them. */
function wavLies(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const fields: Field[] = chunksOf(original).flatMap(({ id, at }) => [
    { at: at + 4, bytes: 4 as const },
    ...(id === 'fmt '
      ? ([
          { at: at + 8, bytes: 2 },
          { at: at + 10, bytes: 2 },
          { at: at + 12, bytes: 4 },
          { at: at + 20, bytes: 2 },
          { at: at + 22, bytes: 2 },
        ] as const)
      : []),
  ]);
  const format = chunksOf(original).find(({ id }) => id === 'fmt ')?.at ?? 12;
  // Formats that are sound in themselves, of which one must fit the length of the data.
  const formats = fc
    .tuple(
      fc.constantFrom(1, 3, 6, 7, 85, 0xfffe),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom(8, 12, 16, 24, 32, 64),
    )
    .map(([tag, channels, bits]) => {
      const bytes = original.slice();
      const view = new DataView(bytes.buffer);
      view.setUint16(format + 8, tag, true);
      view.setUint16(format + 10, channels, true);
      view.setUint16(format + 20, (channels * bits) >> 3, true);
      view.setUint16(format + 22, bits, true);
      return bytes;
    });
  const { length } = original;
  return fc
    .oneof(lyingFields(original, [{ at: 4, bytes: 4 }, ...fields]), formats)
    .chain((bytes) => resized(bytes, [length, length, length - 1, length + 1, length - 8, 2 * length]));
}

function requireSame(read: ReadSound, right: NaiveSound): void {
  const { samples, ...facts } = read;
  const { samples: values, ...expected } = right;
  if (JSON.stringify(facts) !== JSON.stringify(expected)) throw new Error(`facts ${JSON.stringify(facts)}`);
  if (samples.length !== values.length) throw new Error(`length ${samples.length}`);
  values.forEach((value, i) => {
    if (!Object.is(samples[i], value)) throw new Error(`value ${i} is ${samples[i]}, expected ${value}`);
  });
}

describe('damaged WAV files', () => {
  test('are refused in words, or read as an independent reader reads them', async () => {
    const tally = await surviveMutations({
      files,
      lies: wavLies,
      read: readWav,
      requireRight: (read, bytes) => requireSame(read, naiveWav(bytes)),
    });
    expect(tally.read).toBeGreaterThan(tally.refused / 20);
    expect(tally.refused).toBeGreaterThan(tally.read / 20);
  });

  test.each([
    [
      'takes a length that is not there',
      /allocated|allocation failed|typed array length/,
      (bytes: Uint8Array): ReadSound => {
        if (bytes.length < 48) throw new FormatError('too short.');
        const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(40, true);
        new Float32Array(length / 2).fill(0, 0, 1);
        return readWav(bytes);
      },
    ],
    [
      'reads what is there of a file that is cut off',
      /Invalid array length|cut off|length \d+|Offset/,
      (bytes: Uint8Array): ReadSound => {
        const copy = bytes.slice();
        if (copy.length > 44) new DataView(copy.buffer).setUint32(40, (copy.length - 44) & ~1, true);
        return readWav(copy);
      },
    ],
  ] satisfies [string, RegExp, (bytes: Uint8Array) => ReadSound][])(
    'a reader that %s is found out',
    async (_, reason, read) => {
      const run = surviveMutations({
        files: { 's16.wav': files['s16.wav'] },
        lies: wavLies,
        read,
        requireRight: (result, bytes) => requireSame(result, naiveWav(bytes)),
        cases: 5_000,
      });
      await expect(run).rejects.toMatchObject(because(reason));
    },
  );
});
