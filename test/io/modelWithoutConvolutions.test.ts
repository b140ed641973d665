/** Nothing here loads the layers for images, as in a bundle for browsers that left them out. */

import { expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { readModel, writeModel } from '../../src/io/model.ts';
import { resealed } from '../helpers/mutations/resealed.ts';

test('a model file with convolutions is sound, and the program is told what it lacks', () => {
  const autoencoder = new Autoencoder({ inputShape: [2, 2], hidden: [], encodingDim: 1 });
  const { encoder, ...rest } = autoencoder.spec();
  const images = [{ type: 'reshape', shape: [2, 2, 1] }, { type: 'flatten' }, ...encoder];
  const file = resealed(writeModel(autoencoder), { model: JSON.stringify({ ...rest, encoder: images }) });
  expect(() => readModel(file)).toThrow(
    expect.objectContaining({
      name: 'Error',
      message:
        "buildLayer: this bundle has no layer 'reshape', expected useConvolutions() before the first network.",
    }),
  );
});
