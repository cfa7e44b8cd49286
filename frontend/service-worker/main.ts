/**
 * The service worker: opens the studio without network, caches thumbnails for the signed-in user, and opens an image
 * from its notification. It leaves `/api` alone, and replaces an older version only when a page asks it to.
 */
import type { ToPage, ToWorker } from "./messages.ts";
import { showPage } from "./notification-click.ts";
import { kindOf } from "./requests.ts";
import { respondWithPage, respondWithShell, deleteOtherShells, files, storeShell } from "./shell.ts";
import { respondWithThumbnail, setCacheOwner } from "./thumbnails.ts";

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", (event) => event.waitUntil(storeShell()));
self.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([deleteOtherShells(), self.clients.claim()])),
);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const kind = kindOf(request, self.location.origin, files);
  switch (kind) {
    case "page":
      return event.respondWith(respondWithPage(request));
    case "shell":
      return event.respondWith(respondWithShell(request));
    case "thumbnail":
      return event.respondWith(respondWithThumbnail(request, (work) => event.waitUntil(work)));
    case null:
      return;
    default:
      kind satisfies never;
  }
});

self.addEventListener("message", (event) => {
  const message = event.data as ToWorker;
  if ("owner" in message) event.waitUntil(changeOwner(message.owner));
  else if ("running" in message) event.waitUntil(compareBuilds(message.running, event.source));
  else if (message.takeOver) event.waitUntil(self.skipWaiting());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openFrom(event.notification));
});

const openPages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

async function changeOwner(owner: string): Promise<void> {
  await setCacheOwner(owner);
  if (owner !== "") return;
  // They show prompts.
  for (const notification of await self.registration.getNotifications()) notification.close();
}

/** If the only open page already runs this build, activates without asking. */
async function compareBuilds(running: string, page: ExtendableMessageEvent["source"]): Promise<void> {
  if (!files.includes(running)) page?.postMessage({ update: true } satisfies ToPage);
  else if ((await openPages()).length === 1) await self.skipWaiting();
}

async function openFrom(notification: Notification): Promise<void> {
  const open = (path: string) => self.clients.openWindow(path);
  await showPage(String(notification.data), await openPages(), open);
}
