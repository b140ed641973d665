/** Codes over HTTP: `node serve.mjs encoder.onnx`; POST the pixels of any number of images, one after another, uint8. */

import { createServer } from 'node:http';
import ort from 'onnxruntime-node';

const encoder = await ort.InferenceSession.create(process.argv[2]);
const [{ type, shape }] = encoder.inputMetadata; // ['batch', 28, 28]
const size = shape.slice(1).reduce((product, length) => product * length);

createServer(async (request, response) => {
  const pixels = new Uint8Array(Buffer.concat(await request.toArray()));
  const images = new ort.Tensor(type, pixels, [pixels.length / size, ...shape.slice(1)]);
  const { codes } = await encoder.run({ images });
  response.end(JSON.stringify({ dims: codes.dims, data: Array.from(codes.data) }));
}).listen(8000);
