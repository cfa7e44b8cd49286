/**
 * Everything that the first screen can do without, as one chunk: the state behind the form, what the pages share, and
 * the parts of the first screen that appear after an interaction.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Generation } from "../worker/api/schemas/generation.ts";
import { signInUrl } from "./api/sign-in-url.ts";
import { offerFileDrags } from "./browser/drag-file.ts";
import { applyToDownloadLinks } from "./browser/file-metadata.ts";
import { transitionImage } from "./browser/image-transition.ts";
import { isTextField, isUndo } from "./browser/keys.ts";
import { retryFailedImages } from "./browser/retry-images.ts";
import { imagePath, pathOf, type Router, routeOf, routerPart } from "./browser/router.ts";
import { takeOverDownloads } from "./browser/save-file.ts";
import { registerServiceWorker } from "./browser/service-worker-client.ts";
import { delaySignOut } from "./browser/sign-out-lock.ts";
import { storePart, tabStorePart } from "./browser/storage.ts";
import { apiPart } from "./studio/api-part.ts";
import { createCounter } from "./studio/generate/counter.ts";
import { createDeferred, type Deferred, type Platform } from "./studio/deferred.ts";
import { formAidsPart } from "./studio/generate/form-aids.ts";
import { offerSignIn } from "./studio/session/gateway.ts";
import { isInFlight } from "./studio/images/generation.ts";
import { createShortcuts, shortcutsPart } from "./studio/shortcuts.ts";
import { createSignIn, signInPart } from "./studio/session/sign-in.ts";
import { updatePart } from "./studio/update.ts";
import { commonText } from "./text/common.ts";
import { createText } from "./text/create.ts";
import { ignoreHeldEnter } from "./ui/ignore-held-enter.ts";
import { type Parts, provide } from "./ui/parts.ts";

export { Feed } from "./create/feed.tsx";
export { AccountMenu } from "./shell/account-menu.tsx";
export { SlotIndicator } from "./shell/slot-indicator.tsx";
export { ToastList } from "./shell/toast-list.tsx";

/** What main.tsx has created before it loads this chunk. */
export type FirstScreen = Omit<Platform, "exclusively" | "isCreateOpen" | "notifications"> & {
  router: Router;
};

/** Creates and starts everything; returns the parts for the components. */
export function startDeferred(first: FirstScreen): {
  parts: Parts;
  generate: () => Promise<void>;
  /** Handles a key that was pressed anywhere in the page. */
  press: (event: KeyboardEvent) => void;
  wake: () => void;
} {
  const { api, composer, dialogs, toasts, router, session, store, tabStore, reload } = first;
  const deferred = createDeferred({
    ...first,
    exclusively: async (work) => {
      if ("locks" in navigator) await navigator.locks.request("studio.queue", work);
      else work();
    },
    isCreateOpen: computed(() => router.route.value.page === "create"),
    notifications: {
      isHidden: () => document.hidden,
      permission: () => ("Notification" in window ? Notification.permission : "denied"),
      askPermission: async () => ("Notification" in window ? Notification.requestPermission() : "denied"),
      notify: (generation) => showNotification(generation, () => router.go(imagePath(generation.id))),
    },
  });
  const { feed, form, notifications, pendingDeletions, promptHistory, outbox, userSession } = deferred;
  const shortcuts = createShortcuts({ store, now: Date.now, actions: actionsOf(first, deferred) });
  const signIn = createSignIn({ api, dialogs, toasts, pendingDeletions, session, store, tabStore, reload });

  // The head script hid the welcome, because this browser's last user had images.
  effect(() => {
    const isEmpty = userSession.recent.value === "ready" && feed.entries.value.length === 0;
    if (isEmpty) delete document.documentElement.dataset.hasImages;
  });
  showUnseenCount(notifications.unseenCount, router);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) notifications.clearUnseen();
  });
  function press(event: KeyboardEvent) {
    const isBusy = isTextField(event.target) || document.querySelector("dialog[open]") !== null;
    if (shortcuts.press(event, isBusy)) event.preventDefault();
    else if (pendingDeletions.canUndo.peek() && !event.defaultPrevented && isUndo(event)) {
      event.preventDefault();
      if (!event.repeat) pendingDeletions.undo();
    }
  }
  document.addEventListener("keydown", press);
  // A page that is left, or a sign-out in another tab, ends the time to undo.
  const flush = () => void pendingDeletions.flush("at once");
  addEventListener("pagehide", flush);
  effect(() => (pendingDeletions.isBusy.value ? delaySignOut(flush) : undefined));
  addEventListener("storage", ({ key, newValue }) => {
    if (key?.startsWith("studio.outbox.")) outbox.sync();
    // Signed out or deleted in another tab: the draft of this tab goes too.
    if (key === null || (key === "studio.owner" && newValue === null)) tabStore.clear();
  });
  router.transition = transitionImage;
  applyToDownloadLinks(store);
  offerFileDrags(store, (element) => imageAt(element, router, deferred.generations));
  takeOverDownloads((text, action) => toasts.show(text, action));
  retryFailedImages();
  ignoreHeldEnter();
  offerSignIn({ session, toasts }, () => {
    // The Worker's own sign-in, where there is one, renews both sessions. Otherwise the page itself is redirected.
    const methods = session.session.peek()?.signIn ?? [];
    if (methods.some((method) => method === "oidc" || method === "access"))
      location.assign(signInUrl(location));
    else location.reload();
  });
  deferred.run();

  return {
    generate: form.generate,
    press,
    wake: () => {
      first.connection.wakeUps.value += 1;
    },
    parts: new Map([
      ...deferred.parts,
      provide(apiPart, api),
      provide(routerPart, router),
      provide(storePart, store),
      provide(tabStorePart, tabStore),
      provide(signInPart, signIn),
      provide(shortcutsPart, shortcuts),
      provide(updatePart, watchForUpdate(first)),
      provide(formAidsPart, {
        counter: createCounter(composer),
        hint: deferred.hint,
        recall: (direction, caret) => promptHistory.recall(direction, composer, caret),
        hasEntries: computed(() => feed.entries.value.length > 0 || outbox.queued.value.length > 0),
        isRecentUnknown: computed(() => ["loading", "failed"].includes(userSession.recent.value)),
      }),
    ]),
  };
}

function actionsOf({ composer, dialogs, router }: FirstScreen, { feed, submit }: Deferred) {
  return {
    "/": () => {
      router.go(pathOf("create"));
      composer.focus.value = true;
    },
    o: () => {
      router.go(pathOf("create"));
      dialogs.options.value = true;
    },
    ".": () => {
      const latest = feed.entries.value.find((entry) => isInFlight(feed.generationOf(entry)));
      if (latest) void submit.cancel(latest.key);
    },
    "g c": () => router.go(pathOf("create")),
    "g g": () => router.go(pathOf("gallery")),
    "?": () => {
      dialogs.shortcuts.value = true;
    },
  };
}

/** The image that the user sees at an element: in the viewer, or in a link to it. */
function imageAt(element: Element, router: Router, generations: Deferred["generations"]) {
  const isInViewer = element.matches("[data-viewer-image]");
  const link = isInViewer ? null : element.closest("a");
  const id = isInViewer ? router.route.peek().imageId : link && routeOf(link.pathname).imageId;
  const generation = id === null ? undefined : generations.peek(id);
  if (!generation) return null;
  const shown = generation.outputs.findIndex(({ url }) => url === element.getAttribute("src"));
  const n = Math.max(0, shown);
  const output = generation.outputs[n];
  return output ? { id: generation.id, prompt: generation.prompt, url: output.url, n } : null;
}

/** Shows it in the tab's title and icon. */
function showUnseenCount(unseenCount: ReadonlySignal<number>, router: Router): void {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  effect(() => {
    const count = unseenCount.value;
    const { page } = router.route.value;
    const title = page === "gallery" || page === "account" ? `${commonText[page]} · ` : "";
    document.title = (count > 0 ? commonText.readyTitle(count) : "") + title + commonText.name;
    const href = count > 0 ? "/favicon-ready.svg" : "/favicon.svg";
    // Setting the same address would fetch it again.
    if (icon?.getAttribute("href") !== href) icon?.setAttribute("href", href);
  });
}

/** Activates a newer build; null while there is none. */
function watchForUpdate({ toasts, router, session }: FirstScreen): ReadonlySignal<(() => void) | null> {
  const update = signal<(() => void) | null>(null);
  void registerServiceWorker({
    owner: () => session.session.peek() && (session.user.peek()?.id ?? ""),
    onUpdate: (apply) => {
      // Offered once; the account menu keeps the offer.
      if (update.value === null)
        toasts.show(createText.updateReady, { label: commonText.reload, run: apply });
      update.value = apply;
    },
    onOpen: (path) => router.go(path),
  });
  return update;
}

/** Where there is a service worker, it shows the notification: Chrome on Android allows nothing else. */
async function showNotification({ id, prompt, thumbnailUrl }: Generation, open: () => void): Promise<void> {
  const options = { body: prompt, tag: id, ...(thumbnailUrl !== null && { icon: thumbnailUrl }) };
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    if (worker) {
      return await worker.showNotification(createText.readyNotice, { ...options, data: imagePath(id) });
    }
    const notification = new Notification(createText.readyNotice, options);
    notification.onclick = () => {
      window.focus();
      open();
      notification.close();
    };
  } catch {
    // The browser does not allow it here. The tab's title shows it.
  }
}
