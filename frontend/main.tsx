import "./styles/main.css";
import { computed, effect } from "@preact/signals";
import { hydrate, render } from "preact";
import { createApi } from "./api/client.ts";
import { App, PicturePage } from "./app.tsx";
import { preloadToast } from "./ui/toast.tsx";
import { loadAftermath } from "./studio/submit.ts";
import { preloadFeed } from "./create/create-page.tsx";
import { createRouter } from "./browser/router.ts";
import { createStore } from "./browser/storage.ts";
import { createStudio, deeds } from "./studio/studio.ts";
import { text } from "./text/common.ts";
import { loadWords } from "./text/words.ts";

/** Until what has changed is on the screen; at once, or soon, where nothing is drawn: in a tab that nobody sees. */
const drawn = () =>
  new Promise<void>((resolve) => {
    if (document.hidden) return resolve();
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, DRAWN_WITHIN_MS);
  });
const DRAWN_WITHIN_MS = 100;

const router = createRouter(window);
const studio = createStudio({
  // What a hand did is on the screen before it goes out: sending takes as long as drawing it.
  api: createApi(
    async (path, init) => {
      if (init.method !== "GET" && !init.keepalive) await drawn();
      return fetch(path, init);
    },
    () => studio.sessionEnded(),
  ),
  connect: () => new WebSocket(new URL("/api/events", location.href.replace(/^http/, "ws"))),
  random: Math.random,
  now: Date.now,
  newKey: () => crypto.randomUUID(),
  store: createStore(() => localStorage),
  tabStore: createStore(() => sessionStorage),
  restart: () => location.replace("/"),
});

effect(() => {
  const { page } = router.route.value;
  const ready = studio.unseen.value > 0 ? text.readyTitle(studio.unseen.value) : "";
  const title = page === "gallery" || page === "account" ? `${text[page]} · ` : "";
  document.title = ready + title + text.name;
});
// A dialog over a page goes with it.
effect(() => {
  void router.route.value;
  studio.sharing.value = null;
  studio.helping.value = false;
});
// The welcome was left out for someone who had pictures last time. It turns out there are none to show.
effect(() => {
  const { session, user } = studio.session;
  const signedOut = session.value !== null && user.value === null;
  const nothing = studio.recent.value === "ready" && studio.cards.cards.value.length === 0;
  if (signedOut || nothing) delete document.documentElement.dataset.returning;
});
// Whoever signs in or out here does so in every tab: another one must not go on as somebody else.
const owners = createStore(() => localStorage);
effect(() => {
  const { session, user } = studio.session;
  if (!session.value) return;
  const owner = user.value?.id ?? "";
  owners.set("owner", owner);
  navigator.serviceWorker?.controller?.postMessage({ owner });
});
function followOwner(owner: string | null) {
  const { session, user } = studio.session;
  if (session.value && (owner ?? "") !== (user.value?.id ?? "")) location.reload();
}
addEventListener("storage", ({ key, newValue }) => {
  if (key?.startsWith("studio.orders.")) studio.orders.sync();
  if (key === "studio.owner") followOwner(newValue);
});
// A page from the back/forward cache receives no event for what changed meanwhile.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) followOwner(owners.get("owner"));
});
addEventListener("popstate", router.follow);
// `/` where no prompt is on the page (early.ts).
addEventListener("write-prompt", () => {
  router.go("/");
  studio.composer.focus.value = true;
});
addEventListener("pageshow", router.shown);
addEventListener("online", () => void studio.wake());
for (const event of ["online", "offline"]) {
  addEventListener(event, () => {
    studio.offline.value = !navigator.onLine;
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void studio.wake();
});
// Links stay links: only a plain click on one of the studio's own pages is taken over.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || !/^\/($|gallery$|account$|g\/)/.test(link.pathname) || link.hash)
    return;
  event.preventDefault();
  // Not while an image is open or its code loads: then the link is the image's, and the page under it keeps its place.
  if (link.href === location.href) {
    if (router.route.value.picture === null) scrollTo(0, 0);
  } else router.go(link.pathname + link.search);
});

/** However slow the line. */
const SETTLED_WITHIN_MS = 5_000;

/**
 * What no first screen needs comes once somebody is here, or does something: whoever only looks loads no more than
 * they see. From then on the studio can also say what goes wrong where the line is cut.
 */
async function openRest() {
  await Promise.all([loadWords(), loadAftermath(), deeds(), preloadFeed(), preloadToast()]);
  const { openBackstage } = await import("./studio/deferred.ts");
  studio.backstage.value ??= openBackstage(studio, router);
}
/** So that a picture opens at once, and out of its tile. */
async function openWayIn() {
  await PicturePage.preload();
  const { fly, takeOverDownloads } = await import("./image/image-page.tsx");
  router.present = fly;
  takeOverDownloads(studio.notify);
}
function firstTouch(event: Event) {
  removeEventListener("keydown", firstTouch);
  removeEventListener("pointerdown", firstTouch);
  // The key is the first that the shortcuts hear of.
  const press = () => event instanceof KeyboardEvent && studio.backstage.value?.press(event);
  openRest().then(press, listenForTouch);
}
function listenForTouch() {
  addEventListener("keydown", firstTouch);
  addEventListener("pointerdown", firstTouch);
}
listenForTouch();
/** A file that could not be fetched is fetched again: without this part the queue does not run. */
const REST_AGAIN_AFTER_MS = 5_000;
function openAll() {
  openRest()
    .then(openWayIn)
    .catch(() => setTimeout(openAll, REST_AGAIN_AFTER_MS));
}
const needsAll = computed(() => studio.session.user.value !== null || studio.orders.all.value.length > 0);
effect(() => {
  if (needsAll.value && studio.settled.value) openAll();
});
// The gallery says when its first pictures are there (gallery-grid.tsx). Nothing waits for it where it never does.
studio.settled.value = router.route.value.page !== "gallery";
setTimeout(() => (studio.settled.value = true), SETTLED_WITHIN_MS);
effect(() => {
  if (router.route.value.page !== "gallery") studio.settled.value = true;
});

// What is read, drawn and asked is a task each: what someone does meanwhile waits for one of them and not for all.
const root = document.getElementById("app");
if (root) setTimeout(() => open(root));

function open(root: HTMLElement) {
  // What was typed and chosen, or sent as a plain form, before this script ran.
  const sent = new URLSearchParams(location.pathname === "/" ? location.search : "");
  const typed = root.querySelector("textarea")?.value || sent.get("prompt") || "";
  const model =
    root.querySelector<HTMLInputElement>("input[name=model]:checked:not([checked])")?.value ??
    sent.get("model");
  // Taken: a reload finds what has been typed since.
  if (sent.has("prompt")) history.replaceState(history.state, "", "/");
  const app = <App studio={studio} router={router} />;
  if (location.pathname === "/" && root.firstElementChild) hydrate(app, root);
  else {
    root.replaceChildren();
    render(app, root);
  }
  delete document.documentElement.dataset.elsewhere;
  studio.offline.value = !navigator.onLine;
  studio.composer.restore(typed, model);
  setTimeout(() => void studio.start());
}
