/** What is trained, here and in PyTorch: the same settings. docs/recipes.md says how they were found. */

/** In the words of `VariationalAutoencoder`, `Adam` and `fit`. */
export const VAE = {
  encodingDim: 20,
  hidden: [400],
  activation: 'relu',
  epochs: 30,
  batchSize: 128,
  learningRate: 1e-3,
  schedule: 'constant',
};

/** In the words of `GAN`, `Adam` and `fit`; 'leakyRelu' has the slope 0.2. */
export const GAN = {
  encodingDim: 64,
  generatorHidden: [256, 512],
  discriminatorHidden: [512, 256],
  activation: 'leakyRelu',
  labelSmoothing: 0.1,
  dropout: 0.5,
  epochs: 30,
  batchSize: 64,
  learningRate: 2e-3,
  beta1: 0.5,
  schedule: 'linear',
};

/** The recipe with its number of epochs multiplied, at least one. */
export function scaleEpochs(recipe, factor) {
  return { ...recipe, epochs: Math.max(1, Math.round(recipe.epochs * factor)) };
}
