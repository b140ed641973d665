/**
 * The layers for images as a part of the engine that bundlers leave out when nothing names it: nothing else imports them, so
 * `buildLayer` learns of them here. Read build.ts and conv2d.ts first.
 */

import { type BuildOptions, registerImageLayers, requireField } from './build.ts';
import { Conv2d } from './conv2d.ts';
import { ConvTranspose2d } from './convTranspose2d.ts';
import { Flatten } from './flatten.ts';
import type { Layer } from './layer.ts';
import { MaxPool2d } from './maxPool2d.ts';
import { Reshape } from './reshape.ts';
import type { ImageLayerSpec } from './spec.ts';
import { Upsample2d } from './upsample2d.ts';

const WINDOW = ['kernelSize', 'stride', 'padding'];

/** Refuses a spec without all of its numbers: the defaults of the constructors are for people. */
function requireNumbers(spec: ImageLayerSpec, fields: readonly string[]): void {
  for (const field of fields) requireField(spec, field, typeof Reflect.get(spec, field) === 'number');
}

function buildImageLayer(spec: ImageLayerSpec, { random, initializer }: BuildOptions): Layer {
  const weights = { random, ...(initializer && { initializer }) };
  switch (spec.type) {
    case 'conv2d': {
      const { type: _, inChannels, outChannels, ...options } = spec;
      requireField(spec, 'bias', typeof spec.bias === 'boolean');
      requireNumbers(spec, WINDOW);
      return new Conv2d(inChannels, outChannels, { ...options, ...weights });
    }
    case 'convTranspose2d': {
      const { type: _, inChannels, outChannels, ...options } = spec;
      requireField(spec, 'bias', typeof spec.bias === 'boolean');
      requireNumbers(spec, WINDOW);
      requireField(spec, 'outputPadding', spec.outputPadding !== undefined);
      return new ConvTranspose2d(inChannels, outChannels, { ...options, ...weights });
    }
    case 'maxPool2d': {
      const { type: _, ...options } = spec;
      requireNumbers(spec, WINDOW);
      return new MaxPool2d(options);
    }
    case 'upsample2d':
      requireNumbers(spec, ['factor']);
      return new Upsample2d({ factor: spec.factor });
    case 'reshape':
      requireField(spec, 'shape', Array.isArray(spec.shape));
      return new Reshape(spec.shape);
    case 'flatten':
      return new Flatten();
  }
}

/**
 * Makes a bundle for browsers keep convolutions. Bundlers leave out what nobody names, and the option `conv` of a model names
 * only numbers, so a program that a bundler makes, and that uses that option or reads a model with convolutions, calls this
 * once before its first network. Elsewhere it changes nothing: the layers are there as soon as the engine is loaded.
 *
 * @example
 * useConvolutions();
 * const autoencoder = new Autoencoder({ inputShape: [28, 28, 1], conv: [16, 32], encodingDim: 32 });
 */
export function useConvolutions(): void {
  registerImageLayers(buildImageLayer); // not outside of the function: bundlers drop calls of functions that do nothing
}

useConvolutions();
