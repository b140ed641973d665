/** What `compress` writes today, read by decode.py, which knows of it what docs/isth.md says and nothing else. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { generateDigits } from '../../../../src/data/digits.ts';
import { writeNpy } from '../../../../src/io/numpy/npy.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { findPython, runPython } from '../../../helpers/python.ts';
import { photograph } from '../../photographs.ts';
import { imagesIdx } from '../fixtures.ts';

afterAll(removeFolders);

const FOLDER = resolve('test/golden/isth');
const SCRIPT = readFileSync(join(FOLDER, 'decode.py'), 'utf8');
const python = findPython('numpy');
const live = python
  ? { test, note: '' }
  : { test: test.skip, note: ' (skipped: no python3 with numpy here, PYTHON can name one)' };

/** Two channels from -32768 to 32767, stored as NumPy seldom does. */
const colours = npyBytes({
  descr: '>i2',
  shape: [60, 6, 5, 2],
  fortranOrder: true,
  values: Array.from(
    { length: 3600 },
    (_, i) => Math.round(32767 * Math.sin(i / 9) - ((i * 7919) % 90)) | 0,
  ).map((value) => Math.max(value, -32768)),
});

const cwd = folderWith({
  'digits.npy': writeNpy(generateDigits({ count: 60, seed: 3 })),
  'colours.npy': colours,
  'images.idx': imagesIdx(),
  'photo.png': photograph(61, 47, 1),
  'gray.png': photograph(30, 40, 2, { gray: true }),
});
const run = async (line: string) => {
  const { code, stderr } = await isthmus(line.split(' '), { cwd });
  if (code !== 0) throw new Error(`isthmus ${line}: ${stderr}`);
};
const decode = (script: string, args: readonly string[]) => runPython(python as string, [script, ...args]);
const at = (name: string) => join(cwd, name);
const train = (data: string, options: string, out = `${data}.run`) =>
  run(`train --data ${data} --epochs 2 --hidden 16 --encoding-dim 4 --threads 1 --out ${out}${options}`);

/** The golden file, read by a decode.py with another sentence in it. */
function misread(right: string, wrong: string, golden: string) {
  expect(SCRIPT.split(right).length).toBe(2);
  writeFileSync(at('misread.py'), SCRIPT.replace(right, wrong));
  const out = at('misread.npy');
  return { out, ...decode(at('misread.py'), [join(FOLDER, golden), '--out', out]) };
}

describe(`with Python${live.note}`, () => {
  live.test.each([
    ['digits.npy', 'out.npy', ''],
    ['colours.npy', 'out-colours.npy', ' --normalize minmax --activation tanh --output sigmoid'],
    ['images.idx', 'out.idx', ' --tied --activation leakyRelu'],
  ])('a lossless file of %s is the very same again', async (data, out, options) => {
    await train(data, options);
    await run(
      `compress --model ${data}.run --data ${data} --lossless --include-model --kernels naive --out ${data}.isth`,
    );
    expect(decode(join(FOLDER, 'decode.py'), [at(`${data}.isth`), '--out', at(out)])).toEqual({
      status: 0,
      stderr: '',
    });
    expect(readFileSync(at(out)).equals(readFileSync(at(data)))).toBe(true);
  });

  // The last bits of e^x may be others there: it takes one in some 10^8 of them to make another float32.
  live.test('a lossy file, with its model beside it, gives the array that decompress writes', async () => {
    await train('digits.npy', ' --activation silu --output sigmoid', 'silu.run');
    await run('compress --model silu.run --data digits.npy --kernels naive --bits 3 --out lossy.isth');
    await run('decompress lossy.isth --model silu.run --out ours.npy');
    const model = at('silu.run/model.safetensors');
    expect(
      decode(join(FOLDER, 'decode.py'), [at('lossy.isth'), '--model', model, '--out', at('theirs.npy')]),
    ).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(at('theirs.npy')).equals(readFileSync(at('ours.npy')))).toBe(true);
  });

  live.test.each([
    ['photo.png', 3],
    ['gray.png', 4],
  ])('tiles of %s that overlap by %d make the picture that decompress writes', async (name, overlap) => {
    await train(name, ' --patches 9x8:60', `${name}.run`);
    const isth = `${name}.isth`;
    await run(
      `compress ${name} --model ${name}.run --kernels naive --overlap ${overlap} --include-model --out ${isth}`,
    );
    await run(`decompress ${isth} --out ${name}.npy`);
    const out = at(`${name}.theirs.npy`);
    expect(decode(join(FOLDER, 'decode.py'), [at(isth), '--out', out])).toEqual({ status: 0, stderr: '' });
    const ours = readFileSync(at(`${name}.npy`));
    expect(readFileSync(out).equals(ours)).toBe(true);
    // A control: other weights make another picture.
    writeFileSync(at('misread.py'), SCRIPT.replace('np.arange(1, n + 1)', 'np.arange(n)'));
    expect(decode(at('misread.py'), [at(isth), '--out', out]).status).toBe(0);
    expect(readFileSync(out).equals(ours)).toBe(false);
  });

  live.test('decoded.json is what decode.py says today', () => {
    expect(decode(join(FOLDER, 'decode.py'), ['--golden', '--out', at('decoded.json')]).status).toBe(0);
    const [now, then] = [at('decoded.json'), join(FOLDER, 'decoded.json')].map((path) => ({
      ...JSON.parse(readFileSync(path, 'utf8')),
      made_with: '', // another NumPy is as good
    }));
    expect(now).toEqual(then);
  });

  // Controls: the golden table's floats show each bit of a code.
  live.test.each([
    ['minimum + levels * steps', 'minimum + levels * steps.astype("f4")'],
    ['if a < b else 1', 'if True else 1'],
  ])('with %s misread as %s other floats come, or none', (right, wrong) => {
    const { status, out } = misread(right, wrong, 'table.isth');
    const truth = at('table.npy');
    expect(decode(join(FOLDER, 'decode.py'), [join(FOLDER, 'table.isth'), '--out', truth]).status).toBe(0);
    if (status === 0) expect(readFileSync(out).equals(readFileSync(truth))).toBe(false);
  });

  // Controls: each is a sentence of docs/isth.md, misread. The golden file must notice.
  live.test.each([
    ['self.range * probability // 65536', '(self.range >> 16) * probability'],
    ['(self.seen + 1.5)', '(self.seen + 2)'],
    ['int((65536 * bit - self.p) / (self.seen + 1.5))', 'round((65536 * bit - self.p) / (self.seen + 1.5))'],
    ['% 1024 == 0', '% 1025 == 0'],
    ['2.0**-10', '2.0**-11'],
    ['first = [0.4, 0.4, 0,', 'first = [0.4, 0.3, 0.1,'],
    ['(one.p + other.p) // 2', '(one.p + other.p + 1) // 2'],
    ['("third", length, error & 1)', '("third", length)'],
    ['e[nw] + e[ne]', 'e[nw]'],
  ])('with %s misread as %s it fails', (right, wrong) => {
    const { status, stderr } = misread(right, wrong, 'colour.isth');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^decode\.py: .*\.\n$/) });
  });
});
