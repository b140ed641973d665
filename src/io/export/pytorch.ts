/**
 * A model for PyTorch and back: the weights under PyTorch's names and in its layout, the optimizer's state beside them
 * (pytorchOptimizer.ts), and a Python module that loads and saves both (pytorchModule.ts). Read layout.ts first.
 *
 * Metadata of the weights: `format` "pt" (as PyTorch's own libraries write it), `isthmus` "1" (the version of this
 * layout), `model` (the spec) and `normalization` as JSON. Import needs nothing else.
 */

import type { OptimizerState } from '../../optim/optimizer.ts';
import { type OptionNames, requireBytes, requireModel, requireOptions } from '../../tensor/options.ts';
import { formatShape, type Shape, sameShape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { plural } from '../../tensor/words.ts';
import { type ModelSpec, NETWORKS } from '../checkSpec.ts';
import { FormatError, OptionError } from '../errors.ts';
import { isObject, parseMetadata } from '../json.ts';
import { type AnyModel, buildModel, describeModel, layersOf, type NamedLayer, weightsOf } from '../model.ts';
import { readAsFloat32, type SafetensorsContents, writeSafetensors } from '../safetensors.ts';
import { fromPyTorch, shapeInPyTorch, toPyTorch } from './layout.ts';
import { moduleFile, pyTorchModule } from './pytorchModule.ts';
import { writePyTorchOptimizer } from './pytorchOptimizer.ts';
import { withoutWrappers } from './pytorchWrappers.ts';

const VERSION = '1';

/** Files by their names in a folder. */
export interface PyTorchFiles {
  /** All weights, with the architecture and the normalization in the metadata. */
  readonly 'weights.safetensors': Uint8Array;
  /** Only if the optimizer's state was given. */
  readonly 'optimizer.safetensors'?: Uint8Array;
  /** The Python module of an autoencoder, plain or variational. */
  readonly 'autoencoder.py'?: string;
  /** That of a GAN. */
  readonly 'gan.py'?: string;
}

/** Options of {@link readPyTorch}. */
export interface PyTorchReadOptions {
  /** A model with the same layers and the normalization to use, for files whose metadata doesn't describe the model. */
  readonly like?: AnyModel;
}

const OPTIONS: OptionNames<PyTorchReadOptions> = { like: true };

/** A model, and what was changed to read it. */
export interface PyTorchModel {
  readonly model: AnyModel;
  /** The types of its weights that became float32: "float16", "bfloat16", "float64". */
  readonly convertedFrom: readonly string[];
  /** What was left out of the tensors' names: "module", "_orig_mod". */
  readonly leftOut: readonly string[];
}

/**
 * Writes a model, and its optimizer if there is a state, for PyTorch. Weights are brought into PyTorch's layout, `[out, in]`
 * and `[out, in, kernel, kernel]`, and keep their names: `encoder.0.weight` and so on are the keys of `state_dict()`. The same
 * model and state give the same bytes.
 *
 * @param state - Of the optimizer that trained these weights: Adam, AdamW or SGD.
 * @returns The files of a folder, whose module returns the model and the optimizer: `autoencoder.load(folder)`, `gan.load(folder)`.
 * @throws {RangeError} If the state is of another optimizer, or of a network of another size.
 * @example
 * Object.keys(writePyTorch(autoencoder)).join(); // 'weights.safetensors,autoencoder.py'
 */
export function writePyTorch(model: AnyModel, state?: OptimizerState): PyTorchFiles {
  requireModel('writePyTorch', model);
  const tensors = weightsOf(model).map(({ name, tensor }) => ({ name, tensor: toPyTorch(tensor) }));
  const metadata = { format: 'pt', isthmus: VERSION, ...describeModel(model) };
  return {
    'weights.safetensors': writeSafetensors(tensors, metadata),
    ...(state && { 'optimizer.safetensors': writePyTorchOptimizer(model, state) }),
    [moduleFile(model)]: pyTorchModule(model),
  };
}

/**
 * Reads the weights that {@link writePyTorch} or PyTorch wrote: tensors with the names and shapes of `state_dict()`.
 * float16, bfloat16 and float64 become float32. `module.` and `_orig_mod.`, which DistributedDataParallel and
 * torch.compile put into the names, are left out.
 *
 * @param bytes - A safetensors file whose metadata describes the model. PyTorch's own `save_file` drops the metadata:
 *   `like` then describes the model instead.
 * @throws {TypeError} If these are no bytes, or an option is unknown.
 * @throws {FormatError} If it is not a safetensors file, neither it nor `like` describes the model, the two describe
 *   different ones, only some names have `module.` or `_orig_mod.`, a number is beyond float32, or the tensors are not
 *   those of the model; the message names the first one.
 * @example
 * const files = writePyTorch(autoencoder);
 * const { model } = readPyTorch(files['weights.safetensors']);
 * model.encodingDim; // 32
 */
export function readPyTorch(bytes: Uint8Array, options: PyTorchReadOptions = {}): PyTorchModel {
  requireBytes('readPyTorch', bytes);
  requireOptions('readPyTorch', options, OPTIONS);
  const { like } = options;
  const contents = readAsFloat32(bytes);
  const metadata = modelMetadata(contents, like);
  const spec = checkSpec(parseMetadata('model', metadata.model));
  const { tensors: named, leftOut } = withoutWrappers(contents.tensors);
  requireTensors(spec, named);
  const tensors = new Map(Array.from(named, ([name, tensor]) => [name, fromPyTorch(tensor)]));
  const model = buildModel({ tensors, metadata });
  if (like && JSON.stringify(like.spec()) !== JSON.stringify(model.spec())) {
    throw new OptionError(
      (option) =>
        `the model in the file has other layers, another input shape or another kind than ${option('like')}, expected the same.`,
    );
  }
  return { model, convertedFrom: contents.convertedFrom, leftOut };
}

/** The metadata that describes the model: the file's, or else that of `like`. */
function modelMetadata(
  { metadata }: SafetensorsContents,
  like: AnyModel | undefined,
): Record<string, string> {
  // Checked here, as weights that are square would pass every other check.
  if (metadata.format?.startsWith('isthmus')) {
    throw new FormatError(
      "the file is an isthmus file, with weights [in, out], expected one of PyTorch's, with weights [out, in].",
    );
  }
  if (metadata.model === undefined) {
    if (like) return describeModel(like);
    throw new OptionError(
      (option) =>
        `the file doesn't describe its model (it has no metadata 'model'), expected a model with the same layers (${option('like')}).`,
    );
  }
  if (metadata.isthmus !== VERSION) {
    throw new FormatError(
      `the file's layout has version ${metadata.isthmus ?? 'none'}, expected ${VERSION} (metadata 'isthmus').`,
    );
  }
  return metadata;
}

/** Checks what the comparison of names takes for granted. */
function checkSpec(value: unknown): ModelSpec {
  const description = isObject(value) ? value : {};
  const { type, inputShape } = description;
  const networks = Object.entries(NETWORKS).find(([kind]) => kind === type)?.[1];
  if (!networks?.every((name) => areLayers(description[name])) || !Array.isArray(inputShape)) {
    const kinds = Object.keys(NETWORKS).map((kind) => `"${kind}"`);
    throw new FormatError(
      `the model's description can't be used: it is not one of type ${kinds.join(' or ')} with an input shape and layers.`,
    );
  }
  return value as unknown as ModelSpec;
}

function areLayers(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.every((layer) => isObject(layer) && (layer.type !== 'sequential' || areLayers(layer.layers)));
}

/**
 * Compares the description's names and shapes with the file's tensors. This comes before the model is built, so that a
 * short file that claims large layers takes no memory.
 */
function requireTensors(spec: ModelSpec, tensors: ReadonlyMap<string, Tensor>): void {
  const expected = new Map(layersOf(spec).flatMap(shapesIn));
  const stranger = [...tensors.keys()].find((name) => !expected.has(name));
  for (const [name, shape] of expected) {
    const found = tensors.get(name);
    if (!found) {
      const instead = stranger === undefined ? '' : `, the file has '${stranger}'`;
      throw new FormatError(`tensor '${name}' is missing${instead}, expected ${formatShape(shape)}.`);
    }
    if (!sameShape(found.shape, shape)) {
      throw new FormatError(
        `tensor '${name}' is ${formatShape(found.shape)}, expected ${formatShape(shape)}${shape.length === 2 ? ' ([out, in])' : ''}.`,
      );
    }
    if (!found.data.every(Number.isFinite)) {
      throw new FormatError(`tensor '${name}' holds NaN or infinity, expected finite weights.`);
    }
  }
  if (stranger !== undefined) {
    throw new FormatError(
      `tensor '${stranger}' belongs to no layer of the model, expected only its ${plural(expected.size, 'tensor')}.`,
    );
  }
}

/** The names and shapes of a layer's tensors in PyTorch. */
function shapesIn({ name, layer }: NamedLayer): (readonly [name: string, shape: Shape])[] {
  switch (layer.type) {
    case 'dense': {
      const weight = [`${name}.weight`, shapeInPyTorch([layer.inFeatures, layer.outFeatures])] as const;
      return layer.bias ? [weight, [`${name}.bias`, [layer.outFeatures]]] : [weight];
    }
    case 'conv2d':
    case 'convTranspose2d': {
      const { inChannels, outChannels, kernelSize } = layer;
      const channels = layer.type === 'conv2d' ? [inChannels, outChannels] : [outChannels, inChannels];
      const weight = [`${name}.weight`, shapeInPyTorch([kernelSize, kernelSize, ...channels])] as const;
      return layer.bias ? [weight, [`${name}.bias`, [outChannels]]] : [weight];
    }
    case 'transposedDense':
      return layer.bias ? [[`${name}.bias`, [layer.outFeatures]]] : [];
    case 'gaussianCode':
      return ['mean', 'logVariance'].flatMap((head) =>
        shapesIn({ name: `${name}.${head}`, layer: { ...layer, type: 'dense', bias: true } }),
      );
    default:
      return [];
  }
}
