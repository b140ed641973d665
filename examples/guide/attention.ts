/**
 * Which pieces of a digit look like one of them, as attention sees it: docs/guide/13-where-to-go-on.md.
 *
 * `npm run -s build && node dist/examples/guide/attention.js attention.png`
 */

import { generateDigits, matmul, Tensor } from 'isthmus';
import { encodePng, imageGrid, writeFileAtomically } from 'isthmus/node';

const SIDE = 28;
const PIECE = 4;
const PIECES = SIDE / PIECE; // in a row: 49 tokens
const COUNT = 10;

const [path = 'attention.png'] = process.argv.slice(2);
const data = Float32Array.from(generateDigits({ count: COUNT, seed: 4 }).data, (byte) => byte / 255);
const pieceOf = (pixel: number) =>
  Math.floor(pixel / SIDE / PIECE) * PIECES + Math.floor((pixel % SIDE) / PIECE);

const pictures = Array.from({ length: COUNT }, (_, n) => {
  const digit = data.subarray(n * SIDE ** 2, (n + 1) * SIDE ** 2);
  const tokens = Array.from({ length: PIECES ** 2 }, (_, token) =>
    digit.filter((_, i) => pieceOf(i) === token),
  );
  // The same length for all that have anything on them: what counts is the form of the stroke.
  const normed = tokens.map((token) => {
    const length = Math.hypot(...token);
    return length > 1 ? [...token.map((value) => (5 * value) / length)] : [...token.map(() => 0)];
  });
  // The piece with the most light asks.
  const lights = tokens.map((token) => token.reduce((sum, value) => sum + value, 0));
  const asking = lights.indexOf(Math.max(...lights));
  const x = Tensor.from(normed.flat(), [PIECES ** 2, PIECE ** 2]);
  const products = matmul(x.rows(asking, asking + 1), x, { transposeB: true }).data;
  const exponentials = products.map((product) => Math.exp(product / PIECE)); // the root of 16
  const largest = Math.max(...exponentials);
  const framed = digit.map((value, i) => (pieceOf(i) === asking && isEdge(i) ? 0.6 : value));
  return [framed, digit.map((_, i) => exponentials[pieceOf(i)] / largest)];
});

/** Whether a pixel lies at the edge of its piece. */
function isEdge(pixel: number): boolean {
  const places = [Math.floor(pixel / SIDE) % PIECE, (pixel % SIDE) % PIECE];
  return places.some((place) => place === 0 || place === PIECE - 1);
}

const shape = [2 * COUNT, SIDE, SIDE];
const ordered = [0, 1].flatMap((row) => pictures.flatMap((pair) => [...pair[row]]));
await writeFileAtomically(
  path,
  encodePng(imageGrid({ shape, data: Float32Array.from(ordered) }, { columns: COUNT, scale: 2 })),
);
