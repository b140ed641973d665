/** ONNX Runtime Web: `onnxruntime.mjs THREADS`. Inference only: its training was removed in 2024. */

import * as ort from 'onnxruntime-web';
import { encodeOnnx } from '../onnx.mjs';
import { serve } from '../serve.mjs';

ort.env.wasm.numThreads = Number(process.argv[2]);

serve({
  prediction: async ({ widths, images, weights, count }) => {
    const model = encodeOnnx(widths, weights);
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const x = new ort.Tensor('float32', images, [count, widths[0]]);
    let restored;
    return {
      run: async () => {
        restored = (await session.run({ x })).y;
      },
      result: () => restored.data,
    };
  },
});
