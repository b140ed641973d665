/** What a network makes of samples and codes, to be drawn. Read dataset.ts and plane.ts first. */

import { pickSamples } from '../../src/data/samples.ts';
import {
  type AnyModel,
  type Autoencoder,
  addNoise,
  GAN,
  type GaussianDistribution,
  Random,
  type Samples,
  Tensor,
} from '../../src/index.ts';
import type { Drawing, Drawn, Sample, Settings, SnapshotEvent, View } from '../messages.ts';
import type { Dataset } from './dataset.ts';
import { moveIntoFrame } from './frame.ts';
import { firstWeight, kindOf } from './network.ts';
import { codeAt, type PlaneOfCodes, planeOf } from './plane.ts';

/** How many units of the first layer are shown: curves take more room. */
const FILTERS = { picture: 64, curve: 24 };
/** How many samples of a GAN are shown beside each other; always of the same codes. */
const SAMPLES = 20;
/** How far the sliders go where codes are standard normal numbers. */
const NORMAL_RANGE = 3;
/** Noise that is shown is always the same. */
const NOISE_SEED = 0;

export class Studio {
  readonly #model: AnyModel;
  readonly #data: Dataset;
  readonly #noise: number;
  #plane: PlaneOfCodes | undefined;

  constructor(model: AnyModel, data: Dataset, settings: Settings) {
    this.#model = model;
    this.#data = data;
    this.#noise = settings.kind === 'gan' ? 0 : settings.noise;
  }

  snapshot(): SnapshotEvent {
    const filters = this.#filters();
    if (this.#model instanceof GAN) {
      const outputs = this.#drawTensor(this.#model.sample(SAMPLES, { seed: 0 }));
      return {
        event: 'snapshot',
        outputs,
        noisy: undefined,
        filters,
        plane: undefined,
        ...this.#normalRange(),
      };
    }
    const inputs = this.#inputsOf(this.#data.originals);
    const seen = this.#noise > 0 ? this.#addNoise(inputs) : inputs;
    const codes = this.#model.encode(this.#data.shown);
    this.#plane = planeOf(codes, this.#plane);
    return {
      event: 'snapshot',
      outputs: this.#drawTensor(this.#model.predict(seen)),
      noisy: this.#noise > 0 ? this.#drawTensor(seen) : undefined,
      filters,
      plane: this.#plane.plane,
      ...(kindOf(this.#model) === 'vae' ? this.#normalRange() : rangeOf(codes)),
    };
  }

  original(index: number): Sample {
    return this.#restore(this.#inputsOf(pickSamples(this.#data.originals, [index])));
  }

  /** The sample itself, not its reconstruction. */
  point(index: number): Sample {
    const sample = pickSamples(this.#data.shown, [index]);
    const code = this.#autoencoder.encode(sample);
    return { code: code.data.slice(), drawn: this.#drawTensor(this.#inputsOf(sample)) };
  }

  place(x: number, y: number): Sample {
    if (!this.#plane) throw new Error('There is no latent plane yet.');
    const code = codeAt(this.#plane, x, y);
    return { code: code.data, drawn: this.decode(code.data) };
  }

  decode(code: Float32Array): Drawn {
    return this.#drawTensor(this.#model.decode(new Tensor(code, [1, code.length])));
  }

  drawing(values: Float32Array): Drawing {
    const { view, isFramed } = this.#data;
    const framed = isFramed && view.kind === 'picture' ? moveIntoFrame(values, view) : values;
    const x = new Tensor(this.#data.undraw(framed), [1, framed.length]);
    const seen = this.#drawTensor(x);
    if (this.#model instanceof GAN) {
      return { seen, sample: undefined, realness: this.#model.discriminate(x).data[0] };
    }
    return { seen, sample: this.#restore(x), realness: undefined };
  }

  /** @param codes - The distribution to draw codes from; variational autoencoders and GANs know theirs. */
  sample(count: number, seed: number, codes: GaussianDistribution | undefined): Drawn {
    const samples = codes
      ? this.#model.decode(codes.sample(count, { seed }))
      : (this.#model as GAN).sample(count, { seed });
    return this.#drawTensor(samples);
  }

  get #autoencoder(): Autoencoder {
    if (this.#model instanceof GAN) throw new Error('A GAN has no encoder.');
    return this.#model;
  }

  #restore(x: Tensor): Sample {
    const code = this.#autoencoder.encode(x);
    return { code: code.data.slice(), drawn: this.#drawTensor(this.#autoencoder.decode(code)) };
  }

  #inputsOf(samples: Samples): Tensor {
    return new Tensor(this.#data.inputs(samples), [samples.shape[0], ...this.#data.sampleShape]);
  }

  #drawTensor({ data }: Tensor): Drawn {
    return this.#data.draw(data);
  }

  #addNoise(x: Tensor): Tensor {
    return addNoise(x, { kind: 'gaussian', amount: this.#noise }, new Random(NOISE_SEED));
  }

  #normalRange() {
    const { encodingDim } = this.#model;
    return {
      codeLow: new Float32Array(encodingDim).fill(-NORMAL_RANGE),
      codeHigh: new Float32Array(encodingDim).fill(NORMAL_RANGE),
    };
  }

  /** Each unit's weights, divided by the largest of them; of colours, their mean. */
  #filters(): Drawn {
    const weight = firstWeight(this.#model);
    if (!weight) return { view: this.#data.view, count: 0, values: new Float32Array() };
    const units = weight.shape.at(-1) as number;
    const view = this.#filterView(weight.shape);
    const size = view.kind === 'picture' ? view.height * view.width : view.length;
    const channels = weight.size / units / size;
    const count = Math.min(units, FILTERS[view.kind]);
    const values = new Float32Array(count * size);
    for (let unit = 0; unit < count; unit++) {
      let most = 0;
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += weight.data[(i * channels + c) * units + unit];
        values[unit * size + i] = sum;
        most = Math.max(most, Math.abs(sum));
      }
      for (let i = unit * size; i < (unit + 1) * size; i++) values[i] /= most || 1;
    }
    return { view, count, values };
  }

  /** What the first layer's units see: of a dense layer a whole sample, of a convolution the pixels under its kernel. */
  #filterView(shape: readonly number[]): View {
    const { view } = this.#data;
    const [height, width] = shape;
    if (shape.length > 2) return { kind: 'picture', height, width, channels: 1 };
    return view.kind === 'picture' ? { ...view, channels: 1 } : view;
  }
}

/** The least and the greatest value of each number of the codes `[n, d]`. */
function rangeOf({ shape: [n, d], data }: Tensor): Pick<SnapshotEvent, 'codeLow' | 'codeHigh'> {
  const codeLow = new Float32Array(d).fill(Infinity);
  const codeHigh = new Float32Array(d).fill(-Infinity);
  for (let i = 0; i < n * d; i++) {
    codeLow[i % d] = Math.min(codeLow[i % d], data[i]);
    codeHigh[i % d] = Math.max(codeHigh[i % d], data[i]);
  }
  return { codeLow, codeHigh };
}
