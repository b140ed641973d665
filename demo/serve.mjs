/** Serves the built page: `npm run demo`. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** With these headers a page may share memory between threads: https://developer.mozilla.org/docs/Web/API/crossOriginIsolated */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * @param folder - What {@link buildPage} wrote.
 * @param options - `isolated: false` leaves out the headers, as a static host does.
 * @returns The server, once it listens.
 */
export async function servePage(folder, { port = 0, isolated = true } = {}) {
  const server = createServer(async ({ url = '/' }, response) => {
    const [pathname] = url.split('?');
    // normalize: a path with .. stays inside the folder
    const path = join(folder, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
    const info = await stat(path).catch(() => undefined);
    if (!info?.isFile()) {
      response.writeHead(404).end('not found');
      return;
    }
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      ...(isolated && ISOLATION),
    });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '../dist/demo');
  const port = Number(process.env.PORT ?? 8080);
  try {
    const server = await servePage(folder, { port });
    console.log(`The page is at http://localhost:${server.address().port}/ (Ctrl-C ends it).`);
  } catch (error) {
    const reasons = { EADDRINUSE: 'is in use', EACCES: 'needs more rights' };
    const reason = reasons[error.code] ?? `can't be used (${error.message})`;
    console.error(
      `npm run demo: port ${process.env.PORT ?? port} ${reason}; PORT=8081 npm run demo takes another one.`,
    );
    process.exitCode = 1;
  }
}
