/**
 * The second picture of chapter 1 of the guide: unseen digits, and what the network of the chapter restores of them as it
 * learns.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/firstRun.js docs/images/guide/first-run.png`.
 */

import { writeFileSync } from 'node:fs';
import { Autoencoder, generateDigits, normalize, Tensor } from 'isthmus';
import { encodePng, imageGrid } from 'isthmus/node';

const [path = 'first-run.png'] = process.argv.slice(2);
const SHOWN = [1, 5, 20, 60]; // epochs

const images = normalize(generateDigits({ count: 2000, seed: 1 }));
const autoencoder = new Autoencoder({ inputShape: [28, 28], encodingDim: 32, hidden: [64, 32], seed: 42 });

const unseen = normalize(generateDigits({ count: 1000, seed: 2 }));
const some = { ...unseen, shape: [12, 28, 28], data: unseen.data.subarray(0, 12 * 784) };
const rows: Float32Array[] = [Float32Array.from(some.data, (pixel) => pixel / 255)];

let epochs = 0;
for (const shown of SHOWN) {
  await autoencoder.fit(images, { epochs: shown - epochs });
  epochs = shown;
  rows.push(autoencoder.predict(some).data);
  const { mse, psnr } = await autoencoder.evaluate(unseen);
  console.log(
    `after ${String(epochs).padStart(2)} epochs: MSE ${mse.toFixed(4)}, PSNR ${psnr.toFixed(2)} dB on unseen digits`,
  );
}

const all = Tensor.from(
  rows.flatMap((row) => [...row]),
  [12 * rows.length, 28, 28],
);
writeFileSync(path, encodePng(imageGrid(all, { columns: 12, scale: 2 })));
