/**
 * The studio's service worker: opens it without network, keeps thumbnails for their owner, shows pictures that a
 * notification told of. Never in the way of `/api`, and takes over from another version only when told to.
 */
import type { ToWorker } from "./messages.ts";
import { showPage } from "./notification-click.ts";
import { kindOf } from "./requests.ts";
import { answerPage, answerShell, dropOtherShells, files, storeShell } from "./shell.ts";
import { answerThumbnail, keepFor } from "./thumbnails.ts";

declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", (event) => event.waitUntil(storeShell()));
self.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([dropOtherShells(), self.clients.claim()])),
);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const kind = kindOf(request, self.location.origin, files);
  switch (kind) {
    case "page":
      return event.respondWith(answerPage(request));
    case "shell":
      return event.respondWith(answerShell(request));
    case "thumbnail":
      return event.respondWith(answerThumbnail(request, (work) => event.waitUntil(work)));
    case null:
      return;
    default:
      kind satisfies never;
  }
});

self.addEventListener("message", (event) => {
  const message = event.data as ToWorker;
  if ("owner" in message) event.waitUntil(changeOwner(message.owner));
  else if ("running" in message) event.waitUntil(compare(message.running, event.ports[0]));
  else if (message.takeOver) event.waitUntil(self.skipWaiting());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openFrom(event.notification));
});

const openStudios = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

async function changeOwner(owner: string): Promise<void> {
  await keepFor(owner);
  if (owner !== "") return;
  // They show a prompt.
  for (const notification of await self.registration.getNotifications()) notification.close();
}

/** A page of this build needs no reload. Where it is the only one, nobody else does either. */
async function compare(running: string, port: MessagePort | undefined): Promise<void> {
  const isAnother = !files.includes(running);
  port?.postMessage(isAnother);
  if (!isAnother && (await openStudios()).length === 1) await self.skipWaiting();
}

async function openFrom(notification: Notification): Promise<void> {
  const open = (path: string) => self.clients.openWindow(path);
  await showPage(String(notification.data), await openStudios(), open);
}
