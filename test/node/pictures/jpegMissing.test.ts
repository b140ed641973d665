/** jpeg-js is optional: who has no JPEGs needs none of it. */

import { expect, jest, test } from '@jest/globals';
import { jpegFile } from '../../helpers/bytes/jpegBytes.ts';

jest.unstable_mockModule('jpeg-js', () => {
  throw Object.assign(new Error("Cannot find package 'jpeg-js'"), { code: 'ERR_MODULE_NOT_FOUND' });
});

test('without jpeg-js, isthmus/node works but for JPEGs, whose refusal says what to install', async () => {
  const { decodePng, encodePng } = await import('../../../src/node/index.ts');
  const { decodeJpeg } = await import('../../../src/node/pictures/jpeg.ts');
  const png = encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 9) });
  expect(decodePng(png).width).toBe(2);
  await expect(decodeJpeg(jpegFile('gray'))).rejects.toMatchObject({
    name: 'DataError',
    message: "JPEG files are read by the package 'jpeg-js', which is missing: npm install jpeg-js.",
  });
});
