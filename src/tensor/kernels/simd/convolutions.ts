/**
 * Convolutions as jobs of the engine. However they are cut into chunks and pieces, each number is the same sum in the same
 * order. Read imageChunks.ts, convolutionWeights.ts, code/convolve.ts and code/weightGradient.ts first; docs/math.md, section
 * 3.9, derives what is computed.
 */

import type { ConvolutionKernels, ConvolutionSizes } from '../convolution/kernels.ts';
import { TILE_COLUMNS, TILE_ROWS } from './code/tile.ts';
import { TILE_BYTES } from './code/weightGradient.ts';
import {
  hasFewChannels,
  packedSize,
  packWeights,
  phasesOf,
  runLength,
  type WindowWeights,
  windowWeights,
} from './convolutionWeights.ts';
import type { Engine } from './engine.ts';
import { type Chunk, chunksOf, type Windows } from './imageChunks.ts';
import { IMAGE_KERNELS, requireImageKernels, runParts } from './imageJobs.ts';
import { createPooling } from './pooling.ts';
import { Staging } from './staging.ts';

const NS_PER_MULTIPLY_ADD = 1 / 12;

/**
 * What a piece of the weight's gradient reads before it goes on to its next tile: about a first-level cache. These pixels are a
 * sum of their own. With half as much, the sums of many tiles come and go too often (up to a sixth slower).
 */
const ROWS_BYTES = 2 ** 15;

/** Pixels of the output that one convolution writes: the address of the first, and bytes to the next image, row, pixel. */
interface Output {
  readonly y: number;
  readonly imageBytesOfY: number;
  readonly rowBytesOfY: number;
  readonly pixelBytesOfY: number;
  readonly outWidth: number;
}

export function createSimdConvolutions(engine: Engine): ConvolutionKernels {
  requireImageKernels(engine);
  const staging = new Staging(engine.memory);
  return {
    convolve: createConvolve(engine, staging),
    convolveTransposed: createConvolveTransposed(engine, staging),
    addWeightGradient: createAddWeightGradient(engine, staging),
    ...createPooling(engine, staging),
  };
}

/** Convolves the windows of a chunk, `step` pixels apart, with packed weights. */
function convolveChunk(
  engine: Engine,
  weights: WindowWeights,
  panels: number,
  { x, imageBytes, pixelRowBytes, images, rows }: Chunk,
  step: number,
  output: Output,
): void {
  const run = runLength(weights);
  const parts = images * rows;
  const numbers = weights.runs * run + 1;
  runParts(
    engine,
    hasFewChannels(weights) ? IMAGE_KERNELS.convolveFew : IMAGE_KERNELS.convolve,
    {
      ...output,
      x,
      imageBytes,
      rowBytes: step * pixelRowBytes,
      pixelBytes: step * 4 * weights.inChannels,
      runs: weights.runs,
      run,
      runBytes: pixelRowBytes,
      panels,
      n: weights.outChannels,
      rows: parts,
      outHeight: rows,
    },
    {
      parts,
      perPiece: 'rowsPerPiece',
      ns: parts * output.outWidth * numbers * weights.outChannels * NS_PER_MULTIPLY_ADD,
    },
  );
}

/** Packs the weights of several convolutions to one address after the other. */
function packAll(
  engine: Engine,
  all: readonly WindowWeights[],
  weight: Float32Array,
  bias: Float32Array | undefined,
  chunkBytes: number,
): { readonly panels: readonly number[]; readonly chunks: number } {
  const sizes = all.map((weights) => 16 * Math.ceil(packedSize(weights) / 16));
  const { memory } = engine;
  let at = memory.workspace(4 * sizes.reduce((sum, size) => sum + size, 0) + chunkBytes);
  const panels = all.map((weights, i) => {
    const address = at;
    packWeights(weights, weight, bias, memory.words.subarray(address / 4, address / 4 + sizes[i]));
    at += 4 * sizes[i];
    return address;
  });
  return { panels, chunks: at };
}

function createConvolve(engine: Engine, staging: Staging): ConvolutionKernels['convolve'] {
  return (sizes, arrayX, weight, bias, arrayY) => {
    const { batch, height, width, channels, outHeight, outWidth, outChannels } = sizes;
    const { stride } = sizes;
    const arrays = [arrayX, arrayY];
    staging.begin(arrays);
    const images = { address: staging.place(arrayX), batch, height, width, channels };
    const place = staging.place(arrayY);
    const chunks = chunksOf(engine, images, windowsOf(sizes));
    const weights = windowWeights(sizes);
    const packed = packAll(engine, [weights], weight, bias, chunks.bytes);
    const pixelBytesOfY = 4 * outChannels;
    const rowBytesOfY = outWidth * pixelBytesOfY;
    const imageBytesOfY = outHeight * rowBytesOfY;
    chunks.each(packed.chunks, (chunk) => {
      const y = place + chunk.image * imageBytesOfY + chunk.row * rowBytesOfY;
      const output = { y, imageBytesOfY, rowBytesOfY, pixelBytesOfY, outWidth };
      convolveChunk(engine, weights, packed.panels[0], chunk, stride, output);
    });
    staging.end(arrays, 1);
  };
}

/** How the windows of a convolution lie on its images. */
function windowsOf({ outHeight, outWidth, kernelSize, stride, padding }: ConvolutionSizes): Windows {
  return { high: outHeight, wide: outWidth, step: stride, first: -padding, size: kernelSize };
}

/** Sets each pixel to the bias, or to zeros. */
function fillPixels(bias: Float32Array | undefined, pixels: Float32Array): void {
  if (!bias) pixels.fill(0);
  else for (let i = 0; i < pixels.length; i += bias.length) pixels.set(bias, i);
}

function createConvolveTransposed(
  engine: Engine,
  staging: Staging,
): ConvolutionKernels['convolveTransposed'] {
  return (sizes, arrayY, weight, bias, arrayX) => {
    const { batch, height, width, channels, outHeight, outWidth, outChannels, kernelSize, stride } = sizes;
    const arrays = [arrayY, arrayX];
    staging.begin(arrays);
    const address = staging.place(arrayY);
    const place = staging.place(arrayX);
    const { pairs, first, size } = phasesOf(sizes);
    const images = { address, batch, height: outHeight, width: outWidth, channels: outChannels };
    const [high, wide] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    const chunks = chunksOf(engine, images, { high, wide, step: 1, first, size });
    const all = pairs.map(({ weights }) => weights);
    const packed = packAll(engine, all, weight, bias, chunks.bytes);
    const pixelBytes = 4 * channels;
    const rowBytes = width * pixelBytes;
    const imageBytes = height * rowBytes;
    // Pixels between the kernels, which no phase has.
    if (stride > kernelSize)
      fillPixels(bias, engine.memory.words.subarray(place / 4, place / 4 + arrayX.length));
    chunks.each(packed.chunks, (chunk) => {
      for (const [i, { down, across, weights }] of pairs.entries()) {
        // The last row and column may have no pixel of these phases.
        const rows = Math.min(chunk.rows, Math.ceil((height - down.phase) / stride) - chunk.row);
        const outWidth = Math.ceil((width - across.phase) / stride);
        if (rows <= 0 || outWidth <= 0) continue;
        const inset = (down.first - first) * chunk.pixelRowBytes + (across.first - first) * 4 * outChannels;
        const row = chunk.row * stride + down.phase;
        const output = {
          y: place + chunk.image * imageBytes + row * rowBytes + across.phase * pixelBytes,
          imageBytesOfY: imageBytes,
          rowBytesOfY: stride * rowBytes,
          pixelBytesOfY: stride * pixelBytes,
          outWidth,
        };
        convolveChunk(engine, weights, packed.panels[i], { ...chunk, x: chunk.x + inset, rows }, 1, output);
      }
    });
    staging.end(arrays, 1);
  };
}

function createAddWeightGradient(engine: Engine, staging: Staging): ConvolutionKernels['addWeightGradient'] {
  return (sizes, arrayX, arrayY, dWeight) => {
    const { batch, height, width, channels, outHeight, outWidth, outChannels } = sizes;
    const { kernelSize, stride } = sizes;
    const arrays = [arrayX, arrayY];
    staging.begin(arrays);
    const images = { address: staging.place(arrayX), batch, height, width, channels };
    const place = staging.place(arrayY);
    const chunks = chunksOf(engine, images, windowsOf(sizes));
    const tiling = tilesOf(kernelSize, kernelSize * channels, outChannels);
    const { isTurned, tilesOfA, tilesOfB, tiles } = tiling;
    const sums = engine.memory.workspace(tiles * TILE_BYTES + chunks.bytes);
    const pixelBytesOfY = 4 * outChannels;
    const rowBytesOfY = outWidth * pixelBytesOfY;
    chunks.each(sums + tiles * TILE_BYTES, ({ x, imageBytes, pixelRowBytes, image, images, row, rows }) => {
      const ofX = {
        address: x,
        imageBytes,
        rowBytes: stride * pixelRowBytes,
        pixelBytes: stride * 4 * channels,
        runBytes: pixelRowBytes,
      };
      const ofY = {
        address: place + (image * outHeight + row) * rowBytesOfY,
        imageBytes: outHeight * rowBytesOfY,
        rowBytes: rowBytesOfY,
        pixelBytes: pixelBytesOfY,
        runBytes: 0,
      };
      const [a, b] = isTurned ? [ofY, ofX] : [ofX, ofY];
      const allRows = images * rows;
      runParts(
        engine,
        IMAGE_KERNELS.addWeightGradient,
        {
          a: a.address,
          imageBytesOfA: a.imageBytes,
          rowBytesOfA: a.rowBytes,
          pixelBytesOfA: a.pixelBytes,
          runBytesOfA: a.runBytes,
          tilesOfA,
          b: b.address,
          imageBytesOfB: b.imageBytes,
          rowBytesOfB: b.rowBytes,
          pixelBytesOfB: b.pixelBytes,
          runBytesOfB: b.runBytes,
          tilesOfB,
          sums,
          rows: allRows,
          outHeight: rows,
          outWidth,
          rowsAtATime: Math.max(1, Math.floor(ROWS_BYTES / (ofX.rowBytes + rowBytesOfY))),
          tiles,
        },
        {
          parts: tiles,
          perPiece: 'tilesPerPiece',
          ns: allRows * outWidth * tiles * TILE_ROWS * TILE_COLUMNS * NS_PER_MULTIPLY_ADD,
        },
      );
      addTiles(tiling, engine.memory.words.subarray(sums / 4), dWeight);
    });
    staging.end(arrays, 2);
  };
}

/** How the gradient of a weight is cut into tiles. */
interface Tiling {
  readonly runs: number;
  readonly run: number;
  readonly outChannels: number;
  /** Whether the rows of a tile are output channels and its columns numbers of a run, and not the other way round. */
  readonly isTurned: boolean;
  readonly tilesOfA: number;
  readonly tilesOfB: number;
  readonly tiles: number;
}

/** Of the two ways to lay tiles, the one that leaves less of them empty. */
function tilesOf(runs: number, run: number, outChannels: number): Tiling {
  const count = (rows: number, columns: number) => ({
    tilesOfA: Math.ceil(rows / TILE_ROWS),
    tilesOfB: Math.ceil(columns / TILE_COLUMNS),
  });
  const [straight, turned] = [count(run, outChannels), count(outChannels, run)];
  const isTurned = turned.tilesOfA * turned.tilesOfB < straight.tilesOfA * straight.tilesOfB;
  const { tilesOfA, tilesOfB } = isTurned ? turned : straight;
  return { runs, run, outChannels, isTurned, tilesOfA, tilesOfB, tiles: runs * tilesOfA * tilesOfB };
}

/** Adds the sums in tiles to the gradient: few numbers beside the pixels that they are made of. */
function addTiles(
  { runs, run, outChannels, isTurned, tilesOfA, tilesOfB }: Tiling,
  sums: Float32Array,
  dWeight: Float32Array,
): void {
  let at = 0;
  for (let ky = 0; ky < runs; ky++) {
    for (let i = 0; i < run; i++) {
      for (let o = 0; o < outChannels; o++) {
        const row = isTurned ? o : i;
        const column = isTurned ? i : o;
        const tile =
          (ky * tilesOfA + Math.floor(row / TILE_ROWS)) * tilesOfB + Math.floor(column / TILE_COLUMNS);
        const place = (row % TILE_ROWS) * TILE_COLUMNS + (column % TILE_COLUMNS);
        dWeight[at++] += sums[tile * TILE_ROWS * TILE_COLUMNS + place];
      }
    }
  }
}
