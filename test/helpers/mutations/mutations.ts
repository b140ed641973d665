/** Damaged copies of a file, for readers that must either return what it says or refuse it with a message. */

import fc from 'fast-check';

/** One to three of: a byte changed, a stretch cut out, the end cut off, a stretch copied to another place, bytes put in. */
export function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const position = fc.nat({ max: original.length });
  const mutation = fc.oneof(
    fc.tuple(position, fc.integer({ min: 1, max: 255 })).map(([at, mask]) => flip(at, mask)),
    fc.tuple(position, fc.nat({ max: 16 })).map(([at, length]) => splice(at, length, () => new Uint8Array())),
    position.map((at) => splice(at, original.length, () => new Uint8Array())),
    fc
      .tuple(position, position, fc.nat({ max: 32 }))
      .map(([at, from, length]) => splice(at, length, (bytes) => bytes.slice(from, from + length))),
    fc
      .tuple(position, fc.uint8Array({ minLength: 1, maxLength: 8 }))
      .map(([at, extra]) => splice(at, 0, () => extra)),
  );
  return fc
    .array(mutation, { minLength: 1, maxLength: 3 })
    .map((mutations) => mutations.reduce((bytes, mutate) => mutate(bytes), original));
}

type Mutation = (bytes: Uint8Array) => Uint8Array;

function flip(at: number, mask: number): Mutation {
  return (bytes) => (at < bytes.length ? bytes.with(at, bytes[at] ^ mask) : bytes);
}

function splice(at: number, removed: number, insert: (bytes: Uint8Array) => Uint8Array): Mutation {
  return (bytes) =>
    new Uint8Array(Buffer.concat([bytes.subarray(0, at), insert(bytes), bytes.subarray(at + removed)]));
}

/** Damage to a file that is made of parts, one way in each: a part dropped, put in a second time, moved to another place. */
export function rearrangements<Part>(): fc.Arbitrary<(parts: readonly Part[]) => readonly Part[]>[] {
  const position = fc.nat({ max: 1000 });
  const places = fc.tuple(position, position);
  return [
    position.map((at) => (parts) => parts.filter((_, i) => i !== at % parts.length)),
    places.map(
      ([from, to]) =>
        (parts) =>
          parts.toSpliced(to % (parts.length + 1), 0, parts[from % parts.length]),
    ),
    places.map(([from, to]) => (parts) => {
      const rest = parts.toSpliced(from % parts.length, 1);
      return rest.toSpliced(to % parts.length, 0, parts[from % parts.length]);
    }),
  ];
}
