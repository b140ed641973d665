/** No JPEG file, however broken, may end in anything but a picture of the size that it states, or a sentence. */

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeJpeg } from '../../../src/node/pictures/jpeg.ts';
import type { PixelImage } from '../../../src/node/pictures/png.ts';
import { fileOfJpegParts, type JpegPart, jpegFile, jpegParts } from '../../helpers/bytes/jpegBytes.ts';
import { concat } from '../../helpers/bytes/pngBytes.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../../helpers/cases.ts';
import { rearrangements } from '../../helpers/mutations/mutations.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';

const NAMES = [
  'ycc420',
  'ycc411',
  'progressive',
  'restarts',
  'progressive-restarts',
  'three-scans',
  'gray-progressive-restarts',
  'cmyk',
  'orientation-6',
];
const FILES = Object.fromEntries(NAMES.map((name) => [name, jpegFile(name)]));

type Damage = (parts: readonly JpegPart[]) => readonly JpegPart[];

const position = fc.nat({ max: 1000 });
const byte = fc.oneof(fc.constantFrom(0, 1, 2, 3, 17, 34, 63, 64, 127, 128, 254, 255), fc.nat({ max: 255 }));

const changed = (parts: readonly JpegPart[], at: number, change: (part: JpegPart) => JpegPart) =>
  parts.map((part, i) => (i === at % parts.length ? change(part) : part));

const edited = (bytes: Uint8Array, at: number, to: number) =>
  bytes.length > 0 ? bytes.with(at % bytes.length, to) : bytes;

/** The lengths of the parts stay right, so that what is in them is read. */
const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(position, position, byte).map(([which, at, to]): Damage => {
    return (parts) => changed(parts, which, (part) => ({ ...part, body: edited(part.body, at, to) }));
  }),
  fc.tuple(position, position, byte).map(([which, at, to]): Damage => {
    return (parts) => changed(parts, which, (part) => ({ ...part, data: edited(part.data, at, to) }));
  }),
  // The size, which is read and then believed.
  fc.tuple(fc.nat({ max: 14 }), byte).map(([at, to]): Damage => {
    return (parts) =>
      parts.map((part) =>
        part.code >= 0xc0 && part.code <= 0xc2 ? { ...part, body: edited(part.body, at, to) } : part,
      );
  }),
  fc.tuple(position, fc.constantFrom(0xc0, 0xc1, 0xc2, 0xc4, 0xda, 0xdb, 0xdd, 0xe1, 0xee)).map(
    ([which, code]): Damage =>
      (parts) =>
        changed(parts, which, (part) => ({ ...part, code })),
  ),
  fc.tuple(position, position).map(([which, length]): Damage => {
    return (parts) => changed(parts, which, (part) => ({ ...part, body: part.body.slice(0, length) }));
  }),
  ...rearrangements<JpegPart>(),
  // Another interval of restarts.
  fc.tuple(position, fc.nat({ max: 65535 })).map(([at, interval]): Damage => {
    const part = { code: 0xdd, body: Uint8Array.of(interval >> 8, interval & 255), data: new Uint8Array() };
    return (parts) => parts.toSpliced(at % parts.length, 0, part);
  }),
  // Image data cut short, or longer.
  fc.tuple(position, fc.uint8Array({ maxLength: 8 })).map(([at, more]): Damage => {
    return (parts) =>
      parts.map((part) =>
        part.code === 0xda ? { ...part, data: concat(part.data.slice(0, at), more) } : part,
      );
  }),
);

const lies = (original: Uint8Array) =>
  fc
    .array(damages, { minLength: 1, maxLength: 2 })
    .map((all) =>
      fileOfJpegParts(
        all.reduce((parts, damage) => damage(parts), jpegParts(original) as readonly JpegPart[]),
      ),
    );

/** The size that the frame states, whichever way it is turned: the first one, since a second is refused. */
function statedSize(file: Uint8Array): number[] {
  const frame = file.findIndex((_, i) => file[i] === 0xff && file[i + 1] >= 0xc0 && file[i + 1] <= 0xc2);
  return [(file[frame + 7] << 8) | file[frame + 8], (file[frame + 5] << 8) | file[frame + 6]];
}

function requirePicture({ width, height, channels, data }: PixelImage, file: Uint8Array): void {
  const isStated = String(statedSize(file).sort()) === String([width, height].sort());
  if (!isStated || data.length !== width * height * channels) {
    throw new Error(`wrong size: ${width}x${height}, ${data.length} bytes, stated ${statedSize(file)}`);
  }
}

/** Twice: memory that nobody wrote would differ. */
async function decodeTwice(file: Uint8Array): Promise<PixelImage> {
  const first = await decodeJpeg(file);
  const second = await decodeJpeg(file);
  if (Buffer.compare(first.data, second.data) !== 0) throw new Error('not the same');
  return first;
}

test('damaged files are refused, or read as pictures of the size that they state', async () => {
  const tally = await surviveMutations({
    files: FILES,
    lies: (original) => lies(original),
    read: decodeTwice,
    requireRight: requirePicture,
  });
  if (MUTATIONS_OF_EACH_FILE) console.log('jpeg', tally);
  expect(tally.read).toBeGreaterThan(MUTATIONS / 20); // a JPEG has no checksums: many changes give other pixels
  expect(tally.refused).toBeGreaterThan(MUTATIONS / 5);
}, 600_000);

test('the control: a reader that trusts jpeg-js is found out', async () => {
  const { default: jpeg } = await import('jpeg-js');
  const careless = surviveMutations({
    files: { ycc420: FILES.ycc420 },
    lies: (original) => lies(original),
    read: (file) => {
      const { width, height, data } = jpeg.decode(file, { useTArray: true, formatAsRGBA: false });
      return { width, height, channels: 3, data } as PixelImage;
    },
    requireRight: requirePicture,
    cases: 200,
  });
  await expect(careless).rejects.toThrow('Property failed');
});
