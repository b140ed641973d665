/** ONNX Runtime Web: `onnxruntime.mjs THREADS`. Inference only: its training was removed in 2024. */

import * as ort from 'onnxruntime-web';
import { encodeOnnx } from '../onnx.mjs';
import { serve } from '../serve.mjs';

ort.env.wasm.numThreads = Number(process.argv[2]);

/** All images in one batch are slower: their activations leave the cache. Of 128 to 4,000 this was the fastest. */
const CHUNK = 1024;

serve({
  prediction: async ({ widths, images, weights, count }) => {
    const model = encodeOnnx(widths, weights);
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const features = widths[0];
    let restored;
    return {
      run: async () => {
        restored = new Float32Array(count * features);
        for (let start = 0; start < count; start += CHUNK) {
          const end = Math.min(count, start + CHUNK);
          const some = images.subarray(start * features, end * features);
          const x = new ort.Tensor('float32', some, [end - start, features]);
          restored.set((await session.run({ x })).y.data, start * features);
        }
      },
      result: () => restored,
    };
  },
});
