/**
 * Removes what the service worker keeps and shows: pictures, notifications, the studio's own files. It goes too, and
 * comes back with the next visit. Browsers that know `Clear-Site-Data` have done so by then; the others are told here.
 */
export async function forgetServiceWorker(): Promise<void> {
  try {
    for (const registration of await navigator.serviceWorker.getRegistrations()) {
      for (const notification of await registration.getNotifications()) notification.close();
      await registration.unregister();
    }
    for (const name of await caches.keys()) await caches.delete(name);
  } catch {
    // Where there is none (private windows, old browsers), nothing was kept.
  }
}
