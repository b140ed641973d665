import { cpus } from 'node:os';
import { expect, test } from '@jest/globals';
import { createSpareProcessors } from '../../../bench/harness/spareProcessors.ts';

// How many there are is the machine's: no test can ask for more than none.
test('are more than none, and no more than there are, nor than the two that are asked for', async () => {
  const spare = createSpareProcessors();
  for (let i = 0; i < 3; i++) {
    const processors = await spare();
    expect(processors).toBeGreaterThan(0);
    // The compiler and the collector of this process may run beside.
    expect(processors).toBeLessThan(cpus().length + 0.2);
  }
});
