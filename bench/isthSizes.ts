/**
 * The sizes in docs/isth.md, sections 3 and 4: codes by the coder, by deflate and by their entropy, then the residual
 * with a reconstruction and without one.
 *
 *   npm run -s build && node dist/bench/isthSizes.js RUN_OR_MODEL IMAGES.npy
 */

import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { CodeModel } from '../src/compression/coder/codeModel.ts';
import { RangeEncoder } from '../src/compression/coder/rangeCoder.ts';
import { ResidualModel, sampleGrid } from '../src/compression/coder/residualModel.ts';
import { requireIntegerType } from '../src/compression/originalFile.ts';
import { CodeRanges, Quantizer } from '../src/compression/quantizer.ts';
import { denormalize } from '../src/data/denormalize.ts';
import type { SampleArray } from '../src/data/samples.ts';
import { transform } from '../src/data/transform.ts';
import { readNpy } from '../src/io/numpy/npy.ts';
import { loadModel } from '../src/node/files/modelFile.ts';

const [modelPath, dataPath] = process.argv.slice(2);
const { autoencoder } = await loadModel(modelPath);
const { shape, data, dtype } = readNpy(new Uint8Array(await readFile(dataPath)));
const [count] = shape;
const { encodingDim: width } = autoencoder;
const samples = transform({ shape, data, dtype }, autoencoder.normalization);
const codes = autoencoder.encode(samples);
const ranges = new CodeRanges(width);
ranges.add(codes.data);

console.log('bytes an image   coder  deflate  entropy');
for (const bits of [2, 3, 4, 5, 6, 8]) {
  const levels = new Quantizer(2 ** bits, ranges).quantize(codes.data);
  const sizes = [sizeOfCodes(levels), deflateSync(levels, { level: 9 }).length, entropyOf(levels)];
  console.log(
    `${bits} bits         ${sizes.map((size) => (size / count).toFixed(1).padStart(7)).join('  ')}`,
  );
}
const quantizer = new Quantizer(16, ranges);
const rounded = quantizer.dequantize(quantizer.quantize(codes.data));
const outputs = autoencoder.decode({ shape: codes.shape, data: rounded });
const restored = denormalize(outputs.data, samples.normalization).data;
console.log(
  `residual beside the reconstruction from 4 bits: ${(sizeOfResidual(restored) / count).toFixed(1)}`,
);
console.log(
  `residual beside none:                           ${(sizeOfResidual(restored.map(() => 0)) / count).toFixed(1)}`,
);

function sizeOfCodes(levels: Uint8Array): number {
  const encoder = new RangeEncoder();
  new CodeModel(new Array<number>(width).fill(Math.max(...levels) + 1)).code(encoder, levels.slice());
  return encoder.finish().length;
}

function sizeOfResidual(reconstruction: SampleArray): number {
  const encoder = new RangeEncoder();
  const residual = new ResidualModel(sampleGrid(shape.slice(1)), requireIntegerType(dtype));
  residual.code(encoder, data.slice(), reconstruction);
  return encoder.finish().length;
}

/** In bytes, as if the distribution of each dimension were known beforehand. */
function entropyOf(levels: Uint8Array): number {
  let bits = 0;
  for (let j = 0; j < width; j++) {
    const counts = new Map<number, number>();
    for (let i = j; i < levels.length; i += width) counts.set(levels[i], (counts.get(levels[i]) ?? 0) + 1);
    for (const one of counts.values()) bits -= one * Math.log2(one / count);
  }
  return bits / 8;
}
