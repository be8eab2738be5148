// The console as an app of its own: the service worker keeps its pages and scripts, so that it opens without a
// connection. Only where it is built: in development every page must be the newest.

export function install(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  window.addEventListener('load', () => {
    void navigator.serviceWorker
      .register('/sw.js', { updateViaCache: 'none' })
      .then(() => navigator.serviceWorker.ready)
      .then(({ active }) => active?.postMessage('keep'))
      .catch(() => undefined);
  });
}
