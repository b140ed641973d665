/** Serves the page with the two headers that let the engine use more than one thread: `node serve.mjs 8000`. */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const engine = new URL('../isthmus.min.js', import.meta.resolve('isthmus')); // in dist, beside the modules
const FILES = {
  '/': ['text/html; charset=utf-8', new URL('index.html', import.meta.url)],
  '/worker.js': ['text/javascript', new URL('worker.js', import.meta.url)],
  '/isthmus.min.js': ['text/javascript', engine],
};

const server = createServer(async ({ url = '' }, response) => {
  const [type, file] = Object.hasOwn(FILES, url) ? FILES[url] : [];
  const content = file && (await readFile(file).catch(() => undefined));
  if (!content) {
    response.writeHead(404).end(`There is no ${url}.\n`);
    return;
  }
  response.setHeader('Content-Type', type);
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  response.end(content);
});
server.listen(Number(process.argv[2] ?? 8000), '127.0.0.1', () => {
  console.log(`The page is at http://localhost:${server.address().port}/`);
});
