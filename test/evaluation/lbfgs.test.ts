import { describe, expect, test } from '@jest/globals';
import { minimize, type Objective } from '../../src/evaluation/lbfgs.ts';

const options = { tolerance: 1e-8, maxIterations: 500 };

/** Σ c_i (x_i - i)², with curvatures from 1 to 100. */
const valley: Objective = (x, gradient) => {
  let value = 0;
  for (let i = 0; i < x.length; i++) {
    const curvature = 10 ** ((2 * i) / (x.length - 1));
    value += curvature * (x[i] - i) ** 2;
    gradient[i] = 2 * curvature * (x[i] - i);
  }
  return value;
};

/** Rosenbrock's function: minimum 0 at (1, 1), along a curved valley. */
const banana: Objective = ([x, y], gradient) => {
  gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
  gradient[1] = 200 * (y - x * x);
  return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
};

describe('minimize', () => {
  test('finds the minimum of a narrow valley', () => {
    const { x, value, converged, iterations } = minimize(valley, new Float64Array(20), options);
    expect(converged).toBe(true);
    expect(iterations).toBeLessThan(100);
    x.forEach((component, i) => {
      expect(component).toBeCloseTo(i, 7);
    });
    expect(value).toBeLessThan(1e-15);
  });

  test('follows a curved valley', () => {
    const start = Float64Array.of(-1.2, 1);
    const { x, converged } = minimize(banana, start, options);
    expect(converged).toBe(true);
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(1, 6);
    expect(Array.from(start)).toEqual([-1.2, 1]);
  });

  test('takes no step from a minimum', () => {
    expect(minimize(banana, Float64Array.of(1, 1), options)).toMatchObject({
      iterations: 0,
      converged: true,
    });
  });

  test('reports that there were not enough iterations', () => {
    const few = minimize(banana, Float64Array.of(-1.2, 1), { ...options, maxIterations: 3 });
    expect(few).toMatchObject({ iterations: 3, converged: false });
  });

  test('does not report convergence if the gradient is wrong', () => {
    const wrong: Objective = (x, gradient) => {
      const value = valley(x, gradient);
      for (let i = 0; i < x.length; i++) gradient[i] *= -1;
      return value;
    };
    expect(minimize(wrong, new Float64Array(5), options)).toMatchObject({ converged: false });
  });
});
