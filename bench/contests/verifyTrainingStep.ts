/**
 * Whether a training step with a set of kernels is right: compared with naive's stage by stage.
 *
 * Every layer, the loss and the optimizer get the same input as naive's, namely what the tested kernels made of the
 * stage before, and the outputs must agree within the rounding of that one stage. To compare only the ends would prove
 * little: a bound for twelve products in a row allows more than the values themselves, and Adam's first step goes by
 * the sign of a gradient, which rounding may flip where it is nearly zero.
 */

import type { Kernels } from '../../src/tensor/kernels/kernels.ts';
import { naive } from '../../src/tensor/kernels/naive.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { Training } from './training.ts';
import { requireClose, requireEqual } from './verify.ts';

interface Stages {
  /** For messages. */
  readonly who: string;
  readonly tested: Training;
  readonly expected: Training;
  /** The same layers with |weights|: on |x| they give |A| · |B| of every product. ReLU changes nothing there. */
  readonly magnitude: Training;
}

/**
 * @param create - Makes the same new training for any set of kernels.
 * @throws {VerificationError} At the first stage that is off.
 */
export function verifyTrainingStep(set: Kernels, create: (set: Kernels) => Training): void {
  const who = `training step, ${set.name}`;
  const stages = { who, tested: create(set), expected: create(naive), magnitude: create(naive) };
  const { tested, expected, magnitude } = stages;
  // Not the first weights: there all biases are zero, which hides errors.
  const random = new Random(2);
  const start = tested.parameters.values.map((value) => value + random.uniform(-0.1, 0.1));
  tested.parameters.values.set(start);
  expected.parameters.values.set(start);
  magnitude.parameters.values.set(start.map(Math.abs));

  const [x] = tested.batches;
  const prediction = verifyForward(stages, x);
  const { loss, gradient } = verifyLoss(stages, prediction, x);
  verifyBackward(stages, gradient);
  const end = verifyOptimizer(stages);

  // What is timed is the same stages in one go: same bits.
  const timed = create(set);
  timed.parameters.values.set(start);
  requireEqual(`${who}, loss of the step in one go`, [timed.step()], [loss]);
  requireEqual(`${who}, parameters after the step in one go`, timed.parameters.values, end);
}

/** Returns the prediction. */
function verifyForward({ who, tested, expected, magnitude }: Stages, x: Tensor): Tensor {
  let input = x;
  for (const [i, layer] of tested.layers.entries()) {
    expected.prepare();
    const y = expected.layers[i].forward(input);
    const absolute = magnitude.layers[i].forward(absoluteOf(input));
    tested.prepare();
    const output = layer.forward(input);
    // k + 1 roundings of the tested kernels, one of naive's result, one of the magnitude: here and below.
    requireClose(`${who}, forward of layer ${i}`, output.data, y.data, absolute.data, input.shape[1] + 3);
    input = output;
  }
  return input;
}

function verifyLoss(
  { who, tested, expected }: Stages,
  prediction: Tensor,
  target: Tensor,
): { loss: number; gradient: Tensor } {
  expected.prepare();
  const exact = expected.loss.forward(prediction, target);
  tested.prepare();
  const loss = tested.loss.forward(prediction, target);
  // Squares don't cancel, so the sum is its own magnitude. Each is rounded twice, summed over n, divided.
  requireClose(`${who}, loss`, [loss], [exact], [exact], prediction.size + 4);
  const gradient = tested.loss.backward();
  const dPrediction = expected.loss.backward().data;
  // Difference, product and quotient, rounded once each, and naive's result once.
  requireClose(`${who}, gradient of the loss`, gradient.data, dPrediction, dPrediction.map(Math.abs), 4);
  return { loss, gradient };
}

/** Checks dX of every layer, then all gradients of parameters. */
function verifyBackward({ who, tested, expected, magnitude }: Stages, gradient: Tensor): void {
  const [batch] = gradient.shape;
  let dY = gradient;
  for (let i = tested.layers.length - 1; i > 0; i--) {
    expected.prepare();
    const dX = expected.layers[i].backward(dY);
    const absolute = magnitude.layers[i].backward(absoluteOf(dY));
    tested.prepare();
    const got = tested.layers[i].backward(dY);
    requireClose(`${who}, backward of layer ${i}`, got.data, dX.data, absolute.data, dY.shape[1] + 3);
    dY = got;
  }
  expected.prepare();
  expected.layers[0].backwardParameters(dY);
  magnitude.layers[0].backwardParameters(absoluteOf(dY));
  tested.prepare();
  tested.layers[0].backwardParameters(dY);
  requireClose(
    `${who}, gradients of the parameters`,
    tested.parameters.gradients,
    expected.parameters.gradients,
    magnitude.parameters.gradients,
    batch + 3,
  );
}

/** Returns the parameters after the first of two steps. The second reads the moments that the first one left. */
function verifyOptimizer({ who, tested, expected }: Stages): Float32Array {
  const values = tested.parameters.values;
  expected.parameters.gradients.set(tested.parameters.gradients);
  const ends = [1, 2].map((step) => {
    // A step is no longer than about the learning rate, and takes some ten operations.
    const magnitude = values.map((value) => Math.abs(value) + 2 * tested.optimizer.learningRate);
    expected.prepare();
    expected.optimizer.step(expected.parameters);
    tested.prepare();
    tested.optimizer.step(tested.parameters);
    requireClose(`${who}, step ${step} of Adam`, values, expected.parameters.values, magnitude, 16);
    return values.slice();
  });
  return ends[0];
}

function absoluteOf(x: Tensor): Tensor {
  return new Tensor(x.data.map(Math.abs), x.shape);
}
