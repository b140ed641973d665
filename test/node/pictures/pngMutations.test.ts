/** No PNG file, however broken, may give pixels that it doesn't say. */

import { readdirSync, readFileSync } from 'node:fs';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DecodedPng, decodePng } from '../../../src/node/pictures/png.ts';
import { bigEndian32, chunk, concat, fileOf } from '../../helpers/bytes/pngBytes.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../../helpers/cases.ts';
import { rearrangements } from '../../helpers/mutations/mutations.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';
import { naivePng } from '../../helpers/naive/naivePng.ts';

const FOLDER = new URL('../../golden/png/', import.meta.url);
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.png'));
const FILES = Object.fromEntries(
  NAMES.map((name) => [name, new Uint8Array(readFileSync(new URL(name, FOLDER)))]),
);

interface Part {
  readonly type: string;
  readonly body: Uint8Array;
}

type Damage = (parts: readonly Part[]) => readonly Part[];

function partsOf(file: Uint8Array): Part[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts: Part[] = [];
  for (let at = 8; at < file.length; at += 12 + parts[parts.length - 1].body.length) {
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    parts.push({ type, body: file.subarray(at + 8, at + 8 + view.getUint32(at)) });
  }
  return parts;
}

const fileOfParts = (parts: readonly Part[]) => fileOf(...parts.map(({ type, body }) => chunk(type, body)));

const changed = (parts: readonly Part[], type: string, change: (body: Uint8Array) => Uint8Array) =>
  parts.map((part) => (part.type === type ? { type, body: change(part.body) } : part));

/** The same chunks but for the image data, which is inflated, changed, and compressed again into one chunk. */
function recompressed(parts: readonly Part[], level: number, change: (raw: Uint8Array) => Uint8Array) {
  const isData = ({ type }: Part) => type === 'IDAT';
  const first = parts.findIndex(isData);
  let raw: Uint8Array;
  try {
    raw = inflateSync(concat(...parts.filter(isData).map(({ body }) => body)));
  } catch {
    return parts; // damaged twice
  }
  const body = new Uint8Array(deflateSync(change(raw), { level }));
  return parts.flatMap((part, i) => (i === first ? [{ type: 'IDAT', body }] : isData(part) ? [] : [part]));
}

const position = fc.nat({ max: 1000 });
const bytes = fc.uint8Array({ maxLength: 40 });
const size = () =>
  fc.oneof(
    fc.constantFrom<(old: number) => number>(
      () => 0,
      () => 1,
      (old) => old + 1,
      (old) => old - 1,
      (old) => 2 * old,
    ),
    fc.constantFrom(2048, 2049, 16384, 30_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1).map((to) => () => to),
  );

/** Cut to a length, or lengthened, or with a byte changed. */
const edit = fc.oneof(
  position.map((at) => (body: Uint8Array) => body.slice(0, at % (body.length + 1))),
  bytes.map((more) => (body: Uint8Array) => concat(body, more)),
  fc.tuple(position, fc.integer({ min: 0, max: 255 })).map(
    ([at, to]) =>
      (body: Uint8Array) =>
        body.length ? body.with(at % body.length, to) : body,
  ),
);

const damages = (): fc.Arbitrary<Damage> =>
  fc.oneof(
    fc.tuple(fc.constantFrom(0, 4), size()).map(([at, to]): Damage => {
      return (parts) =>
        changed(parts, 'IHDR', (body) => {
          if (body.length < 8) return body; // damaged twice
          const copy = body.slice();
          const view = new DataView(copy.buffer);
          view.setUint32(at, to(view.getUint32(at)));
          return copy;
        });
    }),
    // Bit depth, colour type, compression, filter method, interlacing.
    fc.tuple(fc.integer({ min: 8, max: 12 }), fc.constantFrom(0, 1, 2, 3, 4, 6, 8, 16, 255)).map(
      ([at, to]): Damage =>
        (parts) =>
          changed(parts, 'IHDR', (body) => (at < body.length ? body.with(at, to) : body)),
    ),
    fc.tuple(fc.integer({ min: 0, max: 9 }), edit).map(
      ([level, change]): Damage =>
        (parts) =>
          recompressed(parts, level, change),
    ),
    fc.tuple(fc.constantFrom('IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'gAMA'), edit).map(
      ([type, change]): Damage =>
        (parts) =>
          changed(parts, type, change),
    ),
    ...rearrangements<Part>(),
    // Another one put in, or one divided in two.
    fc
      .tuple(
        position,
        fc.constantFrom('PLTE', 'tRNS', 'IDAT', 'tEXt', 'gAMA', 'CgBI'),
        fc.oneof(
          bytes,
          fc.constantFrom(2, 3, 6, 48, 768).map((length) => new Uint8Array(length).fill(1)),
        ),
      )
      .map(([at, type, body]): Damage => {
        return (parts) => parts.toSpliced(1 + (at % parts.length), 0, { type, body });
      }),
    position.map((at): Damage => {
      return (parts) =>
        parts.flatMap(({ type, body }) => {
          const middle = at % (body.length + 1);
          const isData = type === 'IDAT';
          return isData
            ? [
                { type, body: body.subarray(0, middle) },
                { type, body: body.subarray(middle) },
              ]
            : [{ type, body }];
        });
    }),
  );

/** A chunk's length changed, with the checksum of what it now covers, where there is room for one. */
const wrongLength = (original: Uint8Array) =>
  fc
    .tuple(position, fc.constantFrom(-4, -1, 1, 4, 12, 2 ** 31, 2 ** 32 - 1), fc.boolean())
    .map(([which, by, seal]) => {
      const parts = partsOf(original);
      const index = which % parts.length;
      const at = parts.slice(0, index).reduce((sum, { body }) => sum + 12 + body.length, 8);
      const length = (parts[index].body.length + by + 2 ** 32) % 2 ** 32;
      const copy = original.slice();
      copy.set(bigEndian32(length), at);
      if (seal && at + 12 + length <= copy.length) {
        copy.set(bigEndian32(crc32(copy.subarray(at + 4, at + 8 + length))), at + 8 + length);
      }
      return copy;
    });

const lies = (original: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .array(damages(), { minLength: 1, maxLength: 2 })
        .map((all) =>
          fileOfParts(all.reduce((parts, damage) => damage(parts), partsOf(original) as readonly Part[])),
        ),
    },
    { weight: 1, arbitrary: wrongLength(original) },
  );

/**
 * Width, height and pixels as the specification's own decoder gives them. Where a colour of a gray or RGB image is made
 * transparent, what it was no longer matters.
 */
function requirePixels(
  { width, height, data }: Pick<DecodedPng, 'width' | 'height' | 'data'>,
  file: Uint8Array,
) {
  const right = naivePng(file);
  if (width !== right.width || height !== right.height || data.length !== right.rgba.length) {
    throw new Error(`wrong size: ${width}x${height}, expected ${right.width}x${right.height}`);
  }
  for (let i = 0; i < data.length; i++) {
    const isUnseen = right.rgba[i | 3] === 0 && i % 4 !== 3;
    if (data[i] !== right.rgba[i] && !isUnseen) {
      throw new Error(`wrong pixel: byte ${i} is ${data[i]}, expected ${right.rgba[i]}`);
    }
  }
}

test.each(NAMES)('%s is read as the specification says', (name) => {
  const { data, ...rest } = decodePng(FILES[name]);
  requirePixels({ data, ...rest }, FILES[name]);
  expect(rest.hasAlpha).toBe(data.some((value, i) => i % 4 === 3 && value !== 255));
});

describe('damaged files', () => {
  test('are refused, or read as the specification says', async () => {
    const tally = await surviveMutations({
      files: FILES,
      lies: (original) => lies(original),
      read: decodePng,
      requireRight: requirePixels,
    });
    if (MUTATIONS_OF_EACH_FILE) console.log('png', tally);
    expect(tally.read).toBeGreaterThan(MUTATIONS / 20); // not only refusals: many of the changes leave a file sound
    expect(tally.refused).toBeGreaterThan(MUTATIONS / 5);
  }, 600_000);

  test('the control: a reader that shows the undamaged picture instead is found out', async () => {
    // Not pngjs by itself: on damaged data it takes the process with it now and then.
    const [name] = NAMES;
    const careless = surviveMutations({
      files: { [name]: FILES[name] },
      lies: (original) => lies(original),
      read: (file) => {
        try {
          return decodePng(file);
        } catch {
          return decodePng(FILES[name]);
        }
      },
      requireRight: requirePixels,
      cases: 1000,
    });
    await expect(careless).rejects.toThrow('Property failed');
  });
});
