/** The expected results: the same work in float64, by definition. */

import { IMAGE_SHAPE, withParameters } from './convolutional.mjs';
import { layersOf } from './network.mjs';

/** a `[m, k]` times b `[k, n]`. */
export function multiply(m, n, k, a, b) {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const row = c.subarray(i * n, (i + 1) * n);
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      const other = b.subarray(p * n, (p + 1) * n);
      for (let j = 0; j < n; j++) row[j] += factor * other[j];
    }
  }
  return c;
}

/** Of a square matrix: the same, rows and columns exchanged. */
export function transposed(n, a) {
  return Float32Array.from(a, (_, i) => a[(i % n) * n + Math.floor(i / n)]);
}

/**
 * An upper bound of |A| · |B|, element by element, that costs n² instead of n³: the length of the row times the length
 * of the column (Cauchy-Schwarz). For numbers drawn evenly from -1 to 1 it is a third too large.
 */
export function magnitudes(n, a, b) {
  const rows = new Float64Array(n);
  const columns = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      rows[i] += a[i * n + j] ** 2;
      columns[j] += b[i * n + j] ** 2;
    }
  }
  return Float64Array.from({ length: n * n }, (_, i) => Math.sqrt(rows[Math.floor(i / n)] * columns[i % n]));
}

/** What the network makes of these images. */
export function restore(widths, weights, images) {
  const count = images.length / widths[0];
  let x = images;
  for (const { inFeatures, outFeatures, weight, bias, isLinear } of layersOf(widths, weights)) {
    const y = multiply(count, outFeatures, inFeatures, x, weight);
    for (let i = 0; i < y.length; i++) {
      const sum = y[i] + bias[i % outFeatures];
      y[i] = isLinear ? sum : Math.max(0, sum);
    }
    x = y;
  }
  return x;
}

/**
 * The loss of each of the first steps of training the network of convolutional.mjs, always on the same images, by binary
 * cross-entropy and Adam.
 *
 * @param images - `[n, 28, 28, 1]`, flat.
 */
export function convolutionalLosses(network, weights, images, adam, steps) {
  const layers = withParameters(network, Float64Array.from(weights));
  const parameters = layers.flatMap(({ weight, bias }) => (weight ? [weight, bias] : []));
  const states = new Map(parameters.map((values) => [values, adamState(values)]));
  const [height, width, channels] = IMAGE_SHAPE;
  const x = { n: images.length / (height * width * channels), height, width, channels, data: images };
  return Array.from({ length: steps }, (_, step) => {
    for (const { gradient } of states.values()) gradient.fill(0);
    const ways = [];
    let y = x;
    for (const layer of layers) {
      const way = LAYERS[layer.type](layer, y, (values) => states.get(values).gradient);
      ways.unshift(way);
      y = way.y;
    }
    // -mean (t log σ(z) + (1 - t) log(1 - σ(z))) = mean (log(1 + e^z) - t z), gradient (σ(z) - t) / n
    const { length } = y.data;
    let loss = 0;
    let dY = empty(y);
    y.data.forEach((z, i) => {
      loss += (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - images[i] * z) / length;
      dY.data[i] = (1 / (1 + Math.exp(-z)) - images[i]) / length;
    });
    for (const { backward } of ways) dY = backward(dY);
    for (const [values, state] of states) adamStep(values, state, adam, step + 1);
    return loss;
  });
}

/** Images of zeros. */
function empty({ n, height, width, channels }) {
  return { n, height, width, channels, data: new Float64Array(n * height * width * channels) };
}

/** For each pixel of the smaller images, each pixel of the larger ones that its window sees: where both are, and which it is. */
function eachPixel(large, small, { kernelSize, stride, padding }, visit) {
  for (let n = 0; n < small.n; n++) {
    for (let i = 0; i < small.height; i++) {
      for (let j = 0; j < small.width; j++) {
        const at = ((n * small.height + i) * small.width + j) * small.channels;
        for (let tap = 0; tap < kernelSize ** 2; tap++) {
          const row = stride * i + Math.floor(tap / kernelSize) - padding;
          const column = stride * j + (tap % kernelSize) - padding;
          if (row < 0 || row >= large.height || column < 0 || column >= large.width) continue;
          visit(((n * large.height + row) * large.width + column) * large.channels, at, tap);
        }
      }
    }
  }
}

function pooledLength(length, { kernelSize, stride, padding }) {
  return Math.floor((length + 2 * padding - kernelSize) / stride) + 1;
}

/** By type: (layer, x, gradientOf) to `{ y, backward }`, where backward turns dY into dX and adds to the parameters' gradients. */
const LAYERS = {
  conv2d: (layer, x, gradientOf) => {
    const { inChannels, outChannels, weight, bias } = layer;
    const [height, width] = [pooledLength(x.height, layer), pooledLength(x.width, layer)];
    const y = empty({ n: x.n, height, width, channels: outChannels });
    y.data.forEach((_, i, data) => {
      data[i] = bias[i % outChannels];
    });
    eachPixel(x, y, layer, (from, to, tap) => {
      for (let c = 0; c < inChannels; c++) {
        const row = (tap * inChannels + c) * outChannels;
        for (let o = 0; o < outChannels; o++) y.data[to + o] += x.data[from + c] * weight[row + o];
      }
    });
    const backward = (dY) => {
      const dX = empty(x);
      const [dWeight, dBias] = [gradientOf(weight), gradientOf(bias)];
      dY.data.forEach((gradient, i) => {
        dBias[i % outChannels] += gradient;
      });
      eachPixel(x, y, layer, (from, to, tap) => {
        for (let c = 0; c < inChannels; c++) {
          const row = (tap * inChannels + c) * outChannels;
          for (let o = 0; o < outChannels; o++) {
            dX.data[from + c] += dY.data[to + o] * weight[row + o];
            dWeight[row + o] += dY.data[to + o] * x.data[from + c];
          }
        }
      });
      return dX;
    };
    return { y, backward };
  },

  relu: (_, x) => {
    const gate = (values) => ({ ...x, data: values.map((value, i) => (x.data[i] > 0 ? value : 0)) });
    return { y: gate(x.data), backward: (dY) => gate(dY.data) };
  },

  maxPool2d: (layer, x) => {
    const y = empty({ ...x, height: pooledLength(x.height, layer), width: pooledLength(x.width, layer) });
    y.data.fill(-Infinity);
    const largest = new Int32Array(y.data.length);
    eachPixel(x, y, layer, (from, to) => {
      for (let c = 0; c < x.channels; c++) {
        if (x.data[from + c] <= y.data[to + c]) continue;
        y.data[to + c] = x.data[from + c];
        largest[to + c] = from + c;
      }
    });
    const backward = (dY) => {
      const dX = empty(x);
      dY.data.forEach((gradient, i) => {
        dX.data[largest[i]] += gradient;
      });
      return dX;
    };
    return { y, backward };
  },

  upsample2d: ({ factor }, x) => {
    const window = { kernelSize: factor, stride: factor, padding: 0 };
    const y = empty({ ...x, height: factor * x.height, width: factor * x.width });
    eachPixel(y, x, window, (to, from) => {
      for (let c = 0; c < x.channels; c++) y.data[to + c] = x.data[from + c];
    });
    const backward = (dY) => {
      const dX = empty(x);
      eachPixel(dY, x, window, (from, to) => {
        for (let c = 0; c < x.channels; c++) dX.data[to + c] += dY.data[from + c];
      });
      return dX;
    };
    return { y, backward };
  },
};

function adamState({ length }) {
  return { gradient: new Float64Array(length), m: new Float64Array(length), v: new Float64Array(length) };
}

function adamStep(values, { gradient, m, v }, { learningRate, beta1, beta2, epsilon }, t) {
  for (let i = 0; i < values.length; i++) {
    m[i] = beta1 * m[i] + (1 - beta1) * gradient[i];
    v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] ** 2;
    const root = Math.sqrt(v[i] / (1 - beta2 ** t));
    values[i] -= (learningRate * m[i]) / (1 - beta1 ** t) / (root + epsilon);
  }
}
