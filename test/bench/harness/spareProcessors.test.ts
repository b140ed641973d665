import { cpus } from 'node:os';
import { expect, test } from '@jest/globals';
import { createSpareProcessors } from '../../../bench/harness/spareProcessors.ts';

// How many are free depends on the machine: a test can only ask for more than 0.
test('are more than 0, and no more than the machine has', async () => {
  const spare = createSpareProcessors();
  for (let i = 0; i < 3; i++) {
    const processors = await spare();
    expect(processors).toBeGreaterThan(0);
    // The compiler and the collector of this process may run beside.
    expect(processors).toBeLessThan(cpus().length + 0.2);
  }
});
