import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  Autoencoder,
  ErrorDistribution,
  generateDigits,
  isAbove,
  normalize,
  transform,
  writeModel,
} from '../../src/index.ts';

const program = fileURLToPath(new URL('../../dist/examples/anomalyServer.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus server-'));
const file = (name: string) => join(folder, name);
const MODEL = file('model.safetensors');

const digits = generateDigits({ count: 400, seed: 3 });
const unseen = generateDigits({ count: 40, seed: 4 });
const autoencoder = new Autoencoder({ inputShape: [28, 28], encodingDim: 8, hidden: [32], seed: 1 });

/** The pixels of an unseen digit, as a client sends them. */
const digit = (i: number): number[] => [...unseen.data.subarray(784 * i, 784 * (i + 1))];
const NOISE = Array.from({ length: 784 }, (_, i) => (i * 7919) % 256);

beforeAll(async () => {
  const images = normalize(digits);
  await autoencoder.fit(images, { epochs: 10 });
  const { rankedBy, scores } = await autoencoder.anomalyScores(images);
  writeFileSync(
    MODEL,
    writeModel(autoencoder, { errors: { rankedBy, training: ErrorDistribution.of(scores) } }),
  );
  writeFileSync(file('noErrors.safetensors'), writeModel(autoencoder));
  writeFileSync(file('noModel.safetensors'), 'not a model');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the server', () => {
  let server: ChildProcess;
  let address = '';

  beforeAll(async () => {
    server = spawn(process.execPath, [program, MODEL, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(server.stdout as NodeJS.ReadableStream, 'data');
    [address] = /http:\S+/.exec(String(line)) ?? [''];
  });
  afterAll(async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  });

  const post = async (body: string, url = address) => {
    const response = await fetch(url, { method: 'POST', body });
    return { status: response.status, content: await response.json() };
  };

  test('scores one sample as the model does, and tells a digit from noise', async () => {
    const normal = await post(JSON.stringify(digit(0)));
    const other = await post(JSON.stringify(NOISE));
    expect([normal.status, other.status]).toEqual([200, 200]);
    const image = { shape: [28, 28], data: Uint8Array.from(digit(0)) };
    const { scores } = await autoencoder.anomalyScores(transform(image, autoencoder.normalization));
    expect(normal.content).toEqual([{ score: scores[0], percentile: expect.any(Number), isAnomaly: false }]);
    expect(normal.content[0].percentile).toBeLessThan(99);
    expect(other.content).toEqual([{ score: expect.any(Number), percentile: 100, isAnomaly: true }]);
  });

  test('scores lists, flat or in rows, and answers two at once as it answers each alone', async () => {
    const some = Array.from({ length: 40 }, (_, i) => digit(i));
    const rows = (pixels: number[]) =>
      Array.from({ length: 28 }, (_, y) => pixels.slice(28 * y, 28 * y + 28));
    const many = Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? NOISE : digit(i % 40)));
    const alone = [await post(JSON.stringify(some.map(rows))), await post(JSON.stringify(many))];
    const together = await Promise.all([post(JSON.stringify(some)), post(JSON.stringify(many))]);
    expect(together).toEqual(alone);
    expect(together.map(({ content }) => content.length)).toEqual([40, 600]);
    const { scores } = await autoencoder.anomalyScores(transform(unseen, autoencoder.normalization));
    const training = await autoencoder.anomalyScores(normalize(digits));
    const { value } = ErrorDistribution.of(training.scores).threshold(0.99);
    expect(together[0].content.map(({ isAnomaly }: { isAnomaly: boolean }) => isAnomaly)).toEqual(
      Array.from(scores, (score) => isAbove(score, value)),
    );
  });

  test.each([
    ['no JSON', 'hello', /is not valid JSON/],
    ['NaN, which is no JSON', `[${Array(784).fill('NaN')}]`, /is not valid JSON/],
    ['null, which JSON makes of NaN', JSON.stringify([Number.NaN]), /value 0 is null, expected a number\.$/],
    ['a number beyond float64', `[${Array(784).fill('1e999')}]`, /NaN or infinity/],
    ['no list', '{"pixels":[1,2]}', /a plain object, expected numbers/],
    ['a wrong length', '[1,2,3]', /the samples are \[3\], expected \[n, 28, 28\]\.$/],
    ['lists of different lengths', '[[1,2],[3]]', /row 1 holds 1, expected 2 numbers/],
    ['nothing', '', /JSON/],
    ['pixels that are none', JSON.stringify(Array(784).fill(256)), /trained on integers from 0 to 255\.$/],
    ['too much', `[${'0,'.repeat(5e6)}0]`, /^the body has 10000003 bytes, expected at most 8388608\.$/],
  ])('answers %s with 400 and the reason, and goes on', async (_, body, reason) => {
    const { status, content } = await post(body);
    expect({ status, content }).toEqual({ status: 400, content: { error: expect.stringMatching(reason) } });
    expect((await post(JSON.stringify(digit(1)))).status).toBe(200);
  });

  test('knows one address only', async () => {
    const other = await post('[]', address.replace('/score', '/other'));
    expect(other.status).toBe(404);
    expect(other.content).toEqual({ error: 'there is no POST /other, expected POST /score.' });
    expect((await fetch(address)).status).toBe(404);
  });

  test('a second server on the same port says why it does not start', () => {
    const { port } = new URL(address);
    expect(start(MODEL, port)).toEqual({ status: 1, stderr: expect.stringMatching(/EADDRINUSE.*\n$/) });
  });
});

function start(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stderr };
}

test.each([
  [
    'without errors',
    ['noErrors.safetensors'],
    'the model holds no errors, expected one that `isthmus train` made.',
  ],
  ['that is none', ['noModel.safetensors'], 'not a safetensors file'],
  ['that is not there', ['missing.safetensors'], 'no such file'],
  ['with a port that is none', ['model.safetensors', '99999'], 'port should be >= 0 and < 65536'],
])('a model %s ends it with one sentence', (_, [name, ...rest], reason) => {
  const { status, stderr } = start(file(name), ...rest);
  expect(status).toBe(1);
  expect(stderr).toContain(reason);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
