import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { decodePng } from '../../src/node/pictures/png.ts';

const program = fileURLToPath(new URL('../../dist/examples/digitSheet.js', import.meta.url));
const picture = fileURLToPath(new URL('../../docs/images/digits.png', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus sheet-'));
afterAll(() => rmSync(folder, { recursive: true }));

test("makes the README's picture of the digits, pixel for pixel", () => {
  const path = join(folder, 'digits.png');
  const { status, stderr } = spawnSync(process.execPath, [program, path], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [made, expected] = [path, picture].map((file) => decodePng(readFileSync(file)));
  expect({ ...made, data: [] }).toEqual({ ...expected, data: [] });
  expect(Buffer.compare(made.data, expected.data)).toBe(0);
});
