import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('../../dist/examples/table.js', import.meta.url));

test('the odd row of a table is found by its error', () => {
  const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const [, first, last] = /^loss (\S+) after the first epoch, (\S+) after the last$/m.exec(stdout) ?? [];
  expect(Number(last)).toBeLessThan(Number(first) / 20);
  const [, row, error, next] =
    /^row (\d+) fits worst: error (\S+), the next one has (\S+)$/m.exec(stdout) ?? [];
  expect(Number(row)).toBe(123);
  expect(Number(error)).toBeGreaterThan(1.5 * Number(next));
  expect(stdout.trimEnd().split('\n')).toHaveLength(6);
});
