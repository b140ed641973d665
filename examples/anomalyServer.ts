/**
 * A server that finds samples unlike those that a model was trained on. POST a sample, or a list of samples, to /score: JSON
 * numbers as the training data had them, such as pixels from 0 to 255. The answer has for each sample its score, the percentage
 * of training samples with a lower one, and whether it is an anomaly: above the score that 99 % of normal samples stay below.
 *
 * To run it on the built-in digits: `npm run train -- --epochs 10 --validation-split 0.1 --out runs/normal`, then
 * `node dist/examples/anomalyServer.js runs/normal/model.safetensors 8000`, and in another terminal, for a white image,
 * `node -p "JSON.stringify(Array(784).fill(255))" | curl --data @- http://localhost:8000/score`.
 */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAbove, readModel, Tensor, transform } from 'isthmus';

const MAX_BYTES = 8 * 2 ** 20;

async function serve([path = 'model.safetensors', port = '8000']: string[]): Promise<void> {
  const { autoencoder, errors } = readModel(await readFile(path));
  if (!errors) throw new Error('the model holds no errors, expected one that `isthmus train` made.');
  const { normalization } = autoencoder;
  const { value, tooFew } = (errors.heldOut ?? errors.training).threshold(0.99);

  async function score(body: string) {
    const samples = JSON.parse(body);
    const { shape } = Tensor.from(samples); // refuses what is no list of numbers, or lists of different lengths
    const array = { shape, data: Float64Array.from(samples.flat(Infinity)), dtype: normalization.dtype };
    const { scores } = await autoencoder.anomalyScores(transform(array, normalization));
    return Array.from(scores, (score) => {
      return { score, percentile: errors?.training.percentileOf(score), isAnomaly: isAbove(score, value) };
    });
  }

  const server = createServer(async (request, response) => {
    const answer = (status: number, content: unknown) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(content)}\n`);
    const { method, url } = request;
    if (method !== 'POST' || url !== '/score') {
      answer(404, { error: `there is no ${method} ${url}, expected POST /score.` });
    } else {
      await bodyOf(request)
        .then(score)
        .then((scores) => answer(200, scores))
        .catch(({ message }) => answer(400, { error: message }));
    }
  });
  await once(server.listen(Number(port), '127.0.0.1'), 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/score`;
  const few = tooFew ? ', too low: it comes from fewer than 99 samples' : '';
  console.log(`${address} calls anomalies what scores above ${value.toPrecision(4)}${few}`);
}

/** A body that is too large is read to its end, without keeping it: who sends it hears the answer only then. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BYTES) throw new Error(`the body has ${size} bytes, expected at most ${MAX_BYTES}.`);
  return Buffer.concat(chunks).toString();
}

const args = process.argv.slice(2);
await serve(args).catch(({ message }) => {
  console.error(`anomalyServer ${args.join(' ')}: ${message}`);
  process.exit(1);
});
