/** The SIMD kernels behind the interface that all sets share. Read ../kernels.ts and engine.ts first. */

import type { Kernels } from '../kernels.ts';
import { CHUNK } from './code/elementwise.ts';
import { type Engine, NUMBERS } from './engine.ts';
import { createGather } from './gather.ts';
import { createProducts } from './products.ts';
import { Staging } from './staging.ts';

// About how long a number takes, in nanoseconds: it decides who computes, never what is computed.
const NS_PER_NUMBER = 0.2;
const NS_PER_EXPONENTIAL = 1;
const NS_PER_STEP_OF_ADAM = 0.6;

const NONE: readonly number[] = [];

export function createSimdKernels(engine: Engine): Kernels {
  const { memory } = engine;
  const staging = new Staging(memory);

  /** Arguments: n, the arrays, the scalars. The arrays from `written` on are written. */
  function elementwise(
    kernel: number,
    n: number,
    arrays: readonly Float32Array[],
    written: number,
    scalars = NONE,
    nsPerNumber = NS_PER_NUMBER,
  ): void {
    const { ints, floats } = engine;
    staging.begin(arrays);
    ints[0] = n;
    let slot = 2;
    for (let i = 0; i < arrays.length; i++, slot += 2) ints[slot] = staging.place(arrays[i]);
    for (let i = 0; i < scalars.length; i++, slot += 2) floats[slot] = scalars[i];
    engine.run(kernel, Math.ceil(n / CHUNK), n * nsPerNumber);
    staging.end(arrays, written);
  }

  /** The same with an address for the pieces' sums behind the scalars; returns their sum, in their order. */
  function reduction(
    kernel: number,
    n: number,
    arrays: readonly Float32Array[],
    written: number,
    scalars = NONE,
  ): number {
    const pieces = Math.ceil(n / CHUNK);
    const partials = memory.workspace(8 * pieces);
    engine.ints[2 * (1 + arrays.length + scalars.length)] = partials;
    elementwise(kernel, n, arrays, written, scalars);
    const { doubles } = memory;
    let sum = 0;
    for (let piece = 0; piece < pieces; piece++) sum += doubles[partials / 8 + piece];
    return sum;
  }

  const loss =
    (kernel: number, factor: number): Kernels['meanSquaredError'] =>
    (n, prediction, target, dPrediction) =>
      reduction(kernel, n, [prediction, target, dPrediction], 2, [factor / n]) / n;

  return {
    name: 'simd',
    memory,
    ...createProducts(engine, staging),
    gather: createGather(engine),

    addColumnSums(m, n, x, sums) {
      const { ints } = engine;
      const arrays = [x, sums];
      const columnsPerPiece = 64;
      staging.begin(arrays);
      ints[0] = m;
      ints[2] = n;
      ints[4] = staging.place(x);
      ints[6] = staging.place(sums);
      ints[8] = columnsPerPiece;
      engine.run(NUMBERS.addColumnSums, Math.ceil(n / columnsPerPiece), m * n * NS_PER_NUMBER);
      staging.end(arrays, 1);
    },

    relu: (n, x, y) => elementwise(NUMBERS.relu, n, [x, y], 1),
    reluBackward: (n, y, dY, dX) => elementwise(NUMBERS.reluBackward, n, [y, dY, dX], 2),
    leakyRelu: (n, slope, x, y) => elementwise(NUMBERS.leakyRelu, n, [x, y], 1, [slope]),
    leakyReluBackward: (n, slope, y, dY, dX) =>
      elementwise(NUMBERS.leakyReluBackward, n, [y, dY, dX], 2, [slope]),
    sigmoid: (n, x, y) => elementwise(NUMBERS.sigmoid, n, [x, y], 1, NONE, NS_PER_EXPONENTIAL),
    sigmoidBackward: (n, y, dY, dX) => elementwise(NUMBERS.sigmoidBackward, n, [y, dY, dX], 2),
    tanh: (n, x, y) => elementwise(NUMBERS.tanh, n, [x, y], 1, NONE, NS_PER_EXPONENTIAL),
    tanhBackward: (n, y, dY, dX) => elementwise(NUMBERS.tanhBackward, n, [y, dY, dX], 2),
    silu: (n, x, y) => elementwise(NUMBERS.silu, n, [x, y], 1, NONE, NS_PER_EXPONENTIAL),
    siluBackward: (n, x, dY, dX) =>
      elementwise(NUMBERS.siluBackward, n, [x, dY, dX], 2, NONE, NS_PER_EXPONENTIAL),

    meanSquaredError: loss(NUMBERS.meanSquaredError, 2),
    meanAbsoluteError: loss(NUMBERS.meanAbsoluteError, 1),
    binaryCrossEntropy: loss(NUMBERS.binaryCrossEntropy, 1),

    sgd: (n, learningRate, gradient, value) =>
      elementwise(NUMBERS.sgd, n, [gradient, value], 1, [learningRate]),
    momentum: (n, learningRate, mu, isNesterov, gradient, velocity, value) => {
      const kernel = isNesterov ? NUMBERS.nesterov : NUMBERS.momentum;
      elementwise(kernel, n, [gradient, velocity, value], 1, [learningRate, mu]);
    },
    adam: (n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value) => {
      const scalars = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, decay];
      elementwise(NUMBERS.adam, n, [gradient, m, v, value], 1, scalars, NS_PER_STEP_OF_ADAM);
    },
    zero: (n, x) => elementwise(NUMBERS.zero, n, [x], 0),
    sumOfSquares: (n, x) => reduction(NUMBERS.sumOfSquares, n, [x], 1),
    scale: (n, factor, x) => elementwise(NUMBERS.scale, n, [x], 0, [factor]),
  };
}
