/**
 * The article's autoencoder, step for step: build an encoder and a decoder, train them, compress and restore images.
 * Run it with `npm run -s build && node dist/examples/article.js`; images of your own go in as a .npy file:
 * `node dist/examples/article.js images.npy`.
 */

import { Adam, Autoencoder, generateDigits, normalize, type Samples } from 'isthmus';
import { loadImages } from 'isthmus/node';

// 1. Load the images and bring their pixels into [0, 1]: `images = np.load('images.npy') / 255`.
//    Nothing is copied: each batch is divided when it is gathered.
export async function loadData(path?: string): Promise<Samples> {
  return normalize(path ? await loadImages(path) : generateDigits({ count: 2000, seed: 1 }));
}

// 2. The encoder (Dense 64, 32, then the code) and the decoder (Dense 32, 64, then the image).
export function buildAutoencoder(inputShape: readonly number[]): Autoencoder {
  const autoencoder = new Autoencoder({ inputShape, encodingDim: 32, hidden: [64, 32], seed: 42 });

  // 3. How to train: Adam and the mean squared error.
  autoencoder.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse' });
  return autoencoder;
}

export async function main(
  path?: string,
  epochs = 10,
  log: (line: string) => void = console.log,
): Promise<void> {
  const images = await loadData(path);
  const [, ...inputShape] = images.shape;
  const autoencoder = buildAutoencoder(inputShape);
  log(autoencoder.summary());

  // 4. Train: the network learns to restore what it was given.
  await autoencoder.fit(images, {
    epochs,
    batchSize: 32,
    onEpochEnd: ({ epoch, loss }) => log(`epoch ${epoch}  loss ${loss.toFixed(5)}`),
  });

  // 5. Compress (the article's compress_image) and restore (decode_image).
  const codes = autoencoder.encode(images);
  const restored = autoencoder.decode(codes);
  log(`images [${images.shape}] -> codes [${codes.shape}] -> images [${restored.shape}]`);

  // 6. How close are they?
  const { mse, psnr } = autoencoder.evaluate(images);
  log(`mse ${mse.toFixed(5)}, psnr ${psnr.toFixed(2)} dB`);
}

if (import.meta.url === `file://${process.argv[1]}`) await main(process.argv[2]);
