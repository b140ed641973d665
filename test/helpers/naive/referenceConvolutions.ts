/**
 * The layers for images once more: float64, each number of a result as one sum over what it is made of, as docs/math.md
 * writes it. (The engine's plain loops go the other way: from each pixel to what it is added to.) Nothing here comes from
 * src, so that a mistake there is not repeated here.
 */

const { floor, max } = Math;
const { isInteger } = Number;

type Numbers = ArrayLike<number>;

/** Of a convolution from `[batch, height, width, channels]` to `[batch, outHeight, outWidth, outChannels]`. */
export interface ReferenceSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** f for each number of an array of this shape, in its order. */
function fill(
  [d0, d1, d2, d3]: readonly number[],
  f: (i0: number, i1: number, i2: number, i3: number) => number,
): number[] {
  const numbers: number[] = [];
  for (let i0 = 0; i0 < d0; i0++) {
    for (let i1 = 0; i1 < d1; i1++) {
      for (let i2 = 0; i2 < d2; i2++) for (let i3 = 0; i3 < d3; i3++) numbers.push(f(i0, i1, i2, i3));
    }
  }
  return numbers;
}

const isInside = (i: number, length: number) => i >= 0 && i < length;

/** y(n, i, j, o) = b(o) + Σ x(n, s i + ky - p, s j + kx - p, c) w(ky, kx, c, o); weight `[k, k, channels, outChannels]`. */
export function referenceConvolution(
  sizes: ReferenceSizes,
  x: Numbers,
  weight: Numbers,
  bias?: Numbers,
): number[] {
  const { batch, height, width, channels, outHeight, outWidth, outChannels } = sizes;
  const { kernelSize, stride, padding } = sizes;
  return fill([batch, outHeight, outWidth, outChannels], (n, i, j, o) => {
    let sum = bias ? bias[o] : 0;
    for (let ky = 0; ky < kernelSize; ky++) {
      const row = stride * i + ky - padding;
      if (!isInside(row, height)) continue;
      for (let kx = 0; kx < kernelSize; kx++) {
        const column = stride * j + kx - padding;
        if (!isInside(column, width)) continue;
        const pixel = ((n * height + row) * width + column) * channels;
        const tap = (ky * kernelSize + kx) * channels;
        for (let c = 0; c < channels; c++) sum += x[pixel + c] * weight[(tap + c) * outChannels + o];
      }
    }
    return sum;
  });
}

/**
 * x(n, r, q, c) = b(c) + Σ y(n, i, j, o) w(ky, kx, c, o) over all i, j, ky, kx with s i + ky - p = r and s j + kx - p = q: the
 * adjoint, which ConvTranspose2d computes forward and Conv2d backward.
 */
export function referenceTransposedConvolution(
  sizes: ReferenceSizes,
  y: Numbers,
  weight: Numbers,
  bias?: Numbers,
): number[] {
  const { batch, height, width, channels, outHeight, outWidth, outChannels } = sizes;
  const { kernelSize, stride, padding } = sizes;
  return fill([batch, height, width, channels], (n, row, column, c) => {
    let sum = bias ? bias[c] : 0;
    for (let ky = 0; ky < kernelSize; ky++) {
      const i = (row + padding - ky) / stride;
      if (!isInteger(i) || !isInside(i, outHeight)) continue;
      for (let kx = 0; kx < kernelSize; kx++) {
        const j = (column + padding - kx) / stride;
        if (!isInteger(j) || !isInside(j, outWidth)) continue;
        const pixel = ((n * outHeight + i) * outWidth + j) * outChannels;
        const tap = ((ky * kernelSize + kx) * channels + c) * outChannels;
        for (let o = 0; o < outChannels; o++) sum += y[pixel + o] * weight[tap + o];
      }
    }
    return sum;
  });
}

/** dw(ky, kx, c, o) = Σ x(n, s i + ky - p, s j + kx - p, c) dy(n, i, j, o). */
export function referenceWeightGradient(sizes: ReferenceSizes, x: Numbers, dY: Numbers): number[] {
  const { batch, height, width, channels, outHeight, outWidth, outChannels } = sizes;
  const { kernelSize, stride, padding } = sizes;
  return fill([kernelSize, kernelSize, channels, outChannels], (ky, kx, c, o) => {
    let sum = 0;
    for (let n = 0; n < batch; n++) {
      for (let i = 0; i < outHeight; i++) {
        const row = stride * i + ky - padding;
        if (!isInside(row, height)) continue;
        for (let j = 0; j < outWidth; j++) {
          const column = stride * j + kx - padding;
          if (!isInside(column, width)) continue;
          const pixel = (n * height + row) * width + column;
          sum += x[pixel * channels + c] * dY[((n * outHeight + i) * outWidth + j) * outChannels + o];
        }
      }
    }
    return sum;
  });
}

type PoolingSizes = Omit<ReferenceSizes, 'outChannels'>;

/** For each number of y the indices in x that its window sees, row by row. */
function windows(sizes: PoolingSizes): number[][] {
  const { batch, height, width, channels, outHeight, outWidth, kernelSize, stride, padding } = sizes;
  const seen: number[][] = [];
  fill([batch, outHeight, outWidth, channels], (n, i, j, c) => {
    const indices: number[] = [];
    for (let row = stride * i - padding; row < stride * i - padding + kernelSize; row++) {
      for (let column = stride * j - padding; column < stride * j - padding + kernelSize; column++) {
        const isPixel = isInside(row, height) && isInside(column, width);
        if (isPixel) indices.push(((n * height + row) * width + column) * channels + c);
      }
    }
    return seen.push(indices);
  });
  return seen;
}

/** y = the largest number of each window, NaN if it has one; what lies outside of the image is smaller than any. */
export function referenceMaxPooling(sizes: PoolingSizes, x: Numbers): number[] {
  return windows(sizes).map((indices) => max(...indices.map((index) => x[index])));
}

/** dX: each dY goes to the first of the largest numbers of its window. */
export function referenceMaxPoolingGradient(sizes: PoolingSizes, x: Numbers, dY: Numbers): number[] {
  const dX = new Array<number>(x.length).fill(0);
  for (const [i, indices] of windows(sizes).entries()) {
    const largest = max(...indices.map((index) => x[index]));
    dX[indices.find((index) => Object.is(x[index] + 0, largest + 0))!] += dY[i];
  }
  return dX;
}

export interface ReferenceUpsampling {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly factor: number;
}

/** y(n, i, j, c) = x(n, ⌊i / f⌋, ⌊j / f⌋, c). */
export function referenceUpsampling(sizes: ReferenceUpsampling, x: Numbers): number[] {
  const { batch, height, width, channels, factor } = sizes;
  return fill([batch, factor * height, factor * width, channels], (n, i, j, c) => {
    return x[((n * height + floor(i / factor)) * width + floor(j / factor)) * channels + c];
  });
}

/** dx(n, r, q, c) = Σ dy(n, f r + a, f q + b, c) over 0 <= a, b < f. */
export function referenceUpsamplingGradient(sizes: ReferenceUpsampling, dY: Numbers): number[] {
  const { batch, height, width, channels, factor } = sizes;
  return fill([batch, height, width, channels], (n, row, column, c) => {
    let sum = 0;
    for (let a = 0; a < factor; a++) {
      for (let b = 0; b < factor; b++) {
        const pixel = (n * factor * height + factor * row + a) * factor * width + factor * column + b;
        sum += dY[pixel * channels + c];
      }
    }
    return sum;
  });
}
