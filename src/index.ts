/**
 * isthmus: the engine's public names. Zero imports from outside src; it runs in Node and in a browser.
 * Files live in './io' (formats, as bytes) and './node' (disk).
 */

export {
  Autoencoder,
  type AutoencoderOptions,
  type CompileOptions,
  type MeasureOptions,
} from './autoencoder/autoencoder.ts';
export { meanImageBaseline, pcaBaseline } from './autoencoder/baselines.ts';
export { type CodeStatistics, codeStatistics } from './autoencoder/codes.ts';
export { Corruption, type Noise } from './autoencoder/corruption.ts';
export { DivergenceError } from './autoencoder/divergence.ts';
export type { BestState, EarlyStopping, Keep } from './autoencoder/earlyStopping.ts';
export { gaussianFilter, type ImageFilter, medianFilter } from './autoencoder/filters.ts';
export type { BatchRecord, EpochRecord, FitOptions, History } from './autoencoder/fit.ts';
export { type Evaluation, psnr } from './autoencoder/metrics.ts';
export { PrincipalComponents } from './autoencoder/principalComponents.ts';
export { type Recipe, type RecipeName, recipe } from './autoencoder/recipes.ts';
export type { ActivationName, ArchitectureOptions, AutoencoderSpec } from './autoencoder/spec.ts';
export { structuralSimilarity } from './autoencoder/ssim.ts';
export type { Start } from './autoencoder/startAtMean.ts';
export type { RegularizationOptions } from './autoencoder/trainingNetwork.ts';
export type { TrainingState } from './autoencoder/trainingState.ts';
export { denormalize } from './data/denormalize.ts';
export { describeNormalization } from './data/describeNormalization.ts';
export { type Digits, type DigitsOptions, generateDigits } from './data/digits.ts';
export {
  chooseNormalization,
  DataError,
  type NormalizationMode,
  type NormalizationOptions,
  normalize,
  type ScaleBy,
} from './data/normalization.ts';
export { normalizationLike } from './data/normalizationLike.ts';
export type {
  DType,
  FeatureNormalization,
  Normalization,
  NumericArray,
  SampleArray,
  Samples,
  StoredSamples,
  UniformNormalization,
} from './data/samples.ts';
export { FeatureScaling } from './features/featureScaling.ts';
export { accuracyOf, classesOf, stratifiedFolds } from './features/labels.ts';
export { LinearProbe, type LinearProbeOptions } from './features/linearProbe.ts';
export { nearestNeighbours, voteOfNeighbours } from './features/nearestNeighbours.ts';
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './io/checkpoint.ts';
export { FormatError } from './io/errors.ts';
export { type LoadedModel, readModel, type TrainingFacts, writeModel } from './io/model.ts';
export { type OnnxOptions, type OnnxPart, writeOnnx } from './io/onnx.ts';
export { type PyTorchFiles, type PyTorchReadOptions, readPyTorch, writePyTorch } from './io/pytorch.ts';
export { readPyTorchOptimizer } from './io/pytorchOptimizer.ts';
export { Activation, type BackwardKernel, type ForwardKernel } from './layers/activation.ts';
export { Dense, type DenseOptions } from './layers/dense.ts';
export { Dropout, type DropoutOptions } from './layers/dropout.ts';
export { L1Penalty } from './layers/l1Penalty.ts';
export { Layer } from './layers/layer.ts';
export { LeakyReLU, type LeakyReLUOptions } from './layers/leakyRelu.ts';
export { ReLU } from './layers/relu.ts';
export { Sequential } from './layers/sequential.ts';
export { Sigmoid } from './layers/sigmoid.ts';
export { SiLU } from './layers/silu.ts';
export type {
  ActivationSpec,
  DenseSpec,
  LayerSpec,
  SequentialSpec,
  TransposedDenseSpec,
} from './layers/spec.ts';
export { Tanh } from './layers/tanh.ts';
export { TransposedDense, type TransposedDenseOptions } from './layers/transposedDense.ts';
export { BinaryCrossEntropy } from './losses/binaryCrossEntropy.ts';
export { Loss, type LossName } from './losses/loss.ts';
export { MeanAbsoluteError } from './losses/meanAbsoluteError.ts';
export { MeanSquaredError } from './losses/meanSquaredError.ts';
export { Adam, type AdamOptions } from './optim/adam.ts';
export { AdamW, type AdamWOptions } from './optim/adamw.ts';
export { clipGradientNorm } from './optim/clip.ts';
export { Optimizer, type OptimizerOptions, type OptimizerState } from './optim/optimizer.ts';
export {
  type CosineOptions,
  constant,
  cosine,
  type DecayOptions,
  linear,
  type Schedule,
  type WarmUpOptions,
  warmUp,
} from './optim/schedule.ts';
export { SGD, type SGDOptions } from './optim/sgd.ts';
export { FlatParameters } from './tensor/flatParameters.ts';
export { glorotUniform, heUniform, type Initializer, zeros } from './tensor/initializers.ts';
export { setKernels, useThreads } from './tensor/kernels/active.ts';
export type { KernelsName } from './tensor/kernels/kernels.ts';
export { Arena } from './tensor/kernels/memory.ts';
export type { Threads } from './tensor/kernels/simd/threads.ts';
export { type MatmulOptions, matmul, transpose } from './tensor/ops.ts';
export { Parameter } from './tensor/parameter.ts';
export { Random, type RandomState } from './tensor/random.ts';
export { type Shape, ShapeError } from './tensor/shape.ts';
export { Tensor } from './tensor/tensor.ts';
