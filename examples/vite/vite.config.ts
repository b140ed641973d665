import { defineConfig } from 'vite';

// Browsers share memory between threads only on pages that come with these two headers: with them the engine computes on
// all processors, without them on one. The server on which you publish the page has to send them, too.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './', // the built page works in any folder of a server
  server: { headers },
  preview: { headers },
  worker: { format: 'es' }, // a module: worker.ts awaits at its top level
});
