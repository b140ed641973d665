/**
 * The built-in data set: digits drawn by a program, so that a first training run needs no download.
 *
 * Each digit has a few forms (ways of writing it), each a list of points that the pen passes through. To draw one, two
 * forms are mixed, every point is moved a little, the whole is bent, slanted and turned, a smooth curve joins the points,
 * it is fitted into the frame as in MNIST (LeCun, Bottou, Bengio & Haffner, Proc. IEEE 86(11), 1998, section III.A: a box
 * of 20x20 pixels, its centre of mass in the middle of 28x28), and ink is laid along it.
 * Only + - * / and square roots are used, which every JavaScript engine rounds alike: same seed, same bytes, everywhere.
 */

import { type OptionNames, requireInteger, requireOptions } from '../tensor/options.ts';
import { Random } from '../tensor/random.ts';
import { FORMS } from './digitForms.ts';
import type { NumericArray } from './samples.ts';

const { ceil, floor, max, min, sqrt } = Math;

const SIDE = 28; // pixels
const BOX = 20; // pixels: the longer side of the written digit
const MARGIN = 2; // pixels without ink at the edge
const CLASSES = 10;

interface Point {
  readonly x: number;
  readonly y: number;
  /** What the pen does here: go on smoothly, turn sharply, or leave the paper. */
  readonly joint: 'smooth' | 'corner' | 'lift';
}

/** A point of the pen's way, with the radius of its tip there. In pixels after `frame`. */
interface Dab {
  x: number;
  y: number;
  radius: number;
  /** 0 to 255. */
  readonly ink: number;
  /** Whether there is ink between the dab before and this one: not where the pen comes down. */
  readonly joined: boolean;
}

/** Options of {@link generateDigits}. */
export interface DigitsOptions {
  /** How many images; an integer >= 1. */
  readonly count: number;
  /** An integer from 0 to 2^53 - 1. */
  readonly seed: number;
}

const OPTIONS: OptionNames<DigitsOptions> = { count: true, seed: true };

/** Drawn digits: gray images, and which digit each is. */
export interface Digits extends NumericArray {
  /** The images: shape `[count, 28, 28]`, 0 for paper, 255 for full ink. */
  readonly data: Uint8Array;
  /** Which digit each image shows, 0 to 9. */
  readonly labels: Uint8Array;
}

/**
 * Draws digits. Each ten images in a row show every digit once, in random order. A shorter set is the beginning of a
 * longer one with the same seed. Drawing 6,000 takes about a quarter of a second.
 *
 * @returns Shape `[count, 28, 28]`, uint8, together with their labels.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If `count` or `seed` is not an integer in its range.
 * @example
 * const { shape, labels } = generateDigits({ count: 10, seed: 1 });
 * shape; // [10, 28, 28]
 * labels.length; // 10
 */
export function generateDigits(options: DigitsOptions): Digits {
  requireOptions('generateDigits', options, OPTIONS);
  const { count, seed } = options;
  requireInteger('generateDigits', 'the count', count, 1);
  const random = new Random(seed);
  const data = new Uint8Array(count * SIDE * SIDE);
  const labels = new Uint8Array(count);
  const allDigits = Uint8Array.from({ length: CLASSES }, (_, digit) => digit);
  for (let i = 0; i < count; i++) {
    if (i % CLASSES === 0) random.shuffle(allDigits);
    labels[i] = allDigits[i % CLASSES];
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

const readForms = () =>
  FORMS.map((ofDigit) =>
    ofDigit.map(([commonness, ...forms]) => ({ commonness, forms: forms.map(parseForm) })),
  );

/** Groups of forms by digit, read at the first digit: programs without digits start faster. */
let groups: ReturnType<typeof readForms> | undefined;

function parseForm(text: string): Point[] {
  return [...text.matchAll(/(\d+),(\d+)(?: ([|/]))?/g)].map(([, x, y, mark]) => ({
    x: Number(x) / 100,
    y: Number(y) / 100,
    joint: mark === '|' ? 'corner' : mark === '/' ? 'lift' : 'smooth',
  }));
}

/** A mixture of two forms of one group, which may go a little beyond either. */
function pickForm(digit: number, random: Random): Point[] {
  groups ??= readForms();
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

/** Moves both ends of each stroke: the pen comes down and is lifted a little early or late, so loops stay open, lines cross. */
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

/** The strength of each term of the bend: uv, v^2, v^3 and u^2 sideways, then uv, v^2, u^2 and v^3 up or down. */
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
    reach = max(reach, radius); // how far ink goes beyond the pen's way
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
  // The centre of mass goes near the middle, but not so far that ink would reach the margin.
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

/** Lays ink along the line from `a` to `b`, less of it the farther a pixel lies from the line. Where lines cross, it does not add up. */
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
