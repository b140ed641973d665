/** Set up for all tests (jest.config.mjs): Node 20 has relaxed SIMD behind a flag; with it, simd-fma is tested there, too. */

import { setFlagsFromString } from 'node:v8';

if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
