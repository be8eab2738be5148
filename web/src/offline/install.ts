// The console as an app of its own: the service worker keeps its pages and scripts, so that it opens without a
// connection. Only where it is built: in development every page must be the newest.

export function install(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // The page first: what is kept for later can wait until it stands.
  if (document.readyState === 'complete') void register();
  else window.addEventListener('load', () => void register(), { once: true });
}

async function register(): Promise<void> {
  try {
    await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage('keep');
  } catch {
    // A browser that keeps nothing shows the console all the same.
  }
}
