/**
 * Set up for all tests (jest.config.mjs): fast-check tries the same cases each time, so that a change can't fail for what it
 * didn't touch. `ISTHMUS_SEED=2 npm test` tries others.
 */

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.ISTHMUS_SEED ?? 1) });
