/**
 * A model as a class of PyTorch: its layers, and for models that make new samples what goes on training them. It computes
 * what the engine does (vae/elbo.ts, gan/game.ts). Read layers/spec.ts first; pytorchModule.ts has the rest of the file.
 */

import {
  type Conv2dSpec,
  type ConvTranspose2dSpec,
  type LayerSpec,
  type MaxPool2dSpec,
  type OutputPadding,
  outputShape,
} from '../../layers/spec.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { ModelSpec } from '../checkSpec.ts';
import { type AnyModel, inFeaturesOf, layersOf, networksOf } from '../model.ts';

/** The name of a class, and its Python with what it needs. */
export interface PythonClass {
  readonly name: string;
  readonly code: string;
}

/** A layer that PyTorch doesn't have. */
const TRANSPOSED = `
class Transposed(nn.Module):
    """x W + b, with the weight W [out, in] of another layer: the same numbers, not a copy."""

    def __init__(self, of, bias=True):
        super().__init__()
        self.of = (of,)  # in a tuple, so that its weight is not counted twice
        self.bias = nn.Parameter(torch.zeros(of.in_features)) if bias else None

    def forward(self, x):
        return nn.functional.linear(x, self.of[0].weight.T, self.bias)

`;

/** Another one. The names of its layers are those of the tensors. */
const GAUSSIAN_CODE = `
class GaussianCode(nn.Module):
    """The mean and the logarithm of the variance of each number of a code. Its output is the mean."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.mean = nn.Linear(in_features, out_features)
        self.logVariance = nn.Linear(in_features, out_features)

    def forward(self, x):
        return self.mean(x)

`;

/** A third one. The numbers of a sample keep the order that they have here. */
const RESHAPE = `
class Reshape(nn.Module):
    """Another shape for each sample: (height, width, channels) for images, which PyTorch has with the channels first."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        x = x.movedim(1, -1) if x.dim() == 4 else x
        x = x.reshape(len(x), *self.shape)
        return x.movedim(-1, 1) if x.dim() == 4 else x

`;

/** The class of this model. The same layers give the same text. */
export function pythonClass(model: AnyModel): PythonClass {
  const spec = model.spec();
  const types = new Set(layersOf(spec).map(({ layer }) => layer.type));
  const needed = [
    types.has('transposedDense') ? TRANSPOSED : '',
    types.has('gaussianCode') ? GAUSSIAN_CODE : '',
    types.has('reshape') || types.has('flatten') ? RESHAPE : '',
  ].join('');
  const { name, docstring, methods } = bodyOf(spec, model.encodingDim);
  const networks = Object.entries(networksOf(spec)).map(([network, layers]) => {
    const inShape = [inFeaturesOf(model, network)];
    return `        self.${network} = ${sequential(layers, inShape, 8)}\n`;
  });
  const code = `${needed}
class ${name}(nn.Module):
    """${docstring}"""

    def __init__(self):
        super().__init__()
${networks.join('')}${methods}`;
  return { name, code };
}

/** What is behind a class's first line, but for its layers. */
function bodyOf(spec: ModelSpec, encodingDim: number) {
  switch (spec.type) {
    case 'autoencoder':
      return { name: 'Autoencoder', docstring: RESTORES, methods: RESTORE };
    case 'vae': {
      const methods = `${RESTORE}${lossOf(spec.decoder)}${sampleBy('decoder', encodingDim)}`;
      return { name: 'VariationalAutoencoder', docstring: RESTORES, methods };
    }
    case 'gan':
      return {
        name: 'GAN',
        docstring: GENERATES,
        methods: `${GENERATE}${sampleBy('generator', encodingDim)}${PLAY}`,
      };
  }
}

const RESTORES = "[batch, features] to the same, in the network's units: (stored - SHIFT) / SCALE.";

const RESTORE = `
    def forward(self, x):
        return self.decoder(self.encoder(x))
`;

/** The negative evidence lower bound. Which likelihood it takes follows from the decoder's last layer, as in vae/elbo.ts. */
function lossOf(decoder: readonly LayerSpec[]): string {
  const reconstruction =
    decoder.at(-1)?.type === 'sigmoid'
      ? 'nn.functional.binary_cross_entropy_with_logits(self.decoder[:-1](codes), x, reduction="sum")'
      : '((self.decoder(codes) - x) ** 2).sum() / 2';
  return `
    def distribution(self, x):
        """The mean and the logarithm of the variance of each number of the codes."""
        hidden, last = self.encoder[:-1](x), self.encoder[-1]
        return last.mean(hidden), last.logVariance(hidden)

    def loss(self, x, beta=1, epsilon=None):
        """What isthmus minimises, in nats for each sample: -log p(x | code) + beta KL. epsilon is drawn if it is None."""
        mean, log_variance = self.distribution(x)
        epsilon = self.draw_codes(len(x)) if epsilon is None else epsilon
        codes = mean + (log_variance / 2).exp() * epsilon
        reconstruction = ${reconstruction}
        kl = (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
        return (reconstruction + beta * kl) / len(x)
`;
}

const sampleBy = (network: 'decoder' | 'generator', encodingDim: number) => `
    def draw_codes(self, count):
        return torch.randn(count, ${encodingDim}, device=next(self.parameters()).device)

    @torch.no_grad()
    def sample(self, count):
        """New samples [count, features], in the network's units."""
        return self.${network}(self.draw_codes(count))
`;

const GENERATES = `The generator makes samples of codes, the discriminator a logit of samples: above 0 for real ones.

    Samples are [batch, features], in the network's units: (stored - SHIFT) / SCALE.
    `;

const GENERATE = `
    def forward(self, codes):
        return self.generator(codes)
`;

/** One step's gradients. Each of the networks learns from its own loss, both from the weights before the step. */
const PLAY = `
    def discriminate(self, x):
        """How sure the discriminator is that samples are real, from 0 to 1."""
        return self.discriminator(x).sigmoid().flatten()

    def backward(self, x, real_target=0.9, codes=None):
        """Adds the gradients of a step as isthmus takes it without dropout, and returns the losses of generator and discriminator.

        real_target is the discriminator's target for real samples: 1 - label smoothing. codes are drawn if they are None.
        """
        codes = self.draw_codes(len(x)) if codes is None else codes
        of_fake, of_real = self.discriminator(self.generator(codes)), self.discriminator(x)
        bce = nn.functional.binary_cross_entropy_with_logits
        generator_loss = bce(of_fake, torch.ones_like(of_fake))
        discriminator_loss = bce(of_real, torch.full_like(of_real, real_target)) + bce(of_fake, torch.zeros_like(of_fake))
        # Each network learns from its own loss alone.
        generator_loss.backward(inputs=list(self.generator.parameters()), retain_graph=True)
        discriminator_loss.backward(inputs=list(self.discriminator.parameters()))
        return generator_loss.detach(), discriminator_loss.detach()
`;

/**
 * `nn.Sequential(...)`, one layer per line, in the order of the model's own layers: so the weights have the same names.
 *
 * @param inShape - Of one sample, as the engine has it.
 */
function sequential(layers: readonly LayerSpec[], inShape: Shape, indent: number): string {
  const inner = ' '.repeat(indent + 4);
  let shape = inShape;
  const lines = layers.map((layer) => {
    const line = `${inner}${module(layer, shape, indent + 4)},\n`;
    shape = outputShape(layer, shape);
    return line;
  });
  return `nn.Sequential(\n${lines.join('')}${' '.repeat(indent)})`;
}

function module(layer: LayerSpec, inShape: Shape, indent: number): string {
  switch (layer.type) {
    case 'dense':
      return `nn.Linear(${layer.inFeatures}, ${layer.outFeatures}${layer.bias ? '' : ', bias=False'})`;
    case 'transposedDense':
      return `Transposed(self.${layer.tiedTo.replace(/\.(\d+)/g, '[$1]')}${layer.bias ? '' : ', bias=False'})`;
    case 'gaussianCode':
      return `GaussianCode(${layer.inFeatures}, ${layer.outFeatures})`;
    case 'sequential':
      return sequential(layer.layers, inShape, indent);
    case 'relu':
      return 'nn.ReLU()';
    case 'leakyRelu':
      return `nn.LeakyReLU(${layer.slope})`;
    case 'sigmoid':
      return 'nn.Sigmoid()';
    case 'tanh':
      return 'nn.Tanh()';
    case 'silu':
      return 'nn.SiLU()';
    case 'gelu':
      return 'nn.GELU()';
    case 'conv2d':
      return `nn.Conv2d(${convolution(layer)})`;
    case 'convTranspose2d':
      return `nn.ConvTranspose2d(${convolution(layer)}, output_padding=${pythonPadding(layer.outputPadding)})`;
    case 'maxPool2d':
      return `nn.MaxPool2d(${windowArguments(layer)})`;
    case 'upsample2d':
      // mode="nearest" takes the wrong pixel at some factors, such as 41: it multiplies by 1 / factor, rounded.
      return `nn.Upsample(scale_factor=${layer.factor}, mode="nearest-exact")`;
    case 'reshape':
    case 'flatten':
      return `Reshape(${outputShape(layer, inShape).join(', ')})`;
  }
}

/** `1` for rows and columns, `(1, 0)` where these differ. */
function pythonPadding(padding: OutputPadding): string {
  return typeof padding === 'number' ? `${padding}` : `(${padding.join(', ')})`;
}

function convolution(layer: Conv2dSpec | ConvTranspose2dSpec): string {
  const { inChannels, outChannels, bias } = layer;
  return `${inChannels}, ${outChannels}, ${windowArguments(layer)}${bias ? '' : ', bias=False'}`;
}

function windowArguments({ kernelSize, stride, padding }: Omit<MaxPool2dSpec, 'type'>): string {
  return `${kernelSize}, stride=${stride}, padding=${padding}`;
}
