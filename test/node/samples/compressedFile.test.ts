import { expect, test } from '@jest/globals';
import { openCompressedFile } from '../../../src/node/samples/compressedFile.ts';

test('what has no size, such as a pipe, is refused as that', async () => {
  await expect(openCompressedFile('/dev/null')).rejects.toMatchObject({
    name: 'FileError',
    message: "can't read /dev/null: it is a pipe or a device, expected a file, whose size is known.",
  });
});
