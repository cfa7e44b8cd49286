/** The page's side of the service worker. Does nothing where there is none (private windows, old browsers). */
import type { ToPage, ToWorker } from "../service-worker/messages.ts";

/** A tab may stay open for days. */
const CHECK_EVERY_MS = 60 * 60_000;

export type WorkerDependencies = {
  /** The id of the signed-in user; "" while signed out, null while unknown. */
  owner: () => string | null;
  /** A newer build is ready; `apply` activates it and reloads. */
  onUpdate: (apply: () => void) => void;
  /** The user clicked a notification. */
  onOpen: (path: string) => void;
};

/** The service worker deletes the thumbnails of every other user. */
export function setCacheOwner(owner: string): void {
  navigator.serviceWorker?.controller?.postMessage({ owner } satisfies ToWorker);
}

export async function registerServiceWorker({ owner, onUpdate, onOpen }: WorkerDependencies): Promise<void> {
  // The dev server has no shell to cache.
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
    if ("open" in data) onOpen(data.open);
    else onUpdate(() => void applyUpdate());
  });
  serviceWorker.addEventListener("controllerchange", () => {
    const known = owner();
    if (known !== null) setCacheOwner(known);
  });
  await pageLoaded();
  try {
    watchForUpdates(await serviceWorker.register("/sw.js", { updateViaCache: "none" }));
  } catch {
    // The browser does not allow it here.
  }
}

function watchForUpdates(registration: ServiceWorkerRegistration): void {
  let checkedAt = Date.now();

  /** The waiting worker answers if it brings another build. This chunk's path changes with every build. */
  function askWaiting() {
    const { pathname } = new URL(import.meta.url);
    registration.waiting?.postMessage({ running: pathname } satisfies ToWorker);
  }
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", askWaiting);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - checkedAt < CHECK_EVERY_MS) return;
    checkedAt = Date.now();
    // Fails without network.
    registration.update().catch(() => {});
  });
  askWaiting();
}

async function applyUpdate(): Promise<void> {
  const { serviceWorker } = navigator;
  const waiting = (await serviceWorker.getRegistration())?.waiting;
  // Another tab has activated it.
  if (!waiting) return location.reload();
  serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage({ takeOver: true } satisfies ToWorker);
}

/** Caching does not compete with the first load. */
function pageLoaded(): Promise<unknown> {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => addEventListener("load", resolve, { once: true }));
}
