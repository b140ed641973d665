/**
 * A service worker for static hosts that send no headers: it answers the page's own requests with those that shared memory
 * needs. The page registers it (page/isolate.ts).
 */

/** The parts of a service worker that TypeScript's library for pages lacks. */
interface InstallEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface RequestEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install', listener: (event: InstallEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void;
}

const scope = globalThis as unknown as Scope;

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const isOurs = new URL(request.url).origin === location.origin;
  // A browser's tools may ask for what is in the cache only: no service worker may answer that from the network.
  if (isOurs && request.cache !== 'only-if-cached') event.respondWith(withHeaders(request));
});

async function withHeaders(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.type === 'opaqueredirect') return response; // the browser follows it and asks again
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
