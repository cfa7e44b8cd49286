/** What no first screen needs: loaded in one piece once a user is known or does something. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import { mendImages } from "../browser/retry-images.ts";
import { openServiceWorker } from "../browser/service-worker-client.ts";
import { allowTranslation } from "../browser/translated-page.ts";
import { signInUrl } from "../api/sign-in-url.ts";
import { text } from "../text/common.ts";
import { making } from "../text/create.ts";
import { type Count, createCounter } from "../create/counter.ts";
import { dayOf, watchDayEnd } from "./quota.ts";
import { offerSignIn } from "./gateway.ts";
import { createHistory, type History } from "./prompt-history.ts";
import { createNotifier, type Notifier } from "./notifications.ts";
import { createQueue, type Queue } from "./queue.ts";
import { pathOf, picturePath, type Router } from "../browser/router.ts";
import type { Composer } from "./composer.ts";
import { isTextField } from "../browser/keys.ts";
import { createShortcuts, type Shortcuts } from "./shortcuts.ts";
import type { Studio } from "./studio.ts";

export type Backstage = {
  queue: Queue;
  history: History;
  notifier: Notifier;
  shortcuts: Shortcuts;
  /** A sentence under the form: options that the model does not use, or that little is left of today. */
  hint: ReadonlySignal<string | null>;
  /** Characters left of the prompt, once they are few. */
  counter: ReadonlySignal<Count | null>;
  /** Changes to a newer version of the studio; null while there is none. */
  update: ReadonlySignal<(() => void) | null>;
  press: (event: KeyboardEvent) => void;
};

export function openBackstage(studio: Studio, router: Router): Backstage {
  const { store, orders, maker, cards, composer, session } = studio;

  const queue = createQueue({
    orders,
    maker,
    cards,
    composer,
    up: studio.up,
    limits: session.limits,
    askLimits: session.load,
    now: Date.now,
    exclusively: async (work) => {
      if ("locks" in navigator) await navigator.locks.request("studio.up-next", work);
      else work();
    },
  });

  const day = computed(() => {
    const today = session.limits.value?.today;
    // What waits for the next day says so itself.
    const isSaid = maker.hold.value?.code === "quota_exceeded" && orders.waiting.value.length > 0;
    return today && !isSaid ? dayOf(today) : null;
  });
  watchDayEnd({ limits: session.limits, askLimits: session.load, now: Date.now, random: Math.random });

  const hint = computed(() => unusedOptions(composer) ?? day.value);

  const userId = computed(() => session.user.value?.id ?? null);
  const history = createHistory(store, () => userId.value);
  for (const { body } of orders.all.peek()) history.add(body);

  const notifier = createNotifier({
    store,
    isHidden: () => document.hidden,
    permission: () => ("Notification" in window ? Notification.permission : "denied"),
    askPermission: async () => ("Notification" in window ? Notification.requestPermission() : "denied"),
    notify: (generation) => showNotification(generation, () => router.go(picturePath(generation.id))),
  });
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  effect(() => {
    studio.unseen.value = notifier.unseen.value;
    const shown = notifier.unseen.value > 0 ? "/favicon-ready.svg" : "/favicon.svg";
    // Set anew it would be fetched anew.
    if (icon?.getAttribute("href") !== shown) icon?.setAttribute("href", shown);
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) notifier.seen();
  });

  const shortcuts = createShortcuts({
    store,
    now: Date.now,
    actions: {
      "/": () => {
        router.go(pathOf("studio"));
        composer.focus.value = true;
      },
      o: () => {
        router.go(pathOf("studio"));
        studio.options.value = true;
      },
      ".": () => {
        const latest = cards.cards.value.find(({ generation: { status } }) =>
          /^(queued|processing)$/.test(status),
        );
        if (latest) void maker.cancel(latest.key);
      },
      "g c": () => router.go(pathOf("studio")),
      "g g": () => router.go(pathOf("gallery")),
      "?": () => {
        studio.helping.value = true;
      },
    },
  });
  function press(event: KeyboardEvent) {
    if (shortcuts.press(event, isBusy(event.target))) event.preventDefault();
  }
  document.addEventListener("keydown", press);

  // The first card counts seconds, and the first formatter takes as long as a frame or three: not in the click's.
  const warm = () => void setTimeout(() => making.seconds(0));
  addEventListener("keydown", warm, { once: true });
  addEventListener("pointerdown", warm, { once: true });

  const update = signal<(() => void) | null>(null);
  void openServiceWorker({
    owner: () => session.session.peek() && (userId.peek() ?? ""),
    onUpdate: (take) => {
      // Offered once; the account menu keeps the offer.
      if (update.value === null) studio.notify(making.updateReady, { label: text.reload, run: take });
      update.value = take;
    },
    onOpen: (path) => router.go(path),
  });

  // Signed out or deleted in another tab: what was typed in this one is nobody's either.
  addEventListener("storage", ({ key, newValue }) => {
    if (key === null || (key === "studio.owner" && newValue === null)) studio.tabStore.forget();
  });

  mendImages();
  allowTranslation();
  offerSignIn(studio, () => {
    // The Worker's own sign-in, where there is one, renews both sessions. Otherwise the page itself is redirected.
    const methods = session.session.peek()?.signIn ?? [];
    if (methods.some((method) => method !== "dev")) location.assign(signInUrl(location));
    else location.reload();
  });
  studio.witness({ ordered: ({ body }) => history.add(body), ended: notifier.ended });
  // Who is here is known by now, or with the sign-in.
  effect(() => {
    if (userId.value !== null) return queue.start();
  });
  return { queue, history, notifier, shortcuts, hint, counter: createCounter(composer), update, press };
}

/** The options that are set but that the chosen model does not take. */
function unusedOptions({ takes, options, aspectRatio, seed, without, model }: Composer): string | null {
  const used = options.value;
  if (!takes.value) return null;
  const unused = [
    aspectRatio.value !== null && !used.aspectRatio && `${text.ratio} ${aspectRatio.value}`,
    seed.value !== null && used.seed === undefined && making.seed,
    without.value.trim() !== "" && !used.negativePrompt && making.without,
  ].filter((name) => name !== false);
  return unused.length > 0 ? making.optionsUnused(text.model(model.value), unused) : null;
}

function isBusy(target: EventTarget | null): boolean {
  return isTextField(target) || document.querySelector("dialog[open]") !== null;
}

/** Where a service worker runs, only that may show one (and on Android nothing else can). */
async function showNotification({ id, prompt, thumbnailUrl }: Generation, open: () => void): Promise<void> {
  const options = { body: prompt, tag: id, ...(thumbnailUrl !== null && { icon: thumbnailUrl }) };
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    if (worker)
      return await worker.showNotification(making.readyNotice, { ...options, data: picturePath(id) });
    const notification = new Notification(making.readyNotice, options);
    notification.onclick = () => {
      window.focus();
      open();
      notification.close();
    };
  } catch {
    // Not allowed here after all; the tab's name says it.
  }
}
