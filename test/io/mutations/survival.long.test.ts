/** The control of survival.test.ts that computes for as long as no reader may. */

import { expect, test } from '@jest/globals';
import { FormatError } from '../../../src/io/errors.ts';
import { processorMs } from '../../helpers/mutations/processorTime.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';

test('a reader that computes for a second is found', async () => {
  let reads = 0;
  const read = () => {
    // The first is read twice, for the time of the second; fast-check would go on to look for simpler ones.
    if (++reads <= 2) for (const end = processorMs() + 1_010; processorMs() < end; );
    throw new FormatError('It is damaged.');
  };
  const slow = surviveMutations({
    files: { any: new Uint8Array(9) },
    read,
    requireRight: () => {},
    cases: 3,
  });
  await expect(slow).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/^any: took \d{4}/) },
  });
});
