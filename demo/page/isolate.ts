/**
 * Threads need cross-origin isolation, which needs two headers. Where the host does not send them, a service worker
 * (../isolation.ts) adds them from the next load on: the page registers it and loads once more.
 */

const TRIED = 'isthmus.isolation';
/** A page that waits longer for its service worker goes on without threads. */
const PATIENCE_MS = 2000;

/** Whether the page is about to load again, with headers. */
export async function loadsAgain(): Promise<boolean> {
  if (crossOriginIsolated) {
    setTried(false);
    return false;
  }
  const isPossible = isSecureContext && 'serviceWorker' in navigator;
  if (!isPossible || wasTried()) return false;
  try {
    await navigator.serviceWorker.register('./isolation.js');
    const isReady = await Promise.race([
      navigator.serviceWorker.ready.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, PATIENCE_MS, false)),
    ]);
    // Without a note of it the page could load again and again.
    if (!isReady || !setTried(true)) return false;
    location.reload();
    return true;
  } catch {
    return false;
  }
}

function wasTried(): boolean {
  try {
    return sessionStorage.getItem(TRIED) !== null;
  } catch {
    return true;
  }
}

function setTried(isTried: boolean): boolean {
  try {
    if (isTried) sessionStorage.setItem(TRIED, 'yes');
    else sessionStorage.removeItem(TRIED);
    return true;
  } catch {
    return false;
  }
}
