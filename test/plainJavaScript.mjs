/**
 * What callers without types get wrong, in plain JavaScript as they write it: each call with the message that it must end
 * in, and right calls beside them. plainJavaScript.test.ts makes them.
 */

import * as library from 'isthmus';
import * as compression from 'isthmus/compression';
import * as io from 'isthmus/io';
import * as node from 'isthmus/node';
import ndarray from 'ndarray';

/** By subject: calls, and the sentence that each throws. */
export function wrongCalls() {
  const { Adam, AdamW, Autoencoder, Dense, Dropout, GAN, LeakyReLU, LinearProbe, Random, ReLU, SGD } =
    library;
  const { GaussianCode, GaussianSample, GaussianDistribution, Sequential, Tensor, TransposedDense } = library;
  const { VariationalAutoencoder, addNoise, clipGradientNorm, codeStatistics, constant, cosine } = library;
  const { denormalize, frechetDistance, generateDigits, linear, matmul, meanImageBaseline, normalize } =
    library;
  const { chooseNormalization, pcaBaseline, preset, ganPreset, setKernels, transform, transpose } = library;
  const { warmUp, writeOnnx, useThreads } = library;
  const rows = [
    [0, 1, 0],
    [1, 0, 1],
  ];
  const samples = Tensor.from(rows);
  const images = generateDigits({ count: 10, seed: 1 });
  const [model, vae, gan] = [Autoencoder, VariationalAutoencoder, GAN].map(
    (Model) => new Model({ inputShape: [3], encodingDim: 2 }),
  );
  const distribution = GaussianDistribution.standard(2);
  const view = ndarray(new Float32Array(6), [3, 2]).transpose(1, 0);

  return {
    'unknown options': [
      [
        () => new Autoencoder({ inputShape: [3], encodngDim: 3 }),
        "Autoencoder: there is no option 'encodngDim', expected 'encodingDim'.",
      ],
      [
        () => new Autoencoder({ inputShape: [3], latent: 3 }),
        "Autoencoder: there is no option 'latent', expected one of: inputShape, encodingDim, conv, hidden, decoderHidden, activation, outputActivation, tied, denseCode, seed, initializer.",
      ],
      [
        () => new Autoencoder({ spec: model.spec(), encodingDim: 3 }),
        "Autoencoder, with a spec: there is no option 'encodingDim', expected one of: spec, seed, initializer.",
      ],
      [
        () => new VariationalAutoencoder({ inputShape: [3], latentDim: 2 }),
        /^VariationalAutoencoder: there is no option 'latentDim', expected one of: inputShape, (?!.*tied).*\.$/,
      ],
      [
        () => new GAN({ inputShape: [3], generatorHiden: [8] }),
        "GAN: there is no option 'generatorHiden', expected 'generatorHidden'.",
      ],
      [
        () => model.compile({ learningRate: 1e-3 }),
        "Autoencoder.compile: there is no option 'learningRate', expected optimizer: new Adam({ learningRate }).",
      ],
      [
        () => model.compile({ optimiser: new Adam() }),
        "Autoencoder.compile: there is no option 'optimiser', expected 'optimizer'.",
      ],
      [
        () => vae.compile({ betta: 2 }),
        "VariationalAutoencoder.compile: there is no option 'betta', expected 'beta'.",
      ],
      [
        () => vae.compile({ metrics: [] }),
        "VariationalAutoencoder.compile: there is no option 'metrics', expected one of: optimizer, beta, betaWarmUpSteps.",
      ],
      [
        () => gan.compile({ smoothing: 0.1 }),
        "GAN.compile: there is no option 'smoothing', expected one of: optimizer, labelSmoothing, dropout.",
      ],
      [() => model.fit(samples, { epoch: 5 }), "fit: there is no option 'epoch', expected 'epochs'."],
      [
        () => model.fit(samples, { batch_size: 5 }),
        "fit: there is no option 'batch_size', expected 'batchSize'.",
      ],
      [
        () => model.fit(samples, { learningRate: 0.1 }),
        "fit: there is no option 'learningRate', expected it in the optimizer: compile({ optimizer: new Adam({ learningRate }) }).",
      ],
      [() => gan.fit(samples, { epoch: 5 }), "GAN.fit: there is no option 'epoch', expected 'epochs'."],
      [
        () => gan.fit(samples, { verbose: 1 }),
        /^GAN\.fit: there is no option 'verbose', expected one of: epochs, batchSize, keep, resumeFrom, (?!.*validation).*\.$/,
      ],
      [
        () => model.fit(samples, { earlyStopping: { patiance: 5 } }),
        "fit, earlyStopping: there is no option 'patiance', expected 'patience'.",
      ],
      [
        () => model.fit(samples, { noise: { kind: 'mask', amont: 0.2 } }),
        "noise: there is no option 'amont', expected 'amount'.",
      ],
      [
        () => model.evaluate(samples, { row: [1] }),
        "Autoencoder.evaluate: there is no option 'row', expected 'rows'.",
      ],
      [
        () => vae.evaluate(samples, { row: [1] }),
        "VariationalAutoencoder.evaluate: there is no option 'row', expected 'rows'.",
      ],
      [() => vae.sample(1, { sed: 1 }), "sample: there is no option 'sed', expected 'seed'."],
      [() => gan.sample(1, { random: 1 }), "sample: there is no option 'random', expected 'seed'."],
      [() => distribution.sample(1, { random: 1 }), "sample: there is no option 'random', expected 'seed'."],
      [
        () => normalize(samples, 'minmax', { by: 'all' }),
        "normalize: there is no option 'by', expected 'scaleBy'.",
      ],
      [() => new Adam({ lr: 0.1 }), "Adam: there is no option 'lr', expected 'learningRate'."],
      [
        () => new Adam({ weightDecay: 0.1 }),
        "Adam: there is no option 'weightDecay', expected new AdamW({ weightDecay }).",
      ],
      [
        () => new AdamW({ decay: 0.1 }),
        "AdamW: there is no option 'decay', expected one of: learningRate, clipNorm, beta1, beta2, epsilon, weightDecay.",
      ],
      [
        () => new AdamW({ weight_decay: 0.1 }),
        "AdamW: there is no option 'weight_decay', expected 'weightDecay'.",
      ],
      [
        () => new Adam({ betas: [0.9, 0.99] }),
        "Adam: there is no option 'betas', expected 'beta1' and 'beta2'.",
      ],
      [
        () => new SGD({ betas: [0.9, 0.99] }),
        "SGD: there is no option 'betas', expected one of: learningRate, clipNorm, momentum, nesterov.",
      ],
      [
        () => gan.fit(samples, { validation_data: samples }),
        /^GAN\.fit: there is no option 'validation_data', expected one of: epochs, (?!.*validation).*\.$/,
      ],
      [() => new SGD({ momentun: 0.1 }), "SGD: there is no option 'momentun', expected 'momentum'."],
      [() => cosine({ learningRate: 0.1, step: 10 }), "cosine: there is no option 'step', expected 'steps'."],
      [
        () => linear({ learningRate: 0.1, steps: 10, min: 0 }),
        "linear: there is no option 'min', expected one of: learningRate, steps, minimum.",
      ],
      [
        () => warmUp({ steps: 10, next: constant(1) }),
        "warmUp: there is no option 'next', expected one of: steps, schedule.",
      ],
      [() => new Dense(3, 2, { biass: false }), "Dense: there is no option 'biass', expected 'bias'."],
      [
        () => new TransposedDense(new Dense(3, 2), { tied: 'encoder.0' }),
        "TransposedDense: there is no option 'tied', expected 'tiedTo'.",
      ],
      [() => new Dropout(0.5, { seed: 1 }), "Dropout: there is no option 'seed', expected 'random'."],
      [() => new LeakyReLU({ alpha: 0.1 }), "LeakyReLU: there is no option 'alpha', expected 'slope'."],
      [
        () => new GaussianCode(3, 2, { bias: false }),
        "GaussianCode: there is no option 'bias', expected one of: initializer, random.",
      ],
      [
        () => new GaussianSample(new GaussianCode(3, 2), { seed: 1 }),
        "GaussianSample: there is no option 'seed', expected 'random'.",
      ],
      [
        () => generateDigits({ n: 10, seed: 1 }),
        "generateDigits: there is no option 'n', expected one of: count, seed.",
      ],
      [
        () => LinearProbe.fit(samples, [0, 1], { C: 1 }),
        "LinearProbe.fit: there is no option 'C', expected one of: l2, tolerance, maxIterations.",
      ],
      [
        () => matmul(samples, samples, { transposeb: true }),
        "matmul: there is no option 'transposeb', expected 'transposeB'.",
      ],
      [
        () => writeOnnx(model, 'encoder', { version: '1' }),
        "writeOnnx: there is no option 'version', expected 'producerVersion'.",
      ],
    ],

    'values of another kind': [
      [
        () => new Autoencoder(),
        /^Autoencoder: the options are missing, expected an object with some of: inputShape, .*\.$/,
      ],
      [() => new Autoencoder(784), /^Autoencoder: the options are 784, expected an object with .*\.$/],
      [
        () => new Autoencoder({}),
        'Autoencoder: the input shape is missing, expected a list of integers >= 1, such as [28, 28].',
      ],
      [
        () => new Autoencoder({ inputShape: 784 }),
        'Autoencoder: the input shape is 784, expected a list of integers >= 1, such as [784].',
      ],
      [
        () => new Autoencoder({ inputShape: '784' }),
        "Autoencoder: the input shape is '784', expected a list of integers >= 1, such as [28, 28].",
      ],
      [
        () => new Autoencoder({ inputShape: [3], encodingDim: '2' }),
        "Autoencoder: encodingDim is '2', expected an integer >= 1.",
      ],
      [
        () => new Autoencoder({ inputShape: [3], hidden: 64 }),
        'Autoencoder: hidden is 64, expected a list of integers >= 1, such as [64, 32].',
      ],
      [
        () => new Autoencoder({ inputShape: [3], hidden: ['64'] }),
        'Autoencoder: hidden is an array of 1 string, expected a list of integers >= 1, such as [64, 32].',
      ],
      [
        () => new Autoencoder({ inputShape: [3], activation: 'ReLU' }),
        "Autoencoder: the activation is 'ReLU', expected one of: relu, leakyRelu, sigmoid, tanh, silu, gelu.",
      ],
      [
        () => new Autoencoder({ inputShape: [3], activation: new ReLU() }),
        'Autoencoder: the activation is a ReLU, expected one of: relu, leakyRelu, sigmoid, tanh, silu, gelu.',
      ],
      [
        () => new Autoencoder({ inputShape: [3], tied: 'yes' }),
        "Autoencoder: tied is 'yes', expected true or false.",
      ],
      [
        () => new Autoencoder({ inputShape: [3], seed: '1' }),
        "Random: the seed is '1', expected an integer from 0 to 2^53 - 1.",
      ],
      [
        () => new Autoencoder({ inputShape: [3], initializer: 'glorot' }),
        "Autoencoder: the initializer is 'glorot', expected a function such as glorotUniform.",
      ],
      [
        () => new Autoencoder({ spec: JSON.stringify(model.spec()) }),
        /^Autoencoder: the spec is '.*', expected what spec\(\) of a model gives, with encoder and decoder\.$/,
      ],
      [
        () => new Autoencoder({ spec: gan.spec() }),
        'Autoencoder: the spec is a plain object, expected what spec() of a model gives, with encoder and decoder.',
      ],
      [() => new VariationalAutoencoder(), /^VariationalAutoencoder: the options are missing, .*\.$/],
      [
        () => new VariationalAutoencoder({ inputShape: 3 }),
        'VariationalAutoencoder: the input shape is 3, expected a list of integers >= 1, such as [3].',
      ],
      [() => new GAN(), /^GAN: the options are missing, .*\.$/],
      [
        () => new GAN({ inputShape: 3 }),
        'GAN: the input shape is 3, expected a list of integers >= 1, such as [3].',
      ],
      [
        () => new GAN({ inputShape: [3], generatorHidden: 8 }),
        'GAN: generatorHidden is 8, expected a list of integers >= 1, such as [64, 32].',
      ],
      [
        () => new GAN({ spec: model.spec() }),
        'GAN: the spec is a plain object, expected what spec() of a model gives, with generator and discriminator.',
      ],
      [
        () => model.compile({ optimizer: 'adam' }),
        "Autoencoder.compile: the optimizer is 'adam', expected an object such as new Adam().",
      ],
      [
        () => vae.compile({ optimizer: 'adam' }),
        "VariationalAutoencoder.compile: the optimizer is 'adam', expected an object such as new Adam().",
      ],
      [
        () => gan.compile({ optimizer: Adam }),
        'GAN.compile: the optimizer is the function Adam, expected an object such as new Adam().',
      ],
      [
        () => model.compile('adam'),
        /^Autoencoder\.compile: the options are 'adam', expected an object with some of: optimizer, .*\.$/,
      ],
      [
        () => model.compile({ loss: 'mean_squared_error' }),
        "namedLoss: 'mean_squared_error' is not a loss, expected one of: mse, mae, bce.",
      ],
      [
        () => model.compile({ loss: (a, b) => a - b }),
        "Autoencoder.compile: the loss is the function loss, expected 'mse', or a loss such as new MeanSquaredError().",
      ],
      [() => model.compile({ dropout: '0.2' }), "Dropout: the rate is '0.2', expected 0 <= rate < 1."],
      [
        () => model.compile({ sparsity: '0.2' }),
        "L1Penalty: the strength is '0.2', expected a finite number >= 0.",
      ],
      [
        () => vae.compile({ beta: '1' }),
        "VariationalAutoencoder.compile: beta is '1', expected a number >= 0.",
      ],
      [
        () => gan.compile({ labelSmoothing: '0.1' }),
        "GAN.compile: labelSmoothing is '0.1', expected 0 <= smoothing < 0.5.",
      ],
      [
        () => model.fit(samples, 5),
        /^fit: the options are 5, expected an object with some of: epochs, .*\.$/,
      ],
      [() => model.fit(samples, null), /^fit: the options are null, expected .*\.$/],
      [
        () => gan.fit(samples, 5),
        /^GAN\.fit: the options are 5, expected an object with some of: epochs, .*\.$/,
      ],
      [() => model.fit(samples, { epochs: '5' }), "fit: epochs is '5', expected an integer >= 1."],
      [
        () => model.fit(samples, { validationSplit: '0.5' }),
        "fit: validationSplit is '0.5', expected 0 <= split < 1.",
      ],
      [
        () => model.fit(samples, { earlyStopping: true }),
        'fit, earlyStopping: the options are true, expected an object with some of: patience, minDelta.',
      ],
      [
        () => model.fit(samples, { earlyStopping: {} }),
        'fit: patience is missing, expected an integer >= 1.',
      ],
      [
        () => model.fit(samples, { keep: 'first' }),
        "fit: keep is 'first', expected one of: best, last, average.",
      ],
      [
        () => model.fit(samples, { noise: 'gaussian' }),
        "noise: the options are 'gaussian', expected an object with some of: kind, amount.",
      ],
      [
        () => model.fit(samples, { noise: { kind: 'mask', amount: '0.2' } }),
        "noise: the amount of mask is '0.2', expected a probability above 0, below 1.",
      ],
      [
        () => model.fit(samples, { signal: new AbortController() }),
        'fit: signal is an AbortController, expected that of a controller: controller.signal.',
      ],
      [() => model.fit(samples, { onEpochEnd: 'log' }), "fit: onEpochEnd is 'log', expected a function."],
      [
        () => model.fit(samples, { resumeFrom: {} }),
        'fit: resumeFrom is a plain object, expected a state such as history.state.',
      ],
      [
        async () => {
          const { state } = await model.fit(samples, { epochs: 1 });
          await model.fit(samples, { epochs: 2, resumeFrom: JSON.parse(JSON.stringify(state)) });
        },
        'fit: resumeFrom is a plain object, expected a state such as history.state.',
      ],
      [
        () => model.evaluate(samples, { rows: [1] }),
        'Autoencoder.evaluate: rows is [1], expected a Uint32Array: Uint32Array.from(rows).',
      ],
      [() => vae.sample('3'), "sample: the count is '3', expected an integer >= 1."],
      [() => vae.sample(), 'sample: the count is missing, expected an integer >= 1.'],
      [
        () => new Adam(0.001),
        'Adam: the options are 0.001, expected an object with some of: learningRate, clipNorm, beta1, beta2, epsilon.',
      ],
      [
        () => new Adam({ learningRate: '0.1' }),
        "Adam: the learning rate is '0.1', expected a number, or a schedule such as cosine({ learningRate, steps }).",
      ],
      [() => new Adam({ beta1: '0.9' }), "Adam: a beta is '0.9', expected 0 <= beta < 1."],
      [() => new SGD({ nesterov: 1, momentum: 0.9 }), 'SGD: nesterov is 1, expected true or false.'],
      [
        () => cosine(0.1, 10),
        'cosine: the options are 0.1, expected an object with some of: learningRate, steps, minimum.',
      ],
      [() => warmUp({ steps: 5 }), 'warmUp: the schedule is missing, expected one such as constant(1e-3).'],
      [() => new Dense('3', 2), "Dense: the widths are '3' and 2, expected integers >= 1."],
      [() => new Dense(3, 2, { random: 42 }), 'Dense: random is 42, expected one such as new Random(42).'],
      [() => new Dropout(0.5), 'Dropout: the options are missing, expected an object with random.'],
      [() => new TransposedDense(3, 2), 'TransposedDense: the other layer is 3, expected a Dense.'],
      [
        () => new Adam().step(new Dense(1, 1).parameters()),
        'Adam: the parameters are an array of 2 objects, expected FlatParameters such as autoencoder.parameters.',
      ],
      [
        () => clipGradientNorm([], 1),
        'clipGradientNorm: the parameters are [], expected FlatParameters such as autoencoder.parameters.',
      ],
      [() => new ReLU().forward(1), 'ReLU.forward: x is 1, expected a Tensor such as Tensor.from(rows).'],
      [
        () => new Sequential(new ReLU()),
        'Sequential: got a ReLU, expected a list of layers such as [new Dense(784, 32), new ReLU()].',
      ],
      [() => new Sequential(['relu']), "Sequential: layer 0 is 'relu', expected a layer such as new ReLU()."],
      [
        () => new Dense(3, 2).forward(rows),
        'Dense.forward: x is an array of 2 arrays, expected a Tensor such as Tensor.from(rows).',
      ],
      [
        () => generateDigits(100),
        'generateDigits: the options are 100, expected an object with some of: count, seed.',
      ],
      [
        () => generateDigits({ count: 10 }),
        'Random: the seed is missing, expected an integer from 0 to 2^53 - 1.',
      ],
      [
        () => normalize(samples, 'min-max'),
        "normalize: the mode is 'min-max', expected one of: auto, minmax, standard.",
      ],
      [
        () => chooseNormalization(samples, 'max'),
        "normalize: the mode is 'max', expected one of: auto, minmax, standard.",
      ],
      [
        () => normalize(samples, 'minmax', { scaleBy: 'row' }),
        "normalize: scaleBy is 'row', expected 'feature' or 'all'.",
      ],
      [
        () => transform(samples),
        'transform: the normalization is missing, expected that of a model: model.normalization.',
      ],
      [
        () => denormalize(samples, model.normalization),
        'denormalize: the values are a Tensor, expected numbers: denormalize(tensor.data, normalization).',
      ],
      [
        () => addNoise(samples, { kind: 'mask', amount: 0.1 }),
        'addNoise: random is missing, expected one such as new Random(42).',
      ],
      [
        () => addNoise(rows, { kind: 'mask', amount: 0.1 }, new Random(1)),
        'addNoise: x is an array of 2 arrays, expected a Tensor such as Tensor.from(rows).',
      ],
      [
        () => clipGradientNorm(model.parameters, '1'),
        "clipGradientNorm: maxNorm is '1', expected more than 0.",
      ],
      [
        () => library.readModel('model.safetensors'),
        "readModel: the bytes are 'model.safetensors', expected a Uint8Array with those of a file.",
      ],
      [
        () => library.readAnyModel(),
        'readAnyModel: the bytes are missing, expected a Uint8Array with those of a file.',
      ],
      [
        () => library.writeModel('model'),
        "writeModel: the model is 'model', expected an Autoencoder or a GAN.",
      ],
      [
        () => library.writeCheckpoint(model),
        'writeCheckpoint: the state is missing, expected one such as history.state.',
      ],
      [
        () => writeOnnx('model', 'encoder'),
        "writeOnnx: the model is 'model', expected an Autoencoder or a GAN.",
      ],
      [
        () => GaussianDistribution.fit(rows),
        'GaussianDistribution.fit: the codes are an array of 2 arrays, expected a Tensor such as Tensor.from(rows).',
      ],
      [
        () => library.interpolateCodes([0, 1], [1, 0], 3, 'linear'),
        'interpolateCodes: a code is [0, 1], expected a Tensor such as Tensor.from(rows).',
      ],
      [
        () => library.traverseCode([0, 1], 0, 3, 5),
        'traverseCode: the code is [0, 1], expected a Tensor such as Tensor.from(rows).',
      ],
      [() => library.rocAuc(5, [true]), 'rocAuc: the scores are 5, expected a list.'],
      [() => new library.FlatParameters(), 'FlatParameters: the parameters are missing, expected a list.'],
      [
        () => codeStatistics(rows),
        'codeStatistics: the codes are an array of 2 arrays, expected a Tensor such as Tensor.from(rows).',
      ],
      [
        () => frechetDistance(rows, rows),
        'frechetDistance: the features are an array of 2 arrays, expected a Tensor such as Tensor.from(rows).',
      ],
      [() => LinearProbe.fit(samples), 'LinearProbe.fit: got no labels for features [2, 3], expected 2.'],
      [
        () => matmul(rows, rows),
        'matmul: a is an array of 2 arrays, expected a Tensor such as Tensor.from(rows).',
      ],
      [
        () => transpose(rows),
        'transpose: x is an array of 2 arrays, expected a Tensor such as Tensor.from(rows).',
      ],
      [
        () => preset('Best', 10),
        "preset: 'Best' is not a preset, expected one of: article, small, best, conv-small, conv-best.",
      ],
      [() => ganPreset('best', '10'), "ganPreset: the number of samples is '10', expected an integer >= 1."],
      [() => setKernels('wasm'), /^setKernels: there are no kernels named 'wasm', expected one of: .*\.$/],
      [() => useThreads('4'), /^useThreads: .*4.*\.$/],
    ],

    'samples that are none': [
      [
        () => model.fit(),
        'fit: the samples are missing, expected a Tensor such as Tensor.from(rows), or normalize({ shape, data }).',
      ],
      [
        () => gan.fit(),
        'fit: the samples are missing, expected a Tensor such as Tensor.from(rows), or normalize({ shape, data }).',
      ],
      [
        () => model.fit(rows),
        'fit: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.fit(new Float32Array(6)),
        'fit: the samples are a Float32Array, expected a Tensor: Tensor.from(samples, [2, 3]).',
      ],
      [
        () => model.fit(view),
        'fit: the samples are an ndarray whose numbers do not lie in order in its data, expected rows: Tensor.from(rows).',
      ],
      [
        () => model.fit({ shape: [2, 3], data: rows.flat() }),
        'fit: the samples are a plain object whose data is an array, expected a Tensor: Tensor.from(samples.data, samples.shape).',
      ],
      [
        () => model.fit({ data: new Float32Array(6) }),
        'fit: the samples are a plain object without a shape, expected a Tensor such as Tensor.from(rows), or normalize({ shape, data }).',
      ],
      [
        () => model.fit({ shape: [2, 3], data: new Uint8ClampedArray(6) }),
        'fit: the samples are a plain object whose data is a Uint8ClampedArray, expected a typed array such as Float32Array or Uint8Array.',
      ],
      [
        () => model.fit(samples, { validationData: rows }),
        'fit, validationData: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.fit(samples, { target: rows }),
        'fit, target: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.fit(samples, { target: null }),
        'fit, target: the samples are null, expected a Tensor such as Tensor.from(rows), or normalize({ shape, data }).',
      ],
      [
        () => model.fit(samples, { validationData: false }),
        'fit, validationData: the samples are false, expected a Tensor such as Tensor.from(rows), or normalize({ shape, data }).',
      ],
      [
        () => model.fit(samples, { validationTarget: null }),
        'fit: got validationTarget without target, expected target, validationData and validationTarget together.',
      ],
      [
        () => model.fit(samples, { validationData: new Float32Array(3) }),
        'fit, validationData: the samples are a Float32Array, expected a Tensor: Tensor.from(samples, [1, 3]).',
      ],
      [
        () => model.encode(new Float32Array(6)),
        'Autoencoder.encode: the samples are a Float32Array, expected a Tensor: Tensor.from(samples, [2, 3]).',
      ],
      [
        () => gan.discriminate(new Float32Array(6)),
        'GAN.discriminate: the samples are a Float32Array, expected a Tensor: Tensor.from(samples, [2, 3]).',
      ],
      [
        () => normalize(new Float32Array(6)),
        'normalize: the samples are a Float32Array, expected a Tensor: Tensor.from(samples, shape).',
      ],
      [
        () => model.evaluate(samples, { target: null }),
        'Autoencoder.evaluate, target: the samples are null, expected a Tensor such as Tensor.from(rows), or normalize({ shape, data }).',
      ],
      [
        () => model.evaluate(samples, { rows: Int32Array.of(-1) }),
        'Autoencoder.evaluate: rows is an Int32Array, expected a Uint32Array: Uint32Array.from(rows).',
      ],
      [
        () => vae.anomalyScores(samples, { rows: null }),
        'VariationalAutoencoder.anomalyScores: rows is null, expected a Uint32Array: Uint32Array.from(rows).',
      ],
      [
        () => model.evaluate(samples, { target: rows }),
        'Autoencoder.evaluate, target: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.anomalyScores(rows),
        'Autoencoder.anomalyScores: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.encode(rows),
        'Autoencoder.encode: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => vae.encode(),
        'VariationalAutoencoder.encode: the samples are missing, expected a Tensor such as Tensor.from(rows), or normalize({ shape, data }).',
      ],
      [
        () => model.decode([[0, 1]]),
        'Autoencoder.decode: the samples are an array of 1 array, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => gan.decode([[0, 1]]),
        'GAN.decode: the samples are an array of 1 array, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => gan.discriminate(rows),
        'GAN.discriminate: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.predict(rows),
        'Autoencoder.predict: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.evaluate(rows),
        'Autoencoder.evaluate: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => model.codeDistribution(rows),
        'Autoencoder.encodeBatches: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => vae.negativeElbo(rows),
        'VariationalAutoencoder.negativeElbo: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => normalize(rows),
        'normalize: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => normalize({ shape: [3, 2], data: new Uint8Array(4) }),
        'normalize: shape [3, 2] needs 6 numbers, the array holds 4.',
      ],
      [
        () => normalize({ shape: [2, 2], data: new Uint8Array(4), dtype: 'uint8' }),
        "normalize: the dtype is 'uint8', expected 'u1'.",
      ],
      [
        () => transform({ shape: [2, 2], data: new Uint8Array(4), dtype: 'byte' }, images.normalization),
        "transform: the dtype is 'byte', expected one of: u1, i1, u2, i2, u4, i4, u8, i8, f2, f4, f8, b1.",
      ],
      [
        () => transform(rows, model.normalization),
        'transform: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => pcaBaseline(rows, 1),
        'pcaBaseline: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => meanImageBaseline(rows),
        'meanImageBaseline: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
    ],

    'tensors from lists': [
      [
        () => Tensor.from([[1, 2], [3, 4], [5]]),
        'Tensor.from: row 2 holds 1, expected 2 numbers as in row 0.',
      ],
      [() => Tensor.from([[1, 2], 3]), 'Tensor.from: row 1 is 3, expected 2 numbers as in row 0.'],
      [() => Tensor.from([[[1], [2]], [[3]]]), 'Tensor.from: row 1 holds 1, expected 2 rows as in row 0.'],
      [
        () =>
          Tensor.from([
            [[1], [2]],
            [[3], [4, 5]],
          ]),
        'Tensor.from: [1, 1] holds 2, expected 1 number as in [0, 0].',
      ],
      [() => Tensor.from([1, [2, 3]]), 'Tensor.from: value 1 is [2, 3], expected a number.'],
      [() => Tensor.from([1, '2']), "Tensor.from: value 1 is '2', expected a number."],
      [
        () =>
          Tensor.from([
            [1, 2],
            [3, null],
          ]),
        'Tensor.from: row 1, column 1 is null, expected a number.',
      ],
      [
        () => Tensor.from(),
        'Tensor.from: the values are missing, expected numbers such as [1, 2, 3], or rows such as [[1, 2], [3, 4]].',
      ],
      [
        () => Tensor.from('123'),
        "Tensor.from: the values are '123', expected numbers such as [1, 2, 3], or rows such as [[1, 2], [3, 4]].",
      ],
      [() => Tensor.from(new BigInt64Array(2)), 'Tensor.from: value 0 is 0n, expected a number.'],
      [() => Tensor.from([1, 2, 3], [2, 2]), 'Tensor: shape [2, 2] needs 4 numbers, the array holds 3.'],
      [() => Tensor.from([1, 2, 3], 3), 'Tensor: the shape is 3, expected a list such as [2, 3].'],
      [
        () => new Tensor([1, 2], [2]),
        'Tensor: the data is [1, 2], expected a Float32Array: Tensor.from(data, shape) makes one.',
      ],
      [() => samples.reshape(6), 'Tensor: the shape is 6, expected a list such as [2, 3].'],
      [() => Tensor.zeros(3), 'Tensor: the shape is 3, expected a list such as [2, 3].'],
    ],

    'files, pictures and compression': [
      [
        () => io.readNpy(new Uint8Array(9), { numberof: 1 }),
        "readNpy: there is no option 'numberof', expected 'numberOf'.",
      ],
      [
        () => io.writeWav({ samples: new Float32Array(2), samplerate: 8000, encoding: 's16' }),
        "writeWav: there is no option 'samplerate', expected 'sampleRate'.",
      ],
      [
        () => io.writeWav({ samples: [0, 1], sampleRate: 8000, encoding: 's16' }),
        'writeWav: the samples are [0, 1], expected a Float32Array.',
      ],
      [
        () => io.readWav('sound.wav'),
        "readWav: the bytes are 'sound.wav', expected a Uint8Array with those of a file.",
      ],
      [
        () => io.readNpz(new Uint8Array(9), { name: 'a' }),
        "readNpz: there is no option 'name', expected one of: key, preferredKey, limit.",
      ],
      [
        () => io.readPyTorch(new Uint8Array(9), { model }),
        "readPyTorch: there is no option 'model', expected 'like'.",
      ],
      [
        () => compression.compressImages(model, samples, { level: 16 }),
        "compressImages: there is no option 'level', expected 'levels'.",
      ],
      [
        () => compression.compressImages(model, samples, { levels: '16' }),
        "compressImages: levels is '16', expected an integer from 4 to 256.",
      ],
      [
        () => compression.compressImages(model, samples, { grid: [2, 3] }),
        'compressImages: the grid is [2, 3], expected a TileGrid.',
      ],
      [
        () => new compression.TileGrid([9, 9], 8, 2),
        'TileGrid: the tile is 8, expected [height, width] in pixels.',
      ],
      [
        () => compression.compressImages(model, rows),
        'compressImages: the samples are an array of 2 arrays, expected a Tensor: Tensor.from(samples).',
      ],
      [
        () => compression.CompressedFile.open(new Uint8Array(9), { length: 9 }),
        "CompressedFile.open: there is no option 'length', expected 'byteLength'.",
      ],
      [
        () => new compression.Quality([3], model.normalization, { ssim: false }),
        "Quality: there is no option 'ssim', expected 'withSsim'.",
      ],
      [
        () => node.loadImages('x.npz', { name: 'a' }),
        "loadImages: there is no option 'name', expected 'frame'.",
      ],
      [
        () => node.loadImages('x.csv', { columns: 'a' }),
        "loadImages: columns is 'a', expected an array of names.",
      ],
      [
        () => node.loadImages('x.csv', { featureNames: ['a', 1] }),
        'loadImages: featureNames is an array of 2 values, expected an array of names.',
      ],
      [
        () => node.loadImages('x.csv', { labelColumn: 3 }),
        'loadImages: labelColumn is 3, expected the name of a column.',
      ],
      [
        () => node.openImages('x.csv', { missing: 'zero' }),
        "openImages: missing is 'zero', expected 'drop' or 'mean'.",
      ],
      [
        () => node.loadImages('x.csv', { form: { kind: 'table' } }),
        'loadImages: the form is a plain object, expected the one that a file was read with, loaded.form.',
      ],
      [
        () => node.loadImages('x.csv', { onProgress: true }),
        'loadImages: onProgress is true, expected a function.',
      ],
      [
        () => node.loadLabels('y.csv', { labelColumn: 3, count: 2 }),
        'loadLabels: labelColumn is 3, expected the name of a column.',
      ],
      [
        () => node.openImages('x.npy', { inMemory: 0 }),
        "openImages: there is no option 'inMemory', expected one of: key, preferredKey, limit, columns, labelColumn, missing, resize, gray, background, patches, frame, sampleShape, featureNames, form, onProgress, inMemoryLimit.",
      ],
      [
        () => node.loadLabels('x.npy'),
        'loadLabels: the options are missing, expected an object with some of: key, labelColumn, count.',
      ],
      [
        () => node.readWholeFile('x', { head: 1 }),
        "readWholeFile: there is no option 'head', expected one of: check, headLength.",
      ],
      [
        () => node.stackPngs([], { size: [28, 28] }),
        "stackPngs: there is no option 'size', expected 'resize'.",
      ],
      [() => node.stackPngs([], { resize: 28 }), 'stackPngs: resize is 28, expected [height, width].'],
      [
        () => node.stackPngs([], { resize: [28, 0] }),
        'stackPngs: a side of resize is 0, expected an integer from 1 to 16384.',
      ],
      [
        () => node.stackPngs([], { background: 'white' }),
        "stackPngs: the background is 'white', expected [red, green, blue] from 0 to 255.",
      ],
      [
        () => node.imageGrid(images, { cols: 3 }),
        "imageGrid: there is no option 'cols', expected one of: columns, scale.",
      ],
      [
        () => node.reconstructionSheet(images, images, { noise: images }),
        "reconstructionSheet: there is no option 'noise', expected 'noisy'.",
      ],
      [
        () => node.terminalPicture(images),
        'terminalPicture: the options are missing, expected an object with colorDepth.',
      ],
      [
        () => node.terminalComparison(images, images, { width: 80 }),
        "terminalComparison: there is no option 'width', expected one of: colorDepth, columns, noisy, isTarget.",
      ],
      [
        () => node.imageGrid(rows),
        'imageGrid: the images are an array of 2 arrays, expected a Tensor [n, height, width].',
      ],
      [() => node.openImages(5), 'openImages: the path is 5, expected the name of a file or folder.'],
      [
        () => node.loadLabels(5, { count: 1 }),
        'loadLabels: the path is 5, expected the name of a file or folder.',
      ],
      [() => node.loadModel(5), 'loadModel: the path is 5, expected the name of a file or folder.'],
      [() => node.loadImages(), 'loadImages: the path is missing, expected the name of a file or folder.'],
      [
        () => compression.decompressImages('x.isth'),
        "decompressImages: the bytes are 'x.isth', expected a Uint8Array with those of a file.",
      ],
      [
        () => io.readNpy('x.npy'),
        "readNpy: the bytes are 'x.npy', expected a Uint8Array with those of a file.",
      ],
      [
        () => node.lossChart([], { name: 'loss' }),
        /^lossChart: there is no option 'name', expected 'names'\.$/,
      ],
      [
        () => node.latentPlot(samples),
        'latentPlot: the options are missing, expected an object with some of: labels, names, source.',
      ],
    ],
  };
}

/** Each returns what it is equal to, if it must be equal to something. */
export function rightCalls() {
  const { Adam, AdamW, Autoencoder, Dense, Dropout, GAN, Random, SGD, Tensor, VariationalAutoencoder } =
    library;
  const { cosine, generateDigits, normalize, transform, warmUp } = library;
  const rows = [
    [0, 1, 0],
    [1, 0, 1],
  ];
  const samples = Tensor.from(rows);
  const models = [Autoencoder, VariationalAutoencoder, GAN].map((Model) => new Model({ inputShape: [3] }));
  const [model, vae, gan] = models;
  const contents = ({ shape, data }) => [shape, [...data]];
  return {
    'rows become a matrix': [
      () => contents(samples),
      [
        [2, 3],
        [0, 1, 0, 1, 0, 1],
      ],
    ],
    'images become three dimensions': [
      () => contents(Tensor.from([rows, rows])).flat(),
      [2, 2, 3, ...rows.flat(), ...rows.flat()],
    ],
    'rows may be typed arrays': [
      () => contents(Tensor.from(rows.map((row) => Uint8Array.from(row)))),
      contents(samples),
    ],
    'numbers take a shape': [() => contents(Tensor.from(rows.flat(), [2, 3])), contents(samples)],
    'numbers alone are a vector': [() => contents(Tensor.from(new Float64Array([1, 2]))), [[2], [1, 2]]],
    'rows may be reshaped': [() => contents(Tensor.from(rows, [6])), [[6], rows.flat()]],
    'no numbers': [() => contents(Tensor.from([])), [[0], []]],
    'no options': [() => [new Adam(), new AdamW({}), new SGD(undefined), new Dense(3, 2)].length, 4],
    'all options': [
      () => {
        new Dropout(0.5, { random: new Random(1) });
        new Autoencoder({
          inputShape: [3],
          encodingDim: 1,
          hidden: [],
          decoderHidden: undefined,
          activation: 'tanh',
          outputActivation: 'sigmoid',
          tied: false,
          seed: 1,
          initializer: library.zeros,
        });
        new Autoencoder({ spec: model.spec(), seed: 1 });
        const learningRate = warmUp({
          steps: 2,
          schedule: cosine({ learningRate: 0.1, steps: 5, minimum: 0 }),
        });
        model.compile({
          optimizer: new AdamW({
            learningRate,
            clipNorm: 1,
            beta1: 0.9,
            beta2: 0.9,
            epsilon: 1e-8,
            weightDecay: 0,
          }),
          loss: 'mae',
          sparsity: 0.1,
          dropout: 0.1,
        });
        vae.compile({ beta: 1, betaWarmUpSteps: 3 });
        gan.compile({ labelSmoothing: 0, dropout: 0 });
      },
    ],
    'fit with all options': [
      async () => {
        const calls = [];
        const note = (name) => () => calls.push(name);
        const { signal } = new AbortController();
        const callbacks = { onStart: note('start'), onBatchEnd: note('batch'), onEpochEnd: note('epoch') };
        const stopping = {
          earlyStopping: { patience: 2, minDelta: 0 },
          keep: 'last',
          validationData: samples,
        };
        const noise = { kind: 'mask', amount: 0.1 };
        await model.fit(samples, {
          epochs: 1,
          batchSize: 2,
          noise,
          start: 'mean',
          signal,
          ...stopping,
          ...callbacks,
        });
        return calls;
      },
      ['start', 'batch', 'epoch'],
    ],
    'a contiguous ndarray is read as it is': [
      () => {
        const array = ndarray(Float32Array.from(rows.flat()), [2, 3]);
        return String(contents(model.encode(array))) === String(contents(model.encode(samples)));
      },
      true,
    ],
    'one row of a table, scaled as the model expects it': [
      async () => {
        const table = { shape: [2, 3], data: Float32Array.of(1, 10, 100, 3, 30, 300) };
        const scaled = new Autoencoder({ inputShape: [3] });
        await scaled.fit(normalize(table, 'minmax'), { epochs: 1 });
        const codesOf = (array) => contents(scaled.encode(transform(array, scaled.normalization)));
        const [, first] = codesOf({ shape: [2, 3], data: table.data });
        const [shape, code] = codesOf({ shape: [3], data: table.data.slice(0, 3) });
        return [shape, String(code) === String(first.slice(0, 32))];
      },
      [[1, 32], true],
    ],
    'an object of an optimizer of its own': [() => model.compile({ optimizer: Object.create(new Adam()) })],
    'normalize and transform': [
      () => {
        const images = normalize({ shape: [2, 3], data: Uint8Array.from([0, 255, 0, 51, 0, 0]) }, 'minmax', {
          scaleBy: 'all',
        });
        return transform(generateDigits({ count: 1, seed: 1 }), images.normalization).normalization.scale;
      },
      255,
    ],
  };
}
