/**
 * e^x and the functions built on it, against Math's float64 functions on dense grids.
 *
 * Errors are counted in units in the last place of the float32 result: between subnormal numbers, in 2^-149.
 * The bound of each function is the sum of the errors of its steps, rounded up: half a unit for every float32 operation
 * after the last one whose error is scaled down.
 */

import { describe, expect, test } from '@jest/globals';
import { emitExp, emitLog1p, NORMAL_TAIL } from '../../../../../src/tensor/kernels/simd/code/exp.ts';
import { Engine } from '../../../../../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../../../../../src/tensor/kernels/simd/kernels.ts';
import { UNIT_ROUNDOFF as u, unitsOff } from '../../../../helpers/bounds.ts';
import { runEmitted } from '../../../../helpers/emitted/runEmitted.ts';
import { fitPolynomial } from '../../../../helpers/naive/fitPolynomial.ts';
import { normalDensity, normalDistribution } from '../../../../helpers/naive/reference.ts';

const { abs, exp, fround, log1p, tanh } = Math;
const { NaN: notANumber, POSITIVE_INFINITY: infinity } = Number;

const simd = createSimdKernels(new Engine());

type Applied = (x: Float32Array) => Float32Array;

const expOf = runEmitted((f, x, y) => emitExp(f, y, x));
const log1pOf = runEmitted((f, x, y) => emitLog1p(f, y, x));

function applied(name: 'sigmoid' | 'tanh' | 'silu' | 'gelu'): Applied {
  return (x) => {
    const y = new Float32Array(x.length);
    simd[name](x.length, x, y);
    return y;
  };
}

/** Evenly spaced numbers from low to high, both included. */
function even(low: number, high: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Numbers of every size down to the smallest subnormal one, of both signs, 64 to each power of two below `high`. */
function everySize(high: number): Float32Array {
  const numbers: number[] = [];
  for (let power = 1; high * power >= 2 ** -149; power /= 2) {
    for (let i = 0; i < 64; i++) numbers.push(high * power * (1 - i / 128), -high * power * (1 - i / 128));
  }
  return Float32Array.from(numbers);
}

interface Error {
  readonly units: number;
  readonly at: number;
}

/** @param absolute - What the error may be beside its units: some functions lose digits on purpose at the far end. */
function worst(
  f: Applied,
  exact: (x: number) => number,
  x: Float32Array,
  absolute: (x: number) => number = () => 0,
): Error {
  const y = f(x);
  let found: Error = { units: 0, at: x[0] };
  for (let i = 0; i < x.length; i++) {
    const units = unitsOff(y[i], exact(x[i]), absolute(x[i]));
    if (!(units <= found.units)) found = { units, at: x[i] };
  }
  return found;
}

const GRID = 200_001;
const sigmoidOf64 = (x: number) => 1 / (1 + exp(-x));

describe('e^x', () => {
  // r is off by a rounding of up to 0.35, the sum 1 + q and the last product are rounded; before that, all is smaller.
  const BOUND = 2;

  test('is within 2 units, over all exponents and between subnormal results', () => {
    expect(worst(expOf, exp, even(-104, 89, GRID)).units).toBeLessThanOrEqual(BOUND);
    expect(worst(expOf, exp, even(-104, -87, GRID)).units).toBeLessThanOrEqual(BOUND);
    expect(worst(expOf, exp, everySize(1)).units).toBeLessThanOrEqual(BOUND);
  });

  test('is 0 below and infinite above what float32 can hold, and 1 at both zeros', () => {
    const x = [-104, -1e30, -infinity, 89, 1e30, infinity, 0, -0, notANumber];
    expect([...expOf(Float32Array.from(x))]).toEqual([
      ...[0, 0, 0, infinity, infinity, infinity, 1, 1, notANumber],
    ]);
  });

  test('the last finite and the last positive results are still there', () => {
    expect(unitsOff(expOf(Float32Array.of(88.72283))[0], exp(fround(88.72283)))).toBeLessThanOrEqual(BOUND);
    expect(expOf(Float32Array.of(-103.9))[0]).toBe(2 ** -149);
  });
});

describe('log(1 + t) for t from 0 to 1', () => {
  test('is within 3 units, however small t is', () => {
    expect(worst(log1pOf, log1p, even(0, 1, GRID)).units).toBeLessThanOrEqual(3);
    const positive = everySize(1).filter((t) => t > 0);
    expect(worst(log1pOf, log1p, positive).units).toBeLessThanOrEqual(3);
  });

  test('is 0 at 0, NaN at NaN', () => {
    expect([...log1pOf(Float32Array.of(0, notANumber))]).toEqual([0, notANumber]);
  });
});

describe('sigmoid', () => {
  // That of e^x, scaled down by its part in 1 + e^x; the sum and the quotient are rounded.
  test('is within 3 units, also where its results are subnormal', () => {
    const f = applied('sigmoid');
    expect(worst(f, sigmoidOf64, even(-104, 89, GRID)).units).toBeLessThanOrEqual(3);
    expect(worst(f, sigmoidOf64, even(-104, -87, GRID)).units).toBeLessThanOrEqual(3);
    expect(worst(f, sigmoidOf64, everySize(20)).units).toBeLessThanOrEqual(3);
  });

  test('has its limits at the ends, 1/2 at both zeros', () => {
    const x = [-infinity, -1e30, -104, 89, infinity, 0, -0, notANumber];
    expect([...applied('sigmoid')(Float32Array.from(x))]).toEqual([0, 0, 0, 1, 1, 0.5, 0.5, notANumber]);
  });
});

describe('tanh', () => {
  test('is within 3 units, however small x is', () => {
    const f = applied('tanh');
    expect(worst(f, tanh, even(-11, 11, GRID)).units).toBeLessThanOrEqual(3);
    expect(worst(f, tanh, even(-1, 1, GRID)).units).toBeLessThanOrEqual(3);
    expect(worst(f, tanh, everySize(16)).units).toBeLessThanOrEqual(3);
  });

  test('is odd to the last bit, zeros included, and never beyond 1', () => {
    const f = applied('tanh');
    const x = Float32Array.of(...even(0, 12, 5000), 1e30, infinity, 2 ** -149);
    const y = f(x);
    expect([...f(x.map((value) => -value))]).toEqual(Array.from(y, (value) => -value));
    expect(y.every((value) => value <= 1)).toBe(true);
    expect([...f(Float32Array.of(-0, infinity, -infinity, notANumber))]).toEqual([-0, 1, -1, notANumber]);
  });
});

describe('silu', () => {
  // Below -87 the sigmoid is subnormal, or 0: it is off by up to a whole 2^-149, of which x makes |x| times as much.
  const ofSubnormal = (x: number) => (x < -87 ? abs(x) * 2 ** -149 : 0);
  const exact = (x: number) => x * sigmoidOf64(x);

  test('is within 3 units, and beside them |x| units of a subnormal sigmoid', () => {
    const f = applied('silu');
    expect(worst(f, exact, even(-120, 89, GRID), ofSubnormal).units).toBeLessThanOrEqual(3);
    expect(worst(f, exact, everySize(20)).units).toBeLessThanOrEqual(3);
  });

  test('is x itself at the far right and -0 at the far left', () => {
    const x = [100, 3e38, infinity, -1000, -3e38, 0, notANumber];
    expect([...applied('silu')(Float32Array.from(x))]).toEqual([
      100,
      fround(3e38),
      infinity,
      -0,
      -0,
      0,
      notANumber,
    ]);
  });
});

describe('gelu', () => {
  // Six roundings of up to u, half a unit to one, and those of r and of the polynomial's terms: 8 units if all had one
  // direction, which is more than should be let through. Seen on these grids and ten times denser ones: 4.2.
  const BOUND = 4.5;
  const exact = (x: number) => x * normalDistribution(x);
  const slope = (x: number) => normalDistribution(x) + x * normalDensity(x);
  const slopes: Applied = (x) => {
    const dX = new Float32Array(x.length);
    simd.geluBackward(x.length, x, new Float32Array(x.length).fill(1), dX);
    return dX;
  };

  test('is within 4.5 units, far to the left and for every size, too', () => {
    const f = applied('gelu');
    expect(worst(f, exact, even(-15, 16, GRID)).units).toBeLessThanOrEqual(BOUND);
    expect(worst(f, exact, even(-14.5, -12.5, GRID)).units).toBeLessThanOrEqual(BOUND);
    expect(worst(f, exact, everySize(16)).units).toBeLessThanOrEqual(BOUND);
  });

  test('has a derivative within 4.5 units, and where it is near 0, 2 u beside them', () => {
    // It is 0 at -0.75, where both terms are 0.23: no digits are left of their difference.
    const nearRoot = (x: number) => (x > -1.5 && x < 0 ? 2 * u : 0);
    expect(worst(slopes, slope, even(-15, 16, GRID), nearRoot).units).toBeLessThanOrEqual(BOUND);
    expect(worst(slopes, slope, even(-14.5, -12.5, GRID)).units).toBeLessThanOrEqual(BOUND);
    expect(worst(slopes, slope, everySize(16), nearRoot).units).toBeLessThanOrEqual(BOUND);
  });

  test('is x itself at the far right and -0 at the far left, with the slopes 1 and 0', () => {
    const x = Float32Array.of(100, 3e38, -15, -1000, -3e38, 0, -0, notANumber);
    expect([...applied('gelu')(x)]).toEqual([100, fround(3e38), -0, -0, -0, 0, -0, notANumber]);
    expect([...slopes(x)]).toEqual([1, 1, 0, 0, 0, 0.5, 0.5, notANumber]);
  });

  test('negative control: 1 + erf has no digits far to the left', () => {
    const plain: Applied = (x) => x.map((value) => value * fround(1 - fround(normalDistribution(-value))));
    expect(worst(plain, exact, even(-4, -3, 1001)).units).toBeGreaterThan(1000);
  });

  const { c, end, coefficients } = NORMAL_TAIL;
  const varyingLittle = (s: number) => {
    const a = (c * (1 + s)) / (1 - s);
    return ((a + c) * normalDistribution(-a)) / exp((-a * a) / 2);
  };
  const sOfEnd = (end - c) / (end + c);

  /** The largest relative error of a polynomial with float32 coefficients, in u. */
  function errorOf(polynomial: readonly number[]): number {
    const errors = Array.from(even(-1, sOfEnd, 10_001), (s) => {
      const value = polynomial.reduce((sum, coefficient) => sum * s + fround(coefficient), 0);
      return abs(value / varyingLittle(s) - 1);
    });
    return Math.max(...errors) / u;
  }

  test("the coefficients are those of the guide's method, and off by less than 0.2 u", () => {
    const fitted = fitPolynomial(varyingLittle, -1, sOfEnd, coefficients.length - 1).reverse();
    // Beside 0.45 and more, 1e-9 is a 27th of u.
    fitted.forEach((fit, i) => {
      expect(abs(fit - coefficients[i])).toBeLessThan(1e-9);
    });
    expect(errorOf(coefficients)).toBeLessThan(0.2);
  });

  test('negative control: a coefficient that is off by 1e-7, or one degree less, is outside', () => {
    expect(errorOf(coefficients.map((value, i) => (i === 8 ? value + 1e-7 : value)))).toBeGreaterThan(0.2);
    expect(
      errorOf(fitPolynomial(varyingLittle, -1, sOfEnd, coefficients.length - 2).reverse()),
    ).toBeGreaterThan(0.2);
  });
});

describe('negative controls', () => {
  test('a series that ends one term too early is found', () => {
    // e^x of naive arithmetic: at |r| = ln 2 / 2, the term r^6 / 720 is 2.4e-6, some 30 units.
    const short: Applied = (x) =>
      x.map((value) => {
        const n = Math.round(value / Math.LN2);
        const r = value - n * Math.LN2;
        return (1 + r * (1 + (r / 2) * (1 + (r / 3) * (1 + (r / 4) * (1 + r / 5))))) * 2 ** n;
      });
    expect(worst(short, exp, even(-80, 80, 1001)).units).toBeGreaterThan(20);
  });

  test('a sigmoid of 1 / (1 + e^-x) alone loses its digits where results are subnormal', () => {
    const plain: Applied = (x) => x.map((value) => fround(1 / fround(1 + fround(exp(-value)))));
    expect(worst(plain, sigmoidOf64, even(-100, -87, 1001)).units).toBeGreaterThan(3);
  });

  test('NaN and a wrong infinity are further off than any bound', () => {
    expect(unitsOff(notANumber, 1)).toBe(infinity);
    expect(unitsOff(infinity, 1)).toBe(infinity);
    expect(unitsOff(3e38, infinity)).toBe(infinity);
    expect(unitsOff(1 + 2 ** -23, 1)).toBe(1);
    expect(unitsOff(3 * 2 ** -149, 2 ** -149)).toBe(2);
    expect(unitsOff(notANumber, notANumber)).toBe(0);
  });
});
