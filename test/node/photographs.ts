/** Pictures that are like photographs for a small network: soft colours, shaded discs with hard edges, some grain. */

import { encodePng } from '../../src/node/pictures/png.ts';
import { Random } from '../../src/tensor/random.ts';

export interface PhotographOptions {
  readonly gray?: boolean;
  /** Added to the same photograph: standard deviation of Gaussian noise, in units of the pixels. */
  readonly noise?: number;
}

/** The bytes of a PNG. */
export function photograph(
  height: number,
  width: number,
  seed: number,
  { gray = false, noise = 0 }: PhotographOptions = {},
): Uint8Array {
  const random = new Random(seed);
  const channels = gray ? 1 : 3;
  const discs = Array.from({ length: 14 }, () => ({
    y: random.uniform(0, height),
    x: random.uniform(0, width),
    radius: random.uniform(4, 30),
    slope: [random.uniform(-2, 2), random.uniform(-2, 2)],
    colour: Array.from({ length: 3 }, () => random.uniform(40, 215)),
  }));
  const data = new Uint8Array(height * width * channels);
  for (let i = 0; i < data.length; i++) {
    const [y, x, c] = [Math.floor(i / channels / width), Math.floor(i / channels) % width, i % channels];
    let value = 128 + 60 * Math.sin((y + seed) / 23 + c) * Math.cos(x / 31 - c);
    for (const disc of discs) {
      const [v, h] = [y - disc.y, x - disc.x];
      if (v * v + h * h < disc.radius ** 2) value = disc.colour[c] + disc.slope[0] * v + disc.slope[1] * h;
    }
    data[i] = Math.min(255, Math.max(0, Math.round(value + random.normal(0, 2))));
  }
  const grain = new Random(seed + 1000);
  const noisy = data.map((value) => Math.min(255, Math.max(0, Math.round(value + grain.normal(0, noise)))));
  return encodePng({ width, height, channels, data: noise > 0 ? noisy : data });
}
