import { Autoencoder, generateDigits, normalize, VariationalAutoencoder } from 'isthmus';

const images = normalize(generateDigits({ count: 200, seed: 1 }));
const autoencoder = new Autoencoder({ inputShape: [28, 28], conv: [8, 16], encodingDim: 32, seed: 42 });
await autoencoder.fit(images, { epochs: 1 });
console.log(autoencoder.encode(images).shape, autoencoder.predict(images).shape);
const vae = new VariationalAutoencoder({ inputShape: [28, 28], conv: [8, 16] }); // GAN has the same option
console.log(vae.sample(4).shape);
