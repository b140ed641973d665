/** The SIMD kernels behind the interface that all sets share. Read ../kernels.ts and engine.ts first. */

import type { Kernels, KernelsName } from '../kernels.ts';
import { createCapture } from './capture.ts';
import {
  type Arrays,
  CHUNK,
  type ElementwiseCode,
  type ReductionCode,
  type Scalars,
} from './code/elementwise.ts';
import { NEXT_SLOT } from './code/kernelCode.ts';
import { KERNELS, type Numbered } from './code/module.ts';
import type { Engine } from './engine.ts';
import { createGather } from './gather.ts';
import { createInnerLoopChoice, createProducts } from './products.ts';
import type { Access } from './recording.ts';
import { Staging } from './staging.ts';

// Rough times in nanoseconds: they decide how many threads compute, never what is computed.
const NS_PER_ELEMENT = 0.2;
const NS_PER_EXPONENTIAL = 1;
const NS_PER_STEP_OF_ADAM = 0.6;

const COLUMNS_PER_PIECE = 64;

/** Of float32: 2 ** -126. */
const SMALLEST_NORMAL = 2 ** -126;

const NONE = [] as const;

/** One value for each of a kernel's arrays, or of its scalars: a missing one does not compile. */
type Each<Names extends readonly unknown[], Value> = readonly Value[] & {
  readonly [I in keyof Names]: Value;
};

/** What a kernel of n elements does with its arrays. A reduction keeps its pieces: the order of its sum depends on them. */
function access(
  { slots, firstWritten, isReduction, number }: ElementwiseCode<Arrays, Scalars> & Numbered,
  n: number,
  arrays: readonly Float32Array[],
): Access {
  return {
    reads: arrays.slice(0, firstWritten),
    readsWhole: [],
    writes: arrays.slice(firstWritten),
    isZero: number === KERNELS.zero.number,
    rowCut: isReduction
      ? undefined
      : {
          rows: undefined,
          apply: (given, rowsPerPiece, rows) => {
            given[slots.perPiece] = (n / rows) * rowsPerPiece;
          },
        },
  };
}

/** How element-by-element kernels are run. */
function createRunners(engine: Engine, staging: Staging) {
  const { memory } = engine;

  /** Runs a kernel on arrays of n elements. Its arguments lie in this order: n, the arrays, the scalars. */
  function elementwise<A extends Arrays, S extends Scalars>(
    kernel: ElementwiseCode<A, S> & Numbered,
    n: number,
    arrays: Each<NoInfer<A>, Float32Array>,
    scalars: Each<NoInfer<S>, number>,
    nsPerElement = NS_PER_ELEMENT,
  ): void {
    const { ints, floats } = engine;
    staging.begin(arrays);
    ints[kernel.slots.n] = n;
    let slot = kernel.slots.perPiece;
    ints[slot] = CHUNK;
    for (let i = 0; i < arrays.length; i++) ints[(slot += NEXT_SLOT)] = staging.place(arrays[i]);
    for (let i = 0; i < scalars.length; i++) floats[(slot += NEXT_SLOT)] = scalars[i];
    engine.run(kernel.number, Math.ceil(n / CHUNK), n * nsPerElement);
    engine.recording?.add(access(kernel, n, arrays));
    staging.end(arrays, kernel.firstWritten);
  }

  /** Runs a reduction: returns what `finish` makes of the sums of its pieces, added in their order. */
  function reduction<A extends Arrays, S extends Scalars>(
    kernel: ReductionCode<A, S> & Numbered,
    n: number,
    arrays: Each<NoInfer<A>, Float32Array>,
    scalars: Each<NoInfer<S>, number>,
    finish: (sum: number) => number,
  ): number {
    const pieces = Math.ceil(n / CHUNK);
    const { recording } = engine;
    const own = recording?.allocate(2 * pieces);
    const partials = own?.byteOffset ?? memory.workspace(8 * pieces);
    engine.ints[kernel.slots.partials] = partials;
    elementwise(kernel, n, arrays, scalars);
    const total = () => {
      const { doubles } = memory;
      let sum = 0;
      for (let piece = 0; piece < pieces; piece++) sum += doubles[partials / 8 + piece];
      return finish(sum);
    };
    recording?.addResult(total);
    return total();
  }

  return { elementwise, reduction };
}

export function createSimdKernels(engine: Engine, name: KernelsName = 'simd'): Kernels {
  const { memory } = engine;
  const staging = new Staging(memory);
  const { elementwise, reduction } = createRunners(engine, staging);
  const innerLoop = createInnerLoopChoice(engine);

  const loss =
    (kernel: typeof KERNELS.meanSquaredError, factor: number): Kernels['meanSquaredError'] =>
    (n, prediction, target, dPrediction) =>
      reduction(kernel, n, [prediction, target, dPrediction], [factor / n], (sum) => sum / n);

  const addColumnSums: Kernels['addColumnSums'] = (m, n, x, sums) => {
    const { ints } = engine;
    const { slots } = KERNELS.addColumnSums;
    const arrays = [x, sums];
    staging.begin(arrays);
    ints[slots.m] = m;
    ints[slots.n] = n;
    ints[slots.x] = staging.place(x);
    ints[slots.sums] = staging.place(sums);
    ints[slots.accumulate] = 1;
    ints[slots.columnsPerPiece] = COLUMNS_PER_PIECE;
    engine.run(KERNELS.addColumnSums.number, Math.ceil(n / COLUMNS_PER_PIECE), m * n * NS_PER_ELEMENT);
    engine.recording?.add({
      reads: [],
      readsWhole: [x],
      writes: [sums],
      overwrite: (given) => {
        given[slots.accumulate] = 0;
      },
    });
    staging.end(arrays, 1);
  };

  return {
    name,
    memory,
    capture: createCapture(engine, innerLoop),
    ...createProducts(engine, staging, innerLoop),
    gather: createGather(engine),
    addColumnSums,

    relu: (n, x, y) => elementwise(KERNELS.relu, n, [x, y], NONE),
    reluBackward: (n, y, dY, dX) => elementwise(KERNELS.reluBackward, n, [y, dY, dX], NONE),
    leakyRelu: (n, slope, x, y) => elementwise(KERNELS.leakyRelu, n, [x, y], [slope]),
    leakyReluBackward: (n, slope, y, dY, dX) =>
      elementwise(KERNELS.leakyReluBackward, n, [y, dY, dX], [slope]),
    sigmoid: (n, x, y) => elementwise(KERNELS.sigmoid, n, [x, y], NONE, NS_PER_EXPONENTIAL),
    sigmoidBackward: (n, y, dY, dX) => elementwise(KERNELS.sigmoidBackward, n, [y, dY, dX], NONE),
    tanh: (n, x, y) => elementwise(KERNELS.tanh, n, [x, y], NONE, NS_PER_EXPONENTIAL),
    tanhBackward: (n, y, dY, dX) => elementwise(KERNELS.tanhBackward, n, [y, dY, dX], NONE),
    silu: (n, x, y) => elementwise(KERNELS.silu, n, [x, y], NONE, NS_PER_EXPONENTIAL),
    siluBackward: (n, x, dY, dX) =>
      elementwise(KERNELS.siluBackward, n, [x, dY, dX], NONE, NS_PER_EXPONENTIAL),
    gelu: (n, x, y) => elementwise(KERNELS.gelu, n, [x, y], NONE, NS_PER_EXPONENTIAL),
    geluBackward: (n, x, dY, dX) =>
      elementwise(KERNELS.geluBackward, n, [x, dY, dX], NONE, NS_PER_EXPONENTIAL),

    meanSquaredError: loss(KERNELS.meanSquaredError, 2),
    meanAbsoluteError: loss(KERNELS.meanAbsoluteError, 1),
    binaryCrossEntropy: loss(KERNELS.binaryCrossEntropy, 1),

    sgd: (n, learningRate, gradient, value) => elementwise(KERNELS.sgd, n, [gradient, value], [learningRate]),
    momentum: (n, learningRate, mu, isNesterov, gradient, velocity, value) => {
      const kernel = isNesterov ? KERNELS.nesterov : KERNELS.momentum;
      elementwise(kernel, n, [gradient, velocity, value], [learningRate, mu, SMALLEST_NORMAL]);
    },
    adam: (n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value) => {
      const scalars = [
        stepSize,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        epsilon,
        decay,
        SMALLEST_NORMAL,
      ] as const;
      elementwise(KERNELS.adam, n, [gradient, m, v, value], scalars, NS_PER_STEP_OF_ADAM);
    },
    zero: (n, x) => elementwise(KERNELS.zero, n, [x], NONE),
    sumOfSquares: (n, x) => reduction(KERNELS.sumOfSquares, n, [x], NONE, (sum) => sum),
    scale: (n, factor, x) => elementwise(KERNELS.scale, n, [x], [factor]),
  };
}
