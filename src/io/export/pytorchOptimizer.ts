/**
 * An optimizer's state for PyTorch and back: its tensors under their parameters' names, the rest in the metadata. Read
 * optim/optimizer.ts first.
 *
 * Tensors: `encoder.0.weight.exp_avg` and `.exp_avg_sq` (Adam's m and v), `.momentum_buffer` (SGD's velocity), with the
 * shapes of PyTorch's parameters. Metadata `optimizer`, JSON: `type` (the class in torch.optim), `step`, and `options`,
 * which become the entries of its parameter group: lr, betas, eps, … and clip_norm, which only isthmus knows.
 */

import type { OptimizerState } from '../../optim/optimizer.ts';
import { requireBytes, requireModel } from '../../tensor/options.ts';
import { formatShape, sameShape } from '../../tensor/shape.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { plural } from '../../tensor/words.ts';
import { FormatError } from '../errors.ts';
import { isObject, shown } from '../json.ts';
import type { AnyModel } from '../model.ts';
import { readAsFloat32, writeSafetensors } from '../safetensors.ts';
import { fromPyTorch, shapeInPyTorch, toPyTorch } from './layout.ts';
import { withoutWrappers } from './pytorchWrappers.ts';

/** One optimizer in the words of both sides. Both add epsilon at the same place, after the corrected root. */
interface Dialect {
  readonly name: string;
  readonly type: string;
  /** PyTorch's name of each moment. */
  readonly moments: Readonly<Record<string, string>>;
  readonly toOptions: (settings: Settings) => Record<string, unknown>;
  readonly toSettings: (options: Options) => Settings;
}

type Settings = OptimizerState['settings'];

const ADAM: Dialect = {
  name: 'adam',
  type: 'Adam',
  moments: { m: 'exp_avg', v: 'exp_avg_sq' },
  toOptions: ({ beta1, beta2, epsilon }) => ({ betas: [beta1, beta2], eps: epsilon }),
  toSettings: (options) => {
    options.refuse('amsgrad', 'maximize', 'weight_decay');
    const [beta1, beta2] = options.pair('betas');
    return { beta1, beta2, epsilon: options.number('eps') };
  },
};

const ADAMW: Dialect = {
  ...ADAM,
  name: 'adamw',
  type: 'AdamW',
  toOptions: ({ weightDecay, ...settings }) => ({ ...ADAM.toOptions(settings), weight_decay: weightDecay }),
  toSettings: (options) => {
    options.refuse('amsgrad', 'maximize');
    const [beta1, beta2] = options.pair('betas');
    return { beta1, beta2, epsilon: options.number('eps'), weightDecay: options.number('weight_decay') };
  },
};

const SGD: Dialect = {
  name: 'sgd',
  type: 'SGD',
  moments: { velocity: 'momentum_buffer' },
  toOptions: ({ momentum, nesterov }) => ({ momentum, nesterov }),
  toSettings: (options) => {
    options.refuse('dampening', 'maximize', 'weight_decay');
    return { momentum: options.number('momentum'), nesterov: options.isOn('nesterov') };
  },
};

const DIALECTS = [ADAM, ADAMW, SGD];

/**
 * @throws {RangeError} If PyTorch has no such optimizer, or the moments are those of a network of another size.
 */
export function writePyTorchOptimizer(model: AnyModel, state: OptimizerState): Uint8Array {
  const dialect = DIALECTS.find(({ name }) => name === state.name);
  if (!dialect) {
    const known = DIALECTS.map(({ name }) => name).join(', ');
    throw new RangeError(`writePyTorch: the state is of '${state.name}', expected one of: ${known}.`);
  }
  const { size } = model.parameters;
  for (const [name, { length }] of Object.entries(state.moments)) {
    if (length !== size) {
      throw new RangeError(
        `writePyTorch: the state's ${name} has ${plural(length, 'number')}, expected the model's ${size}.`,
      );
    }
  }
  const tensors = slots(model).flatMap(({ name, shape, start, end }) =>
    Object.entries(state.moments).map(([moment, values]) => {
      const tensor = toPyTorch(new Tensor(values.slice(start, end), shape));
      return { name: `${name}.${dialect.moments[moment]}`, tensor };
    }),
  );
  const { clipNorm, ...settings } = state.settings;
  const options = {
    lr: state.learningRate,
    ...dialect.toOptions(settings),
    ...(clipNorm !== undefined && { clip_norm: clipNorm }),
  };
  const optimizer = JSON.stringify({ type: dialect.type, step: state.steps, options });
  return writeSafetensors(tensors, { format: 'pt', optimizer });
}

/**
 * Reads the state that `writePyTorch`, or `save` of its Python module, wrote beside the weights. Types of numbers and names
 * are read as by `readPyTorch`.
 *
 * PyTorch's SGD doesn't count steps: after it, the number of steps is still the exported one.
 *
 * @param bytes - The file `optimizer.safetensors`.
 * @param model - The model that the optimizer trains.
 * @returns What `optimizer.restore` takes. The moments of an optimizer that has not stepped yet are zeros.
 * @throws {FormatError} If it is not such a file, its optimizer or an option doesn't exist here, or its tensors don't
 *   belong to this model.
 * @example
 * const optimizer = new Adam();
 * autoencoder.compile({ optimizer });
 * await autoencoder.fit(images, { epochs: 1 });
 * const files = writePyTorch(autoencoder, optimizer.state());
 * readPyTorchOptimizer(files['optimizer.safetensors'], autoencoder).steps; // 4
 */
export function readPyTorchOptimizer(bytes: Uint8Array, model: AnyModel): OptimizerState {
  requireBytes('readPyTorchOptimizer', bytes);
  requireModel('readPyTorchOptimizer', model);
  const { tensors: wrapped, metadata } = readAsFloat32(bytes);
  const { tensors } = withoutWrappers(wrapped);
  const { type, step, options } = parseOptimizer(metadata.optimizer);
  const dialect = DIALECTS.find((each) => each.type === type);
  if (!dialect) {
    const known = DIALECTS.map((each) => each.type).join(', ');
    throw new FormatError(`the optimizer is ${shown(type)}, expected one of: ${known}.`);
  }
  if (!Number.isSafeInteger(step) || (step as number) < 0) {
    throw new FormatError(`the optimizer took ${shown(step)} steps, expected an integer >= 0.`);
  }
  const group = new Options(dialect.type, options);
  const learningRate = group.number('lr');
  const settings = dialect.toSettings(group);
  const hasMoments = dialect !== SGD || settings.momentum !== 0;
  const isNew = tensors.size === 0 && step === 0;
  const names = hasMoments ? Object.entries(dialect.moments) : [];
  const moments = names.map(([moment, theirs]) => [
    moment,
    isNew ? new Float32Array(model.parameters.size) : gather(model, tensors, theirs),
  ]);
  refuseOthers(
    model,
    tensors,
    names.map(([, theirs]) => theirs),
  );
  return {
    name: dialect.name,
    steps: step as number,
    learningRate,
    settings: { ...settings, ...(group.has('clip_norm') && { clipNorm: group.number('clip_norm') }) },
    moments: Object.fromEntries(moments),
  };
}

interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  /** Where the parameter's numbers lie in a moment. */
  readonly start: number;
  readonly end: number;
}

/** The parameters' places in a moment, which is one array for all. */
function slots(model: AnyModel): Slot[] {
  let end = 0;
  return model.namedParameters().map(([name, { value }]) => {
    const start = end;
    end += value.size;
    return { name, shape: value.shape, start, end };
  });
}

/** One moment of all parameters, in their order. */
function gather(model: AnyModel, tensors: ReadonlyMap<string, Tensor>, moment: string): Float32Array {
  const values = new Float32Array(model.parameters.size);
  for (const { name, shape, start } of slots(model)) {
    const key = `${name}.${moment}`;
    const tensor = tensors.get(key);
    const expected = shapeInPyTorch(shape);
    if (!tensor || !sameShape(tensor.shape, expected)) {
      const found = tensor ? formatShape(tensor.shape) : 'missing';
      throw new FormatError(`tensor '${key}' is ${found}, expected ${formatShape(expected)}.`);
    }
    if (!tensor.data.every(Number.isFinite)) {
      throw new FormatError(`tensor '${key}' holds NaN or infinity, expected finite numbers.`);
    }
    values.set(fromPyTorch(tensor).data, start);
  }
  return values;
}

function refuseOthers(
  model: AnyModel,
  tensors: ReadonlyMap<string, Tensor>,
  moments: readonly string[],
): void {
  const known = new Set(slots(model).flatMap(({ name }) => moments.map((moment) => `${name}.${moment}`)));
  const stranger = [...tensors.keys()].find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new FormatError(
      `tensor '${stranger}' is not part of this optimizer's state, expected the moments of the model's parameters.`,
    );
  }
}

function parseOptimizer(text: string | undefined): Record<string, unknown> {
  if (text === undefined) {
    throw new FormatError("the file doesn't hold an optimizer's state, expected the metadata 'optimizer'.");
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {}
  throw new FormatError(`the metadata 'optimizer' is ${shown(text)}, expected a JSON object.`);
}

/** The entries of PyTorch's parameter group, as a file holds them. */
class Options {
  readonly #type: string;
  readonly #entries: Record<string, unknown>;

  constructor(type: string, entries: unknown) {
    if (!isObject(entries)) {
      throw new FormatError(`the optimizer's options are ${shown(entries)}, expected a JSON object.`);
    }
    this.#type = type;
    this.#entries = entries;
  }

  has(name: string): boolean {
    return this.#entries[name] !== undefined && this.#entries[name] !== null;
  }

  isOn(name: string): boolean {
    return this.#entries[name] === true;
  }

  number(name: string): number {
    const value = this.#entries[name];
    if (!isNumber(value)) throw this.#bad(name, 'a number');
    return value;
  }

  pair(name: string): readonly [number, number] {
    const value = this.#entries[name];
    if (!Array.isArray(value) || value.length !== 2 || !value.every(isNumber)) {
      throw this.#bad(name, 'a list of two numbers');
    }
    return [value[0], value[1]];
  }

  /** @throws {FormatError} If one of these is present and not off: the steps would differ from those computed here. */
  refuse(...names: readonly string[]): void {
    const bad = names.find(
      (name) => this.has(name) && this.#entries[name] !== false && this.#entries[name] !== 0,
    );
    if (bad !== undefined) throw this.#bad(bad, 'it to be off: isthmus does not compute it');
  }

  #bad(name: string, expected: string): FormatError {
    return new FormatError(`${this.#type}'s ${name} is ${shown(this.#entries[name])}, expected ${expected}.`);
  }
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
