import { Autoencoder, generateDigits, normalize } from 'isthmus';

const images = normalize(generateDigits({ count: 1000, seed: 1 })); // uint8 pixels, divided by 255
const autoencoder = new Autoencoder({ inputShape: [28, 28], encodingDim: 32, hidden: [64, 32], seed: 42 });

await autoencoder.fit(images, {
  epochs: 5,
  onEpochEnd: ({ epoch, loss }) => console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}`),
});

const codes = autoencoder.encode(images); // 1000 codes of 32 numbers
const restored = autoencoder.decode(codes); // 1000 images of 28×28
console.log(codes.shape, restored.shape);
const { psnr } = await autoencoder.evaluate(images);
console.log(`PSNR ${psnr.toFixed(2)} dB`);
