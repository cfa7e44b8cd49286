import { act, fireEvent, render } from "@testing-library/preact";
import { onTestFinished } from "vitest";
import { App, deferredModule, dialogsModule } from "../../frontend/app.tsx";
import { createRouter } from "../../frontend/browser/router.ts";
import { startDeferred } from "../../frontend/deferred.tsx";
import { favoritesPart } from "../../frontend/studio/images/favorites.ts";
import { feedPart } from "../../frontend/studio/images/feed.ts";
import { generationsPart } from "../../frontend/studio/images/generations.ts";
import { outboxPart } from "../../frontend/studio/generate/outbox.ts";
import { pendingDeletionsPart } from "../../frontend/studio/images/pending-deletions.ts";
import { submitPart } from "../../frontend/studio/generate/submit.ts";
import { type Part, PartsProvider } from "../../frontend/ui/parts.ts";
import { withListeners } from "./listeners.ts";
import { setUp } from "./support.ts";

// Not in happy-dom, where the content of a popover is in the document all the same.
HTMLElement.prototype.showPopover ??= () => {};
HTMLElement.prototype.hidePopover ??= () => {};

/** The whole studio in this document, composed as main.tsx does it, for the user of the fake API. */
export async function openApp(world = setUp(), typed = "") {
  await Promise.all([deferredModule.whenLoaded(), dialogsModule.whenLoaded()]);
  const { api, composer, connection, dialogs, toasts, session, store, tabStore, reload } = world;
  const router = createRouter(window);
  // Ends the polls: one that returns after the test file would find no document.
  onTestFinished(() => {
    session.pause(true);
    session.session.value = null;
  });
  const shared = { api, composer, connection, dialogs, toasts, router, session, store, tabStore, reload };
  const started = withListeners(() => {
    addEventListener("popstate", router.follow);
    return startDeferred({
      ...shared,
      connect: world.sockets.connect,
      now: () => world.clock.now,
      random: () => 1,
      newKey: world.newKey,
    });
  });
  function part<T>(wanted: Part<T>): T {
    if (!started.parts.has(wanted)) throw new Error(`No part "${wanted.name}".`);
    return started.parts.get(wanted) as T;
  }
  render(
    <PartsProvider value={started.parts}>
      <App onGenerate={() => void started.generate()} />
    </PartsProvider>,
  );
  composer.restore(typed);
  await session.load();
  return {
    ...shared,
    sockets: world.sockets,
    parts: started.parts,
    wake: started.wake,
    favorites: part(favoritesPart),
    feed: part(feedPart),
    generations: part(generationsPart),
    outbox: part(outboxPart),
    pendingDeletions: part(pendingDeletionsPart),
    submit: part(submitPart),
  };
}

/** Opens the gallery's filter menu: happy-dom has no popovers. */
export async function openFilterMenu(): Promise<void> {
  const menu = document.getElementById("filters");
  if (!menu) throw new Error("The page has no filter menu.");
  await act(() => void fireEvent(menu, new Event("beforetoggle")));
}
