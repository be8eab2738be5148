// Keeps the console itself: its page, and every file it was built into. What the API answers is never kept here; what a
// person may see without a connection is held by the page, and goes when they sign out.
const SHELL = 'holdfast-shell';
const PAGE = '/';
const ALWAYS = [PAGE, '/manifest.webmanifest', '/icon.svg', '/icon-192.png', '/icon-512.png'];
/** Names of built files change with their content. */
const isBuilt = (path) => path.startsWith('/assets/');
const PATIENCE = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

// A page that was just opened may be of a newer build: its files are kept, those of the one before go.
self.addEventListener('message', (event) => {
  if (event.data === 'keep') event.waitUntil(keep().catch(() => undefined));
});

async function keep() {
  const built = await fetch('/.vite/manifest.json', { cache: 'no-store' });
  if (!built.ok) throw new Error('what was built is not told');
  const files = Object.values(await built.json()).flatMap((each) => [
    each.file,
    ...(each.css ?? []),
    ...(each.assets ?? []),
  ]);
  const wanted = new Set([...ALWAYS, ...files.map((file) => `/${file}`)]);
  const cache = await caches.open(SHELL);
  const known = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await Promise.all(
    [...wanted]
      .filter((path) => !isBuilt(path) || !known.has(path))
      .map((path) => cache.add(new Request(path, { cache: isBuilt(path) ? 'default' : 'no-cache' }))),
  );
  await Promise.all([...known].filter((path) => !wanted.has(path)).map((path) => cache.delete(path)));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && !/^\/(v1|public|docs|mcp)\b/.test(pathname))
    event.respondWith(page(request));
  else if (isBuilt(pathname) || ALWAYS.slice(1).includes(pathname)) event.respondWith(file(request));
});

/** The newest page where it comes soon; else the one that is kept, which is the same for every address. */
async function page(request) {
  const kept = await caches.match(PAGE, { cacheName: SHELL });
  try {
    return await fetch(request.url, {
      headers: { Accept: 'text/html' },
      credentials: 'same-origin',
      ...(kept ? { signal: AbortSignal.timeout(PATIENCE) } : {}),
    });
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  const kept = await caches.match(request, { cacheName: SHELL, ignoreVary: true });
  return kept ?? fetch(request);
}
