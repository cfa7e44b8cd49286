/**
 * Removes the service worker with its caches and notifications; the next visit registers it again. For browsers that
 * do not support `Clear-Site-Data`.
 */
export async function unregisterServiceWorker(): Promise<void> {
  try {
    for (const registration of await navigator.serviceWorker.getRegistrations()) {
      for (const notification of await registration.getNotifications()) notification.close();
      await registration.unregister();
    }
    for (const name of await caches.keys()) await caches.delete(name);
  } catch {
    // Without service workers (private windows, old browsers) nothing is stored.
  }
}
