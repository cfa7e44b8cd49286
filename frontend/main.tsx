/** Starts the studio: creates and renders the first screen, and loads the rest when it is needed. */
import "./styles/main.css";
import { effect, signal } from "@preact/signals";
import { hydrate } from "preact";
import { pageAt } from "../worker/shared/pages.ts";
import { createApi } from "./api/client.ts";
import { App, deferredModule, dialogsModule, imageModule, preloadPage } from "./app.tsx";
import { afterNextPaint } from "./browser/after-next-paint.ts";
import { createRouter, pathOf, routerPart } from "./browser/router.ts";
import { createStorage } from "./browser/storage.ts";
import type { ToWorker } from "./service-worker/messages.ts";
import { composerPart, createComposer } from "./studio/generate/composer.ts";
import { connectionPart, createConnection, showUnreachable } from "./studio/session/connection.ts";
import { createDialogs, dialogsPart } from "./studio/dialogs.ts";
import { createToasts, toastsPart } from "./studio/toasts.ts";
import { createSession, sessionPart } from "./studio/session/session.ts";
import { commonText } from "./text/common.ts";
import { offeredModels } from "./text/models.ts";
import { type Parts, PartsProvider, provide } from "./ui/parts.ts";

const api = createApi(
  // The result of a click is painted before its request is sent: sending takes as long as rendering.
  async (path, init) => {
    if (init.method !== "GET" && !init.keepalive) await afterNextPaint();
    return fetch(path, init);
  },
  () => session.recheck(),
);
const store = createStorage(() => localStorage);
const tabStore = createStorage(() => sessionStorage);
const router = createRouter(window);
const connection = createConnection();
const dialogs = createDialogs();
const toasts = createToasts();
const session = createSession({ api, random: Math.random });
const composer = createComposer({
  store,
  tabStore,
  optionsFor: session.optionsFor,
  onReplaced: (draft) =>
    toasts.show(commonText.draftReplaced, {
      label: commonText.restoreDraft,
      run: () => composer.edit(draft),
    }),
});
const parts = signal<Parts>(
  new Map([
    provide(routerPart, router),
    provide(connectionPart, connection),
    provide(dialogsPart, dialogs),
    provide(toastsPart, toasts),
    provide(sessionPart, session),
    provide(composerPart, composer),
  ]),
);

// Parsing, rendering and requesting are a task each, so that input waits for one of them only.
const mounted = new Promise<void>((resolve) => {
  setTimeout(() => {
    const root = document.getElementById("app");
    if (root) mount(root);
    resolve();
  });
});

type Started = ReturnType<typeof import("./deferred.tsx").startDeferred>;
let started: Started | null = null;

/** Loads and starts the deferred chunk. Its parts would not match the prerendered page, so it waits for hydration. */
async function startDeferred(): Promise<Started> {
  const [module] = await Promise.all([deferredModule.whenLoaded(), mounted]);
  if (started) return started;
  started = module.startDeferred({
    api,
    composer,
    connection,
    dialogs,
    toasts,
    router,
    session,
    store,
    tabStore,
    connect: () => new WebSocket(new URL("/api/events", location.href.replace(/^http/, "ws"))),
    now: Date.now,
    random: Math.random,
    newKey: () => crypto.randomUUID(),
    reload: () => location.replace("/"),
  });
  parts.value = started.parts;
  removeEventListener("keydown", keepKey);
  for (const event of earlyKeys) started.press(event);
  void dialogsModule.whenLoaded().then((module) => module.start());
  return started;
}

/** Keys that were pressed before the shortcuts were loaded. */
const earlyKeys: KeyboardEvent[] = [];
const keepKey = (event: KeyboardEvent) => void earlyKeys.push(event);
addEventListener("keydown", keepKey);

/** The user clicked Generate before the deferred chunk was loaded. More clicks until then are the same Generate. */
const isGenerateWaiting = signal(false);
async function generate(): Promise<void> {
  if (started) return started.generate();
  if (isGenerateWaiting.peek()) return;
  isGenerateWaiting.value = true;
  const deferred = await startDeferred();
  isGenerateWaiting.value = false;
  return deferred.generate();
}
effect(() => {
  const isFailing = isGenerateWaiting.value && deferredModule.state.value === "failed";
  if (isFailing) composer.notice.value = commonText.loadFailed;
});

// On the landing page the user can type at once. On a touch screen the focus would open the keyboard. Before the
// listeners below, for which a focus is an interaction.
const isLanding = location.pathname === "/" && !store.get("returning");
if (isLanding && document.activeElement === document.body && matchMedia("(pointer: fine)").matches) {
  document.querySelector<HTMLElement>("textarea[name=prompt]")?.focus();
}

// A stranger who only looks loads the first screen alone. A known user, an interaction or another page needs more.
if (store.get("owner")) void startDeferred();
for (const event of ["pointerdown", "keydown", "focusin"]) {
  addEventListener(event, () => void startDeferred(), { once: true });
}
effect(() => {
  if (session.user.value) void startDeferred().then(() => imageModule.whenLoaded());
  else if (session.error.value) void startDeferred();
});
effect(() => {
  const route = router.route.value;
  preloadPage(route);
  if (route.page !== "create" || route.imageId !== null) void startDeferred();
});

// The deferred chunk shows them.
effect(() => {
  if (toasts.all.value.length > 0) void startDeferred();
});

// Leaving a page closes its dialogs.
effect(() => {
  void router.route.value;
  dialogs.share.value = null;
  dialogs.collect.value = null;
  dialogs.form.value = null;
  dialogs.shortcuts.value = false;
});
showUnreachable({ composer, connection, session });
// A sign-in or sign-out counts in every tab: another one must not continue as another user.
effect(() => {
  if (!session.session.value) return;
  const owner = session.user.value?.id ?? "";
  clearFormFor(owner, store.get("owner"));
  store.set("owner", owner);
  navigator.serviceWorker?.controller?.postMessage({ owner } satisfies ToWorker);
});
// The head script hid the welcome, because this browser's last user had images.
effect(() => {
  if (session.session.value && !session.user.value) delete document.documentElement.dataset.hasImages;
});
function followOwner(owner: string | null) {
  const known = session.user.peek()?.id ?? "";
  if (!session.session.peek() || (owner ?? "") === known) return;
  clearFormFor(owner, known);
  location.reload();
}
/** One user followed another without a sign-out: the form holds what the one before was writing. */
function clearFormFor(owner: string | null, before: string | null) {
  if (!owner || !before || owner === before) return;
  composer.write("");
  composer.setOptions({});
}
addEventListener("storage", ({ key, newValue }) => {
  if (key === "studio.owner") followOwner(newValue);
});
addEventListener("pageshow", ({ persisted }) => {
  router.shown();
  // A page in the back/forward cache receives no storage events.
  if (persisted) followOwner(store.get("owner"));
});
addEventListener("popstate", router.follow);

function wake() {
  if (session.isPaused()) return;
  started?.wake();
  if (!session.session.peek() || session.error.peek()) void session.load();
}
addEventListener("online", wake);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wake();
});
const followNetwork = () => {
  connection.isOffline.value = !navigator.onLine;
};
addEventListener("online", followNetwork);
addEventListener("offline", followNetwork);

// Only a plain click on a link to one of the studio's pages is handled here.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || link.hash || pageAt(link.pathname) === null) return;
  event.preventDefault();
  // A link to the image that is opening does not scroll the page under it.
  if (link.href !== location.href) router.go(link.pathname + link.search);
  else if (router.route.peek().imageId === null) scrollTo(0, 0);
});

function mount(root: HTMLElement) {
  // What the user typed and chose, or submitted as a plain form, before this script ran; or the prompt of a share link.
  const sent = new URLSearchParams(
    location.pathname === "/" ? location.search || location.hash.slice(1) : "",
  );
  const typed = root.querySelector("textarea")?.value || sent.get("prompt") || "";
  const model =
    root.querySelector<HTMLInputElement>("input[name=model]:checked:not([checked])")?.value ??
    sent.get("model");
  if (sent.has("prompt")) {
    // A reload restores the draft instead.
    history.replaceState(history.state, "", "/");
    // A Generate that waited for a sign-in was about another prompt.
    tabStore.set("resume", null);
  }
  const studio = <Studio />;
  const prerendered = root.firstElementChild;
  if (prerendered?.getAttribute("data-page") !== router.route.value.page) root.replaceChildren();
  hydrate(studio, root);
  // The operator's models (worker/http/pages/studio-page.ts), which the prerendered page does not have.
  const models = document.getElementById("models")?.textContent;
  if (models) offeredModels.value = JSON.parse(models);
  delete document.documentElement.dataset.models;
  delete document.documentElement.dataset.otherPage;
  followNetwork();
  composer.restore(typed, model);
  // `/` on a page without the form (head-script.ts).
  addEventListener("write-prompt", () => {
    router.go(pathOf("create"));
    composer.focus.value = true;
  });
  // Repeats a click or a `/` that was too early (head-script.ts).
  dispatchEvent(new Event("studio-ready"));
  setTimeout(() => void session.load());
}

function Studio() {
  return (
    <PartsProvider value={parts.value}>
      <App onGenerate={() => void generate()} />
    </PartsProvider>
  );
}
