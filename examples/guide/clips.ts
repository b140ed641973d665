/**
 * Moving digits as samples, for docs/guide/11-text-sound-video.md: clips of four frames, [n, 4, 28, 28], beside the same
 * frames one by one, with as many numbers of code for a frame. It prints how well unseen clips are restored, and draws some.
 *
 * `npm run -s build && node dist/examples/guide/clips.js clips.png`
 */

import { Adam, Autoencoder, generateDigits, linear, normalize, Random, type Samples } from 'isthmus';
import { encodePng, imageGrid, writeFileAtomically } from 'isthmus/node';

const FRAMES = 4;
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const EPOCHS = 10;
const BATCH_SIZE = 64;
const SHOWN = 3; // clips in the picture

const [path = 'clips.png'] = process.argv.slice(2);
const training = clips({ count: 2000, seed: 1, speed: 2 });
const unseen = clips({ count: 200, seed: 2, speed: 2 });
const fast = clips({ count: 200, seed: 2, speed: 4 });

console.log('PSNR, dB             numbers of code   training   unseen   unseen, twice as fast');
const whole = await learn('clips of 4 frames', '16 a clip', (samples) => samples, 16);
const single = await learn('frames one by one', '4 a frame', framesOf, 4);

const rows = [unseen.data, whole.predict(unseen).data, single.predict(framesOf(unseen)).data];
const perRow = SHOWN * FRAMES;
const shown = rows.flatMap((row, i) =>
  [...row.slice(0, perRow * PIXELS)].map((x) => (i === 0 ? x / 255 : x)),
);
const images = { shape: [rows.length * perRow, SIDE, SIDE], data: Float32Array.from(shown) };
await writeFileAtomically(path, encodePng(imageGrid(images, { columns: perRow, scale: 2 })));

/** Digits that each move in a direction of their own, by at most `speed` pixels a frame to the side and up or down. */
function clips({ count, seed, speed }: { count: number; seed: number; speed: number }) {
  const { data: digits } = generateDigits({ count, seed });
  const random = new Random(seed);
  const data = new Uint8Array(count * FRAMES * PIXELS);
  for (let i = 0; i < count; i++) {
    const [sideways, down] = [random.uniform(-speed, speed), random.uniform(-speed, speed)];
    for (let frame = 0; frame < FRAMES; frame++) {
      const time = frame - (FRAMES - 1) / 2; // in the middle of the clip, the digit is in the middle of the image
      const [dx, dy] = [Math.round(sideways * time), Math.round(down * time)];
      for (let pixel = 0; pixel < PIXELS; pixel++) {
        const [x, y] = [(pixel % SIDE) - dx, Math.floor(pixel / SIDE) - dy];
        if (x < 0 || x >= SIDE || y < 0 || y >= SIDE) continue;
        data[(i * FRAMES + frame) * PIXELS + pixel] = digits[i * PIXELS + y * SIDE + x];
      }
    }
  }
  return normalize({ shape: [count, FRAMES, SIDE, SIDE], data });
}

/** The same pixels as four times as many samples. */
function framesOf(samples: Required<Samples>): Required<Samples> {
  return { ...samples, shape: [samples.shape[0] * FRAMES, SIDE, SIDE] };
}

/** Trains a network on clips or on frames, and prints how well it restores them. */
async function learn(name: string, code: string, form: typeof framesOf, encodingDim: number) {
  const samples = form(training);
  const [count, ...inputShape] = samples.shape;
  const autoencoder = new Autoencoder({
    inputShape,
    hidden: [128],
    encodingDim,
    activation: 'silu',
    seed: 1,
  });
  const steps = EPOCHS * Math.ceil(count / BATCH_SIZE);
  autoencoder.compile({ optimizer: new Adam({ learningRate: linear({ learningRate: 2e-3, steps }) }) });
  await autoencoder.fit(samples, { epochs: EPOCHS, batchSize: BATCH_SIZE, start: 'mean' });
  const results: string[] = [];
  for (const set of [training, unseen, fast]) {
    const { psnr } = await autoencoder.evaluate(form(set));
    results.push(psnr.toFixed(2));
  }
  const [first, second, third] = results;
  console.log(
    name.padEnd(21) + code.padEnd(18) + first.padStart(8) + second.padStart(9) + third.padStart(24),
  );
  return autoencoder;
}
