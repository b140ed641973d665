/**
 * The built-in data set: digits drawn with a pen that nobody holds, so that a first training run needs no download.
 *
 * Each digit has a few forms (ways of writing it), each a list of points that the pen passes through. Drawing one
 * means: mix two forms, move every point a little, bend, slant and turn the whole, join the points by a smooth curve,
 * fit it into the frame as MNIST does (LeCun, Bottou, Bengio & Haffner, Proc. IEEE 86(11), 1998, section III.A:
 * a box of 20x20 pixels, its centre of mass in the middle of 28x28) and lay ink along it.
 * Only + - * / and square roots are used, which every JavaScript engine rounds alike: same seed, same bytes, everywhere.
 */

import { Random } from '../tensor/random.ts';
import type { NumericArray } from './samples.ts';

const { ceil, floor, max, min, sqrt } = Math;

const SIDE = 28; // pixels
const BOX = 20; // pixels: the longer side of the written digit
const MARGIN = 2; // pixels that stay free at the edge
const CLASSES = 10;

/**
 * The ways of writing each digit, on paper 100 high with y downward. `x,y` is a point of a smooth curve, `|` after it
 * makes it a corner, `/` lifts the pen. Forms in one group have the same number of points, so that any two can be mixed.
 * The number before a group says how common it is.
 */
const FORMS: readonly (readonly [commonness: number, ...forms: string[]][])[] = [
  [
    // 0
    [
      8,
      '38,4 14,18 5,50 14,84 35,98 58,84 66,50 57,16 36,3 24,8',
      '42,2 22,20 12,50 15,82 30,98 48,82 57,48 54,16 40,2 30,10',
      '44,7 14,18 0,52 12,88 40,97 70,84 80,48 66,14 40,3 22,14',
      '48,6 20,12 6,46 12,82 34,99 56,86 66,52 62,22 50,7 44,9',
    ],
  ],
  [
    // 1
    [6, '36,0 35,33 34,66 33,100', '40,0 36,32 32,66 29,100', '35,0 37,33 36,66 32,100'],
    [3, '18,24 31,13 42,0 | 41,35 40,68 39,100', '26,18 36,10 42,0 | 42,33 40,66 37,100'],
    [
      1,
      '16,24 30,14 41,2 | 40,35 39,68 38,98 / 12,99 38,97 66,98',
      '22,20 32,12 40,1 | 40,35 40,68 40,99 / 16,98 40,99 62,96',
    ],
  ],
  [
    // 2
    [
      4,
      '10,24 18,7 38,1 56,12 55,33 38,60 22,78 5,97 | 28,94 50,95 70,96',
      '6,18 22,3 44,3 58,16 52,38 36,62 20,80 4,96 | 26,97 48,98 72,94',
      '14,30 16,10 36,1 52,10 52,30 40,54 24,76 8,98 | 26,92 46,93 66,97',
    ],
    [
      4,
      '12,22 22,6 42,2 58,14 56,38 40,66 24,86 10,95 3,87 14,79 34,88 54,97 72,91',
      '8,18 24,3 46,4 58,20 52,42 38,66 20,88 6,94 2,84 14,80 32,90 50,98 70,96',
      '16,26 20,8 38,1 52,12 52,34 42,62 28,86 14,98 6,90 16,82 34,86 52,92 74,84',
    ],
  ],
  [
    // 3
    [
      5,
      '10,14 28,2 50,8 52,28 38,42 24,46 | 46,52 60,68 50,92 26,99 4,88',
      '6,10 26,1 48,10 48,30 36,42 20,48 | 44,48 58,66 52,88 30,98 8,92',
      '12,18 30,3 54,8 56,26 42,40 28,44 | 50,50 64,70 50,94 24,99 2,84',
    ],
    [
      2,
      '8,12 28,2 50,9 50,28 36,43 22,48 26,52 32,47 52,54 60,72 48,94 24,98 4,86',
      '12,16 30,2 52,10 50,30 36,44 24,46 24,51 32,48 50,52 62,70 54,92 28,100 6,92',
    ],
    [
      1,
      '10,5 34,4 58,3 | 44,22 28,40 | 52,46 62,66 52,90 28,99 4,88',
      '8,3 32,5 56,4 | 42,22 30,38 | 50,42 62,62 54,88 30,99 6,92',
    ],
  ],
  [
    // 4
    [
      4,
      '16,2 12,22 8,42 5,58 | 28,58 50,56 72,54 / 54,4 52,34 49,66 47,100',
      '12,6 8,22 6,40 6,54 | 26,56 46,55 68,50 / 60,2 56,34 52,66 50,100',
      '22,0 16,22 8,42 2,60 | 26,60 50,58 76,58 / 50,12 48,40 46,68 44,98',
    ],
    [
      3,
      '48,2 28,30 5,62 | 38,63 76,60 / 50,3 49,36 48,68 46,100',
      '54,0 32,28 6,56 | 38,58 74,58 / 54,2 52,34 50,68 50,100',
    ],
    [
      2,
      '14,4 8,26 12,46 30,50 48,42 56,24 58,6 | 56,38 52,70 50,100',
      '10,8 6,28 14,44 30,46 46,38 56,22 60,2 | 57,36 52,70 46,100',
    ],
  ],
  [
    // 5
    [
      4,
      '18,4 16,20 12,42 | 30,36 52,44 60,64 50,88 28,99 4,90 / 18,5 40,4 66,1',
      '22,6 18,22 14,44 | 34,40 54,50 58,68 48,90 26,98 6,92 / 20,7 42,6 68,6',
    ],
    [
      3,
      '64,2 42,4 20,5 | 17,22 13,42 | 32,36 54,45 60,66 50,90 28,99 5,90',
      '70,4 46,5 26,4 | 20,22 16,40 | 36,40 52,50 56,70 46,90 24,98 2,94',
    ],
    [
      2,
      '64,4 44,3 26,7 17,24 24,40 42,50 56,67 50,89 28,98 6,90',
      '70,2 48,4 28,6 18,22 20,38 40,46 54,64 48,88 26,98 4,94',
    ],
  ],
  [
    // 6
    [
      5,
      '48,2 30,14 14,38 6,64 12,88 32,99 52,90 58,72 48,57 30,55 14,66 8,78',
      '40,0 26,20 14,42 6,66 10,88 28,99 46,92 54,76 46,62 30,60 14,70 8,80',
      '60,8 40,4 18,26 5,60 12,88 34,98 56,88 62,68 50,52 30,52 14,64 8,74',
      '36,0 24,20 14,42 8,66 14,90 34,98 52,90 56,72 44,60 28,62 18,74 16,84',
    ],
  ],
  [
    // 7
    [
      4,
      '6,10 34,7 64,4 | 52,30 38,62 26,100',
      '4,6 32,6 60,8 | 50,32 40,64 34,100',
      '8,14 34,6 66,2 | 48,28 32,60 20,98',
    ],
    [2, '4,14 18,5 42,6 60,8 62,16 48,42 36,70 28,100', '2,10 18,4 40,7 58,5 60,14 50,40 40,68 36,98'],
    [
      2,
      '6,10 34,7 64,4 | 52,30 38,62 26,100 / 16,54 38,51 62,48',
      '4,8 34,6 62,6 | 52,32 42,64 36,100 / 22,50 44,50 64,46',
    ],
    [1, '8,24 9,8 | 34,7 64,4 | 50,30 38,62 30,100', '4,20 6,6 | 32,8 62,6 | 52,32 42,64 34,100'],
  ],
  [
    // 8
    [
      5,
      '56,16 44,2 22,3 12,20 26,40 46,56 56,78 40,98 16,95 7,78 20,58 42,40 56,22 53,10',
      '54,12 40,1 20,6 14,24 28,42 42,56 50,78 36,98 14,96 8,78 22,58 40,42 54,24 54,8',
      '60,12 46,3 24,4 10,22 24,42 48,54 62,76 44,97 16,96 4,76 20,56 44,40 62,22 62,12',
    ],
    [
      2,
      '34,45 14,34 16,8 36,1 54,12 52,34 33,46 12,60 8,86 30,99 54,88 56,62 34,46 26,43',
      '36,48 18,36 18,10 36,1 52,12 50,34 34,48 14,64 12,88 30,99 50,88 52,64 36,48 28,44',
    ],
  ],
  [
    // 9
    [
      4,
      '56,14 40,2 18,6 7,26 16,46 36,47 52,33 57,10 | 55,40 51,70 47,100',
      '54,10 36,1 16,10 8,30 18,46 36,44 50,30 55,6 | 54,38 53,70 52,100',
      '60,18 46,4 22,4 6,24 14,44 36,48 56,36 62,14 | 56,44 46,72 36,100',
    ],
    [
      3,
      '57,20 44,3 20,6 7,26 18,46 40,46 54,32 57,18 58,46 50,78 32,97 10,92',
      '54,16 40,1 18,8 8,28 18,44 38,44 52,30 56,18 57,44 54,76 40,98 20,96',
    ],
    [
      2,
      '50,8 30,2 10,18 12,40 32,46 50,32 54,10 50,44 42,74 34,100',
      '54,12 34,1 12,14 10,36 30,46 50,34 58,14 56,46 50,74 46,100',
    ],
  ],
];

interface Point {
  readonly x: number;
  readonly y: number;
  /** What the pen does here: go on smoothly, turn sharply, or leave the paper. */
  readonly joint: 'smooth' | 'corner' | 'lift';
}

/** The pen's place and the radius of its tip, in pixels once framed. */
interface Dab {
  x: number;
  y: number;
  radius: number;
  /** 0 to 255. */
  readonly ink: number;
  /** False where the pen comes down: no ink between the dab before and this one. */
  readonly joined: boolean;
}

export interface DigitsOptions {
  /** How many images; a whole number >= 1. */
  readonly count: number;
  /** A whole number from 0 to 2^53 - 1. */
  readonly seed: number;
}

export interface Digits extends NumericArray {
  /** The images: shape `[count, 28, 28]`, 0 for paper, 255 for full ink. */
  readonly data: Uint8Array;
  /** Which digit each image shows, 0 to 9. */
  readonly labels: Uint8Array;
}

/**
 * Draws digits. Each run of ten holds every digit once, in random order. A shorter set is the beginning of a longer
 * one with the same seed. 6,000 take about a quarter of a second.
 *
 * @throws {RangeError} If `count` or `seed` is not as said there.
 */
export function generateDigits({ count, seed }: DigitsOptions): Digits {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`generateDigits: the count is ${count}, expected a whole number >= 1.`);
  }
  const random = new Random(seed);
  const data = new Uint8Array(count * SIDE * SIDE);
  const labels = new Uint8Array(count);
  const tenOfThem = Uint8Array.from({ length: CLASSES }, (_, digit) => digit);
  for (let i = 0; i < count; i++) {
    if (i % CLASSES === 0) random.shuffle(tenOfThem);
    labels[i] = tenOfThem[i % CLASSES];
    drawDigit(labels[i], random, data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  }
  return { shape: [count, SIDE, SIDE], data, dtype: 'u1', labels };
}

function drawDigit(digit: number, random: Random, pixels: Uint8Array): void {
  const form = pickForm(digit, random);
  const dabs = trace(inOneHand(form, random), random);
  frame(dabs, random);
  for (let i = 1; i < dabs.length; i++) {
    if (dabs[i].joined) layInk(dabs[i - 1], dabs[i], pixels);
  }
}

/** Groups of forms by digit, read once. */
const groups = FORMS.map((ofDigit) =>
  ofDigit.map(([commonness, ...forms]) => ({ commonness, forms: forms.map(parseForm) })),
);

function parseForm(text: string): Point[] {
  return [...text.matchAll(/(\d+),(\d+)(?: ([|/]))?/g)].map(([, x, y, mark]) => ({
    x: Number(x) / 100,
    y: Number(y) / 100,
    joint: mark === '|' ? 'corner' : mark === '/' ? 'lift' : 'smooth',
  }));
}

/** A form between two of the same group, or a little beyond one of them. */
function pickForm(digit: number, random: Random): Point[] {
  const ofDigit = groups[digit];
  let ticket = random.uniform() * ofDigit.reduce((sum, { commonness }) => sum + commonness, 0);
  const group = ofDigit.find(({ commonness }) => (ticket -= commonness) < 0) ?? ofDigit[0];
  const a = group.forms[random.integer(group.forms.length)];
  const b = group.forms[random.integer(group.forms.length)];
  const share = random.uniform(-0.2, 1.2);
  return a.map((p, i) => ({
    x: p.x + share * (b[i].x - p.x),
    y: p.y + share * (b[i].y - p.y),
    joint: p.joint,
  }));
}

/** About normal with mean 0 and standard deviation 1, never beyond 3: the sum of three numbers from (-1, 1). */
function bell(random: Random): number {
  return random.uniform(-1, 1) + random.uniform(-1, 1) + random.uniform(-1, 1);
}

/** The pen comes down a little early or late, and so it is lifted: loops stay open, lines cross. */
function unsureEnds(form: readonly Point[], random: Random): Point[] {
  return form.map((p, i) => {
    const first = i === 0 || form[i - 1].joint === 'lift';
    const last = i + 1 === form.length || p.joint === 'lift';
    if (!first && !last) return p;
    const inner = form[first ? i + 1 : i - 1];
    const reach = 0.22 * bell(random);
    return { x: p.x + reach * (p.x - inner.x), y: p.y + reach * (p.y - inner.y), joint: p.joint };
  });
}

/** How far each term of the bend goes: uv, v^2, v^3 and u^2 sideways, then uv, v^2, u^2 and v^3 up or down. */
const BENDS = [0.14, 0.07, 0.08, 0.08, 0.08, 0.13, 0.1, 0.06];

/** The form in one writer's hand: unsteady points, then a smooth bend, a slant and a turn of the whole. */
function inOneHand(form: readonly Point[], random: Random): Point[] {
  const care = random.uniform();
  const unsteadiness = 0.015 + 0.05 * care * care * care; // most hands are steady, a few are not
  const bend = BENDS.map((strength) => strength * bell(random));
  const wide = 1 + 0.16 * bell(random);
  const slant = 0.1 + 0.2 * bell(random);
  const halfTurn = 0.04 * bell(random); // the tangent of half the angle
  const cosine = (1 - halfTurn * halfTurn) / (1 + halfTurn * halfTurn);
  const sine = (2 * halfTurn) / (1 + halfTurn * halfTurn);
  return unsureEnds(form, random).map((p) => {
    const u = 2 * p.x - 0.7 + unsteadiness * bell(random); // about -0.7 to 0.7
    const v = 2 * p.y - 1 + unsteadiness * bell(random); // -1 to 1
    const x = u + bend[0] * u * v + bend[1] * v * v + bend[2] * v * v * v + bend[3] * u * u;
    const y = v + bend[4] * u * v + bend[5] * v * v + bend[6] * u * u + bend[7] * v * v * v;
    const slanted = wide * x - slant * y;
    return { x: cosine * slanted - sine * y, y: sine * slanted + cosine * y, joint: p.joint };
  });
}

/** How hard the pen is pressed at each point: the tip's radius, and the ink that it leaves. */
function press(points: readonly Point[], random: Random): { radius: number; ink: number }[] {
  const tip = max(0.7, 1.28 + 0.32 * bell(random));
  const dryness = 0.4 * random.uniform() * random.uniform() * random.uniform();
  return points.map(() => {
    return { radius: tip * (1 + 0.13 * bell(random)), ink: 255 * (1 - dryness * random.uniform()) };
  });
}

/**
 * The pen's way: a Catmull-Rom curve (Catmull & Rom, Computer Aided Geometric Design, 1974) through the points,
 * broken at corners and where the pen is lifted.
 */
function trace(points: readonly Point[], random: Random): Dab[] {
  const STEPS = 7; // dabs from one point to the next
  const pressure = press(points, random);
  const dabs: Dab[] = [];
  for (let i = 0; i < points.length; i++) {
    const from = points[i];
    const starts = i === 0 || points[i - 1].joint === 'lift';
    if (starts) dabs.push({ x: from.x, y: from.y, ...pressure[i], joined: false });
    if (from.joint === 'lift' || i + 1 === points.length) continue;
    const to = points[i + 1];
    const before = starts || from.joint === 'corner' ? from : points[i - 1];
    const after = to.joint === 'smooth' && i + 2 < points.length ? points[i + 2] : to;
    for (let step = 1; step <= STEPS; step++) {
      const t = step / STEPS;
      dabs.push({
        x: catmullRom(before.x, from.x, to.x, after.x, t),
        y: catmullRom(before.y, from.y, to.y, after.y, t),
        radius: pressure[i].radius + t * (pressure[i + 1].radius - pressure[i].radius),
        ink: pressure[i].ink + t * (pressure[i + 1].ink - pressure[i].ink),
        joined: true,
      });
    }
  }
  return dabs;
}

function catmullRom(before: number, from: number, to: number, after: number, t: number): number {
  const a = 3 * (from - to) + after - before;
  const b = 2 * before - 5 * from + 4 * to - after;
  return from + 0.5 * t * (to - before + t * (b + t * a));
}

/** Scales the writing to the box and puts its centre of mass near the middle of the image, in pixels. */
function frame(dabs: Dab[], random: Random): void {
  let [left, right, top, bottom, reach] = [Infinity, -Infinity, Infinity, -Infinity, 0];
  for (const { x, y, radius } of dabs) {
    reach = max(reach, radius); // of the ink beyond the pen's way
    left = min(left, x);
    right = max(right, x);
    top = min(top, y);
    bottom = max(bottom, y);
  }
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let i = 1; i < dabs.length; i++) {
    if (!dabs[i].joined) continue;
    const [a, b] = [dabs[i - 1], dabs[i]];
    const length = sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
    mass += length;
    sumX += (length * (a.x + b.x)) / 2;
    sumY += (length * (a.y + b.y)) / 2;
  }
  const scale = ((BOX - 2 * reach) * (1 + 0.04 * bell(random))) / max(right - left, bottom - top);
  // The centre of mass goes to the middle, give or take a little, but never so far that ink would touch the edge.
  const shift = (low: number, high: number, centre: number): number => {
    const wanted = SIDE / 2 + 0.3 * bell(random) - scale * centre;
    return max(MARGIN + reach - scale * low, min(SIDE - MARGIN - reach - scale * high, wanted));
  };
  const shiftX = shift(left, right, sumX / mass);
  const shiftY = shift(top, bottom, sumY / mass);
  for (const dab of dabs) {
    dab.x = scale * dab.x + shiftX;
    dab.y = scale * dab.y + shiftY;
  }
}

/** Lays ink from `a` to `b`: the less, the farther a pixel lies from that line. Lines that cross don't add up. */
function layInk(a: Dab, b: Dab, pixels: Uint8Array): void {
  const SOFT = 1.3; // pixels from full ink to none: a scanner's edge
  const reach = max(a.radius, b.radius) + SOFT / 2;
  const alongX = b.x - a.x;
  const alongY = b.y - a.y;
  const squared = alongX * alongX + alongY * alongY || 1;
  const x0 = max(0, ceil(min(a.x, b.x) - reach - 0.5));
  const x1 = min(SIDE - 1, floor(max(a.x, b.x) + reach - 0.5));
  const y0 = max(0, ceil(min(a.y, b.y) - reach - 0.5));
  const y1 = min(SIDE - 1, floor(max(a.y, b.y) + reach - 0.5));
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const dx = x + 0.5 - a.x;
      const dy = y + 0.5 - a.y;
      const t = max(0, min(1, (dx * alongX + dy * alongY) / squared));
      const ex = dx - t * alongX;
      const ey = dy - t * alongY;
      const inside = a.radius + t * (b.radius - a.radius) - sqrt(ex * ex + ey * ey);
      const cover = max(0, min(1, 0.5 + inside / SOFT));
      // A smooth step across the tip's edge.
      const value = b.ink * cover * cover * (3 - 2 * cover);
      if (value > pixels[y * SIDE + x]) pixels[y * SIDE + x] = value;
    }
  }
}
