/** Trains an autoencoder beside the page, which stays responsive, and posts what main.ts draws. */

import { Autoencoder, generateDigits, normalize, useThreads, writeModel } from 'isthmus';

/** Images are grey values from 0 to 1, one image after another. */
export type Message =
  | { kind: 'start'; threads: number; epochs: number; originals: Float32Array }
  | { kind: 'epoch'; epoch: number; loss: number; restored: Float32Array }
  | { kind: 'end'; psnr: number; model: Uint8Array };

const EPOCHS = 40;
const post = (message: Message) => postMessage(message);

const { threads } = await useThreads('auto');
const images = normalize(generateDigits({ count: 2000, seed: 1 })); // uint8 pixels, divided by 255
const unseen = normalize(generateDigits({ count: 10, seed: 2 }));
const autoencoder = new Autoencoder({ inputShape: [28, 28], encodingDim: 32, hidden: [64, 32], seed: 42 });

post({
  kind: 'start',
  threads,
  epochs: EPOCHS,
  originals: Float32Array.from(unseen.data, (pixel) => pixel / 255),
});
await autoencoder.fit(images, {
  epochs: EPOCHS,
  onEpochEnd: ({ epoch, loss }) =>
    post({ kind: 'epoch', epoch, loss, restored: autoencoder.predict(unseen).data }),
});

// The weights lie in the engine's memory. What another thread gets is a model file, as bytes: `readModel` opens it.
const { psnr } = await autoencoder.evaluate(unseen);
post({ kind: 'end', psnr, model: writeModel(autoencoder) });
