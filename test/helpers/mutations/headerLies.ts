/** Safetensors files with wrong lengths, ranges, shapes and names in their headers; sealed files get the right checksum. */

import { crc32 } from 'node:zlib';
import fc from 'fast-check';

interface Entry {
  readonly name: string;
  /** Text that is written into the file as it is: it need not be JSON. */
  readonly dtype: string;
  readonly shape: readonly string[];
  readonly offsets: readonly string[];
  /** Instead of all these. */
  readonly whole?: string;
}

interface Parts {
  readonly metadata: readonly (readonly [string, string])[];
  readonly entries: readonly Entry[];
  readonly values: Uint8Array;
  readonly front: string;
  readonly tail: string;
  /** Instead of all these. */
  readonly header?: string;
}

type Lie = (parts: Parts) => Parts;

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  '0',
  'a"b',
  '__metadata__',
  'best',
  'optimizer.__proto__',
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '2',
  '3',
  '4',
  '8',
  '12',
  '-1',
  '-4',
  '1.0',
  '1e0',
  '0.5',
  '4.0000000000000000001',
];
const HUGE = ['1e999', '9007199254740991', '9007199254740992', '18446744073709551616', '4294967296', '1e308'];
const OTHERS = ['null', '"4"', '[]', '{}', 'true', '', '{"toString":1,"valueOf":1}', '{"__proto__":null}'];
const DEEP = [
  '['.repeat(5000) + ']'.repeat(5000),
  `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`,
  '[['.repeat(20_000),
];
const ANY = [...NUMBERS, ...HUGE, ...OTHERS, ...DEEP];

const index = fc.nat({ max: 1000 });
const text = fc.constantFrom(...ANY);

const replaced = <Item>(items: readonly Item[], at: number, change: (item: Item) => Item): readonly Item[] =>
  items.length === 0 ? items : items.with(at % items.length, change(items[at % items.length]));

/** Replaces the n-th token of a JSON text (a number, a word, a string). */
function otherToken(json: string, at: number, to: string): string {
  const tokens = [...json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:]/g)];
  const token = tokens[at % Math.max(1, tokens.length)];
  return token ? json.slice(0, token.index) + to + json.slice(token.index + token[0].length) : to;
}

/** Replaces the n-th number of a text inside of JSON. */
function otherNumber(json: string, at: number, to: string): string {
  const numbers = [...json.matchAll(/-?\d[\d.eE+-]*/g)];
  const number = numbers[at % Math.max(1, numbers.length)];
  return number ? json.slice(0, number.index) + to + json.slice(number.index + number[0].length) : json;
}

const inEntry = (change: (entry: Entry, n: number, to: string) => Entry): fc.Arbitrary<Lie> =>
  fc.tuple(index, index, text).map(([at, n, to]): Lie => {
    return (parts) => ({ ...parts, entries: replaced(parts.entries, at, (entry) => change(entry, n, to)) });
  });

const moved = (entry: Entry, by: readonly number[]): Entry => ({
  ...entry,
  offsets: entry.offsets.map((old, i) => String(Number(old) + by[i])),
});

const LIES: readonly fc.Arbitrary<Lie>[] = [
  inEntry((entry, n, to) => ({ ...entry, offsets: replaced(entry.offsets, n, () => to) })),
  inEntry((entry, n, to) => ({ ...entry, shape: replaced(entry.shape, n, () => to) })),
  inEntry((entry, n, to) => ({
    ...entry,
    shape: entry.shape.toSpliced(n % (entry.shape.length + 1), 0, to),
  })),
  inEntry((entry) => ({ ...entry, shape: [...entry.shape.toReversed(), '1'] })),
  inEntry((entry, n) => ({ ...entry, shape: entry.shape.toSpliced(n % (entry.shape.length + 1), 1) })),
  inEntry((entry, _n, to) => ({ ...entry, dtype: to })),
  inEntry((entry, _n, to) => ({ ...entry, whole: to })),
  inEntry((entry, n) => ({ ...entry, dtype: ['"F64"', '"F16"', '"f32"', '"I32"', '"U8"', '"BF16"'][n % 6] })),
  inEntry((entry, n) => ({ ...entry, name: NAMES[n % NAMES.length] })),
  inEntry((entry, n) =>
    moved(
      entry,
      [4, -4, 8].slice(n % 3, (n % 3) + 1).flatMap((by) => [by, by]),
    ),
  ),
  inEntry((entry, n) =>
    moved(
      entry,
      [
        [0, 4],
        [0, -4],
        [-4, 0],
        [4, 0],
      ][n % 4],
    ),
  ),
  inEntry((entry) => ({ ...entry, offsets: [...entry.offsets, '0'] })),
  // Two entries with each other's ranges; one dropped, doubled, moved.
  fc.tuple(index, index).map(([a, b]): Lie => {
    return (parts) => {
      const { entries } = parts;
      if (entries.length === 0) return parts;
      const [one, other] = [entries[a % entries.length], entries[b % entries.length]];
      const swap = (entry: Entry) =>
        entry === one
          ? { ...one, offsets: other.offsets }
          : entry === other
            ? { ...other, offsets: one.offsets }
            : entry;
      return { ...parts, entries: entries.map(swap) };
    };
  }),
  index.map(
    (at): Lie =>
      (parts) => ({ ...parts, entries: parts.entries.filter((_, i) => i !== at % parts.entries.length) }),
  ),
  fc.tuple(index, index).map(([from, to]): Lie => {
    return ({ entries, ...rest }) => ({
      ...rest,
      entries: entries.length
        ? entries.toSpliced(to % (entries.length + 1), 0, entries[from % entries.length])
        : entries,
    });
  }),
  index.map(
    (at): Lie =>
      (parts) => ({ ...parts, entries: parts.entries.toReversed().slice(at % 2) }),
  ),
  // A tensor more, of nothing or of what follows.
  fc.tuple(fc.constantFrom(...NAMES, 'decoder.9.bias'), fc.constantFrom(0, 4)).map(([name, length]): Lie => {
    return (parts) => {
      const end = parts.values.length;
      const entry = {
        name,
        dtype: '"F32"',
        shape: [String(length / 4)],
        offsets: [String(end), String(end + length)],
      };
      return {
        ...parts,
        entries: [...parts.entries, entry],
        values: joined(parts.values, new Uint8Array(length)),
      };
    };
  }),
  // Metadata: a value, a part of the JSON in it, a key; one dropped, doubled.
  fc.tuple(index, index, text).map(([at, n, to]): Lie => {
    return (parts) => ({
      ...parts,
      metadata: replaced(parts.metadata, at, ([key, value]) => [
        key,
        JSON.stringify(otherToken(value.startsWith('"') ? JSON.parse(value) : value, n, to)),
      ]),
    });
  }),
  fc.tuple(index, text, fc.boolean()).map(([at, to, isText]): Lie => {
    return (parts) => ({
      ...parts,
      metadata: replaced(parts.metadata, at, ([key]) => [key, isText ? JSON.stringify(to) : to]),
    });
  }),
  fc.tuple(index, fc.constantFrom(...NAMES)).map(([at, name]): Lie => {
    return (parts) => ({ ...parts, metadata: replaced(parts.metadata, at, ([, value]) => [name, value]) });
  }),
  index.map(
    (at): Lie =>
      (parts) => ({ ...parts, metadata: parts.metadata.filter((_, i) => i !== at % parts.metadata.length) }),
  ),
  index.map((at): Lie => {
    return ({ metadata, ...rest }) => ({
      ...rest,
      metadata: metadata.length ? [...metadata, metadata[at % metadata.length]] : metadata,
    });
  }),
  // These three leave a file sound: then what is read counts.
  fc.constant<Lie>((parts) => ({ ...parts, entries: parts.entries.toReversed() })),
  fc.tuple(index, fc.float({ noNaN: true, noDefaultInfinity: true })).map(([at, to]): Lie => {
    return (parts) => {
      const values = parts.values.slice();
      const view = new DataView(values.buffer);
      if (values.length >= 4) view.setFloat32(4 * (at % (values.length >> 2)), to, true);
      return { ...parts, values };
    };
  }),
  fc.tuple(index, index, fc.constantFrom('0', '1', '2', '0.25', '1e-3')).map(([at, n, to]): Lie => {
    return (parts) => ({
      ...parts,
      metadata: replaced(parts.metadata, at, ([key, value]) => [key, otherNumber(value, n, to)]),
    });
  }),
  // Values: cut, longer, another byte, NaN.
  index.map(
    (at): Lie =>
      (parts) => ({ ...parts, values: parts.values.slice(0, at % (parts.values.length + 1)) }),
  ),
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map(
    (more): Lie =>
      (parts) => ({ ...parts, values: joined(parts.values, more) }),
  ),
  fc
    .tuple(index, fc.constantFrom([0], [255], [0, 0, 192, 127], [0, 0, 128, 127], [255, 255, 127, 127]))
    .map(([at, to]): Lie => {
      return (parts) => {
        const values = parts.values.slice();
        to.forEach((byte, i) => {
          const place = 4 * (at % Math.max(1, values.length >> 2)) + i;
          if (place < values.length) values[place] = byte;
        });
        return { ...parts, values };
      };
    }),
  fc.constantFrom(' ', '        ', '\n', '\t', '\0', 'x', '{}', ',').map(
    (tail): Lie =>
      (parts) => ({ ...parts, tail }),
  ),
  fc.constantFrom(' ', '\n', '\ufeff').map(
    (front): Lie =>
      (parts) => ({ ...parts, front }),
  ),
  fc.constantFrom('[]', 'null', '5', '"{"', '{}', '{', '{"a":{}}', ...DEEP).map(
    (header): Lie =>
      (parts) => ({ ...parts, header }),
  ),
];

/** @param isSealed - Whether the first entry of the file's metadata is a checksum, which is then set right. */
export function headerLies(original: Uint8Array, isSealed: boolean): fc.Arbitrary<Uint8Array> {
  const parts = partsOf(original);
  const lengthLie = fc.constantFrom<(length: bigint) => bigint>(
    (length) => length - 1n,
    (length) => length + 1n,
    (length) => length - 8n,
    (length) => length + 8n,
    () => 0n,
    () => 2n,
    () => 2n ** 32n,
    () => 2n ** 63n,
    () => 99_999_999n,
  );
  const sometimes = fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: lengthLie },
  );
  const lying = fc.array(fc.oneof(...LIES), { minLength: 1, maxLength: 2 });
  return fc.tuple(lying, sometimes).map(([lies, lieLength]) => {
    const file = assemble(lies.reduce((all, lie) => lie(all), parts));
    if (lieLength) file.writeBigUInt64LE(BigInt.asUintN(64, lieLength(file.readBigUInt64LE())));
    if (isSealed) seal(file);
    return new Uint8Array(file);
  });
}

function partsOf(file: Uint8Array): Parts {
  const length = Number(Buffer.from(file).readBigUInt64LE());
  const { __metadata__: metadata = {}, ...tensors } = JSON.parse(
    Buffer.from(file).toString('utf8', 8, 8 + length),
  );
  const entries = Object.entries<{ dtype: string; shape: number[]; data_offsets: number[] }>(tensors);
  return {
    metadata: Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)] as const),
    entries: entries.map(([name, info]) => ({
      name,
      dtype: JSON.stringify(info.dtype),
      shape: info.shape.map(String),
      offsets: info.data_offsets.map(String),
    })),
    values: file.subarray(8 + length),
    front: '',
    tail: '',
  };
}

function assemble({ metadata, entries, values, front, tail, header }: Parts): Buffer {
  const lines = [
    `"__metadata__":{${metadata.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`,
    ...entries.map(
      ({ name, dtype, shape, offsets, whole }) =>
        `${JSON.stringify(name)}:${whole ?? `{"dtype":${dtype},"shape":[${shape.join(',')}],"data_offsets":[${offsets.join(',')}]}`}`,
    ),
  ];
  const json = Buffer.from(header ?? `${front}{${lines.join(',')}}${tail}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, values]);
}

/** Sets the checksum right, if the file still has one at its place. */
function seal(file: Buffer): void {
  const before = '{"__metadata__":{"checksum":"';
  const start = 8 + before.length;
  if (file.length < start + 8 || file.toString('latin1', 8, start) !== before) return;
  file.write('00000000', start);
  file.write(crc32(file).toString(16).padStart(8, '0'), start);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
