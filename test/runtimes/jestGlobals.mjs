/**
 * Stands for '@jest/globals' in runtimes where Jest itself does not run: Jest's own runner of one file (jest-circus), its
 * `expect` and its mocks, without its loader of modules. bundleTests.mjs puts it into the tests.
 */

import { createRequire } from 'node:module';

// Bun's `import` of this CommonJS package leaves half of its names undefined; `require` does not.
const require = createRequire(import.meta.url);

export const { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } = require('jest-circus');
export const { getState, resetState, run } = require('jest-circus');
export const { expect } = require('expect');
export const jest = new (require('jest-mock').ModuleMocker)(globalThis);
