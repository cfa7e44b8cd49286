/** The service worker, as a page sees it. Where there is none (private windows, old browsers), all of this is nothing. */
import type { ToPage, ToWorker } from "../service-worker/messages.ts";

/** A tab that stays open for days hears of a deploy all the same. */
const LOOK_EVERY_MS = 60 * 60_000;

export type WorkerDependencies = {
  /** Who is signed in now; "" is nobody, null not known. */
  owner: () => string | null;
  /** There is a newer studio than this page's; `take` changes to it, and reloads. */
  onUpdate: (take: () => void) => void;
  /** A notification was clicked. */
  onOpen: (path: string) => void;
};

/** Says who is here, so that nobody else's pictures are kept. */
export function tellOwner(owner: string): void {
  navigator.serviceWorker?.controller?.postMessage({ owner } satisfies ToWorker);
}

export async function openServiceWorker({ owner, onUpdate, onOpen }: WorkerDependencies): Promise<void> {
  // The files that it would keep come with a build only.
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }: MessageEvent<ToPage>) => onOpen(data.open));
  serviceWorker.addEventListener("controllerchange", () => {
    const known = owner();
    if (known !== null) tellOwner(known);
  });
  await loaded();
  try {
    const registration = await serviceWorker.register("/sw.js", { updateViaCache: "none" });
    watch(registration, onUpdate);
  } catch {
    // Not allowed here: the studio does without.
  }
}

function watch(registration: ServiceWorkerRegistration, onUpdate: WorkerDependencies["onUpdate"]): void {
  let lookedAt = Date.now();

  function take() {
    const { waiting } = registration;
    // Another tab was quicker.
    if (!waiting) return location.reload();
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage({ takeOver: true } satisfies ToWorker);
  }
  async function meet() {
    const { waiting } = registration;
    if (waiting && (await isAnother(waiting))) onUpdate(take);
  }
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", () => void meet());
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = Date.now();
    // Without network there is nothing new to be had.
    registration.update().catch(() => {});
  });
  void meet();
}

/** Whether the studio that this worker brings is another one than this page runs. */
function isAnother(worker: ServiceWorker): Promise<boolean> {
  // The first that the page names is the studio's own.
  const running = document.querySelector<HTMLLinkElement>("link[rel=modulepreload]")?.href ?? "";
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === true);
    worker.postMessage({ running: new URL(running, location.href).pathname } satisfies ToWorker, [port2]);
  });
}

/** The first look goes before everything that is only for later. */
function loaded(): Promise<unknown> {
  if (document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => addEventListener("load", resolve, { once: true }));
}
