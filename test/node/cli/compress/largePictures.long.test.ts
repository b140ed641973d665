/** `decompress` to a picture of images that are too large to show them all. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import { compressImages } from '../../../../src/compression/compress.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { folderWith, isthmus, removeFolders } from '../../../helpers/cli.ts';
import { DIVIDED } from '../fixtures.ts';

afterAll(removeFolders);

describe('compress and decompress', () => {
  test('images of a million numbers are few in a picture, which is said', async () => {
    const large = new Autoencoder({ inputShape: [1000, 1000], encodingDim: 1, hidden: [], seed: 1 });
    const data = new Uint8Array(18e6).map((_, i) => i >> 16);
    const { bytes } = await compressImages(
      large,
      { shape: [18, 1000, 1000], data, normalization: DIVIDED },
      { model: writeModel(large) },
    );
    const folder = folderWith({ 'large.isth': bytes });
    const { code, stderr } = await isthmus(['decompress', 'large.isth', '--out', 'l.png'], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^note: the picture shows the first 16 of 18\.\n18 images of 1000×1000 in /);
    const picture = readFileSync(join(folder, 'l.png'));
    expect([16, 20].map((at) => picture.readUInt32BE(at))).toEqual([4 * 1002 + 2, 4 * 1002 + 2]);
  });
});
