/**
 * The convolutional autoencoder of the Keras tutorial ("Building Autoencoders in Keras", 2016), which every engine builds:
 * images of 28 x 28 pixels to 4 x 4 with 8 channels and back. Its last layer gives logits; the sigmoid is a part of the loss.
 */

export const IMAGE_SHAPE = [28, 28, 1];
export const FEATURES = 28 * 28;
const CODE_SHAPE = [4, 4, 8];

const conv = (inChannels, outChannels, padding = 1) => ({
  type: 'conv2d',
  inChannels,
  outChannels,
  kernelSize: 3,
  stride: 1,
  padding,
  bias: true,
});
const relu = { type: 'relu' };
const pool = (padding = 0) => ({ type: 'maxPool2d', kernelSize: 2, stride: 2, padding });
const upsample = { type: 'upsample2d', factor: 2 };

/** The layers as isthmus describes them. The last pooling makes 4 x 4 of 7 x 7, the third convolution on the way back 14 of 16. */
export const NETWORK = {
  encoder: [conv(1, 16), relu, pool(), conv(16, 8), relu, pool(), conv(8, 8), relu, pool(1)],
  decoder: [
    conv(8, 8),
    relu,
    upsample,
    conv(8, 8),
    relu,
    upsample,
    conv(8, 16, 0),
    relu,
    upsample,
    conv(16, 1),
  ],
};

/** For isthmus' Autoencoder, whose samples and codes are flat. */
export function specOf({ encoder, decoder }) {
  const flat = (shape, layers) => [{ type: 'reshape', shape }, ...layers, { type: 'flatten' }];
  return {
    type: 'autoencoder',
    inputShape: IMAGE_SHAPE,
    encoder: flat(IMAGE_SHAPE, encoder),
    decoder: [...flat(CODE_SHAPE, decoder), { type: 'sigmoid' }],
  };
}

/**
 * @param {Float32Array} weights - Convolution by convolution: weight `[kernelSize, kernelSize, in, out]`, then bias `[out]`.
 * @returns All layers in order; those with parameters have views of them.
 */
export function withParameters({ encoder, decoder }, weights) {
  let offset = 0;
  const take = (length) => weights.subarray(offset, (offset += length));
  return [...encoder, ...decoder].map((layer) => {
    if (layer.type !== 'conv2d') return layer;
    const { kernelSize, inChannels, outChannels } = layer;
    return { ...layer, weight: take(kernelSize ** 2 * inChannels * outChannels), bias: take(outChannels) };
  });
}
