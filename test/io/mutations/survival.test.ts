/** Negative controls of the code that the mutation tests of all formats share. */

import { expect, test } from '@jest/globals';
import { FormatError } from '../../../src/io/errors.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';

const survive = (read: () => never) =>
  surviveMutations({ files: { any: new Uint8Array(9) }, read, requireRight: () => {}, cases: 3 });

function refuse(): never {
  throw new FormatError('It is damaged.');
}

test('a reader that refuses everything at once survives', async () => {
  expect(await survive(refuse)).toEqual({ refused: 3, read: 0 });
});

test('a reader that takes 100 MB is found', async () => {
  const kept: Uint8Array[] = []; // what came before may be given back meanwhile: somewhat less than 100 MB is seen
  const greedy = survive(() => {
    kept.push(new Uint8Array(100e6));
    return refuse();
  });
  await expect(greedy).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/^any: allocated \d{8,9} bytes/) },
  });
});
