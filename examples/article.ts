/**
 * The classic autoencoder tutorial, step by step: build an encoder and a decoder, train them, compress and restore images.
 *
 * To run it on the built-in digits: `npm run -s build && node dist/examples/article.js`,
 * on images of your own: `node dist/examples/article.js images.npy`.
 */

import { Adam, Autoencoder, generateDigits, normalize } from 'isthmus';
import { loadImages } from 'isthmus/node';

// 1. Load the images: `images = np.load('images.npy') / 255`. The pixels stay bytes; each batch is divided when it is used.
const [path] = process.argv.slice(2);
const images = normalize(path ? await loadImages(path) : generateDigits({ count: 2000, seed: 1 }));
const [count, ...inputShape] = images.shape;

// 2. The encoder (Dense 64, 32, then the code) and the decoder (Dense 32, 64, then the image).
const autoencoder = new Autoencoder({ inputShape, hidden: [64, 32], encodingDim: 32, seed: 42 });

// 3. How to train: Adam and the mean squared error.
autoencoder.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse' });
console.log(autoencoder.summary());

// 4. Train: the network learns to restore its input. (The tutorial runs 100 epochs.)
await autoencoder.fit(images, {
  epochs: 10,
  batchSize: 32,
  onEpochEnd: ({ epoch, loss }) => console.log(`epoch ${epoch}: loss ${loss.toFixed(5)}`),
});

// 5. Compress and restore.
const codes = autoencoder.encode(images); // compress_image
const restored = autoencoder.decode(codes); // decode_image
console.log(`${count} images [${inputShape}] -> codes [${codes.shape}] -> images [${restored.shape}]`);

// 6. How close are they?
const { mse, psnr } = await autoencoder.evaluate(images);
console.log(`mse ${mse.toFixed(5)}, PSNR ${psnr.toFixed(2)} dB`);
