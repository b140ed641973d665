import { expect, test } from '@jest/globals';
import { withPackage } from '../../src/node/optionalPackage.ts';

const notFound = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /x/rows.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });

test('gives what was imported', async () => {
  expect(await withPackage('papaparse', 'tables', async () => 7)).toBe(7);
});

test('says which package is missing, and how it is installed', async () => {
  await expect(
    withPackage('papaparse', 'tables', () => Promise.reject(notFound('papaparse'))),
  ).rejects.toMatchObject({
    name: 'DataError',
    message: "tables are read by the package 'papaparse', which is missing: npm install papaparse.",
  });
});

test.each([notFound('ndarray'), new Error("the file 'papaparse' is damaged")])(
  'leaves other errors as they are: %s',
  async (error) => {
    await expect(withPackage('papaparse', 'tables', () => Promise.reject(error))).rejects.toBe(error);
  },
);
