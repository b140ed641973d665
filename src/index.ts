/**
 * The public names of isthmus, which runs in Node and in browsers and has no dependencies. 'isthmus/io' has file formats as
 * bytes, 'isthmus/node' files on disk, 'isthmus/compression' the .isth format.
 */

export { type AnomalyScores, Autoencoder } from './autoencoder/autoencoder.ts';
export type { AutoencoderOptions, CompileOptions, EvaluateOptions } from './autoencoder/options.ts';
export { type Preset, type PresetName, preset } from './autoencoder/presets.ts';
export type { ActivationName, ArchitectureOptions, AutoencoderSpec } from './autoencoder/spec.ts';
export { denormalize } from './data/denormalize.ts';
export { type Digits, type DigitsOptions, generateDigits } from './data/digits.ts';
export {
  chooseNormalization,
  describeNormalization,
  type NormalizationMode,
  type NormalizationOptions,
  normalize,
  type ScaleBy,
} from './data/normalization.ts';
export {
  type ArrayInput,
  DataError,
  type DType,
  type FeatureNormalization,
  type Normalization,
  type NumericArray,
  type SampleArray,
  type Samples,
  type StoredSamples,
  type UniformNormalization,
} from './data/samples.ts';
export { transform } from './data/transform.ts';
export { averagePrecision, type Detection, precisionRecall, rocAuc } from './evaluation/anomalyMetrics.ts';
export { meanImageBaseline, pcaBaseline } from './evaluation/baselines.ts';
export { type CodeStatistics, codeStatistics } from './evaluation/codeStatistics.ts';
export {
  type AnomalyScore,
  ErrorDistribution,
  type ErrorDistributions,
  isAbove,
  type Threshold,
} from './evaluation/errorDistribution.ts';
export { FeatureScaling } from './evaluation/featureScaling.ts';
export { gaussianFilter, type ImageFilter, medianFilter } from './evaluation/filters.ts';
export { frechetDistance } from './evaluation/frechet.ts';
export { accuracyOf, classesOf } from './evaluation/labels.ts';
export { LinearProbe, type LinearProbeOptions } from './evaluation/linearProbe.ts';
export { type Evaluation, psnr } from './evaluation/metrics.ts';
export { nearestNeighbours } from './evaluation/nearestNeighbours.ts';
export { errorsOfMean, PCA } from './evaluation/pca.ts';
export { structuralSimilarity } from './evaluation/ssim.ts';
export { GAN, type GANCompileOptions, type GANFitOptions, type GANOptions } from './gan/gan.ts';
export { type GANPreset, type GANPresetName, ganPreset } from './gan/presets.ts';
export type { GANArchitectureOptions, GANSpec } from './gan/spec.ts';
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './io/checkpoint.ts';
export { FormatError } from './io/errors.ts';
export { type OnnxOptions, type OnnxPart, writeOnnx } from './io/export/onnx.ts';
export {
  type PyTorchFiles,
  type PyTorchModel,
  type PyTorchReadOptions,
  readPyTorch,
  writePyTorch,
} from './io/export/pytorch.ts';
export { readPyTorchOptimizer } from './io/export/pytorchOptimizer.ts';
export {
  type AnyModel,
  type LoadedAnyModel,
  type LoadedModel,
  type ModelExtras,
  readAnyModel,
  readModel,
  type TrainingFacts,
  writeModel,
} from './io/model.ts';
export { GaussianDistribution, type SampleOptions } from './latent/gaussian.ts';
export { type Interpolation, interpolateCodes, manifoldCodes, traverseCode } from './latent/paths.ts';
export {
  Activation,
  GELU,
  LeakyReLU,
  type LeakyReLUOptions,
  ReLU,
  Sigmoid,
  SiLU,
  Tanh,
} from './layers/activation.ts';
export { Conv2d } from './layers/conv2d.ts';
export type { Conv2dOptions } from './layers/convolution.ts';
export { useConvolutions } from './layers/convolutions.ts';
export { ConvTranspose2d, type ConvTranspose2dOptions } from './layers/convTranspose2d.ts';
export { Dense, type DenseOptions } from './layers/dense.ts';
export { Dropout, type DropoutOptions } from './layers/dropout.ts';
export { Flatten } from './layers/flatten.ts';
export {
  GaussianCode,
  type GaussianCodeOptions,
  GaussianSample,
  type GaussianSampleOptions,
  gaussianKL,
} from './layers/gaussianCode.ts';
export { L1Penalty } from './layers/l1Penalty.ts';
export { Layer } from './layers/layer.ts';
export { MaxPool2d, type MaxPool2dOptions } from './layers/maxPool2d.ts';
export { Reshape } from './layers/reshape.ts';
export { Sequential } from './layers/sequential.ts';
export type {
  ActivationSpec,
  Conv2dSpec,
  ConvTranspose2dSpec,
  DenseSpec,
  GaussianCodeSpec,
  ImageLayerSpec,
  LayerSpec,
  MaxPool2dSpec,
  ReshapeSpec,
  SequentialSpec,
  TransposedDenseSpec,
  Upsample2dSpec,
} from './layers/spec.ts';
export { TransposedDense, type TransposedDenseOptions } from './layers/transposedDense.ts';
export { Upsample2d, type Upsample2dOptions } from './layers/upsample2d.ts';
export {
  BinaryCrossEntropy,
  Loss,
  type LossName,
  MeanAbsoluteError,
  MeanSquaredError,
  SoftmaxCrossEntropy,
} from './losses/loss.ts';
export { Adam, type AdamOptions, AdamW, type AdamWOptions } from './optim/adam.ts';
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
export type { Threads } from './tensor/kernels/simd/threads.ts';
export { type MatmulOptions, matmul, transpose } from './tensor/ops.ts';
export { Parameter } from './tensor/parameter.ts';
export { Random, type RandomState } from './tensor/random.ts';
export { type Shape, ShapeError } from './tensor/shape.ts';
export { type NestedNumbers, Tensor } from './tensor/tensor.ts';
export { DivergenceError } from './training/divergence.ts';
export type { BestState, EarlyStopping, Keep } from './training/earlyStopping.ts';
export type { BatchRecord, FitOptions, History } from './training/fitOptions.ts';
export type { OutOptions } from './training/inference.ts';
export { addNoise, type Noise } from './training/noise.ts';
export type { RegularizationOptions } from './training/regularization.ts';
export type { Start } from './training/startAtMean.ts';
export type { EpochRecord, TrainingState } from './training/trainingState.ts';
export type { BetaOptions } from './vae/elbo.ts';
export {
  type VariationalPreset,
  type VariationalPresetName,
  variationalPreset,
} from './vae/presets.ts';
export type { VariationalArchitectureOptions } from './vae/spec.ts';
export {
  type NegativeElbo,
  VariationalAutoencoder,
  type VariationalAutoencoderOptions,
  type VariationalCompileOptions,
} from './vae/variationalAutoencoder.ts';
