import { render } from "preact";
import { App } from "./app.tsx";
import { createRouter, routerPart } from "./browser/router.ts";
import { createStorage } from "./browser/storage.ts";
import { composerPart, createComposer } from "./studio/generate/composer.ts";
import { connectionPart, createConnection } from "./studio/session/connection.ts";
import { createDialogs, dialogsPart } from "./studio/dialogs.ts";
import { createToasts, toastsPart } from "./studio/toasts.ts";
import { createSession, sessionPart } from "./studio/session/session.ts";
import { PartsProvider, provide } from "./ui/parts.ts";

/**
 * Renders the page at the window's address as HTML, in a document that the build provides: signed out and with an empty
 * form, as the browser starts too, so that hydration changes nothing.
 */
export function prerender(window: Window): string {
  const unavailable = () => {
    throw new Error("Not available while the page is built.");
  };
  const store = createStorage(unavailable);
  const session = createSession({ api: { session: unavailable }, random: unavailable });
  const parts = new Map([
    provide(routerPart, createRouter(window)),
    provide(connectionPart, createConnection()),
    provide(dialogsPart, createDialogs()),
    provide(toastsPart, createToasts()),
    provide(sessionPart, session),
    provide(
      composerPart,
      createComposer({ store, tabStore: store, optionsFor: session.optionsFor, onReplaced: unavailable }),
    ),
  ]);
  const root = window.document.createElement("div");
  render(
    <PartsProvider value={parts}>
      <App onGenerate={unavailable} />
    </PartsProvider>,
    root,
  );
  // Preact sets the property, which HTML does not contain.
  for (const input of root.querySelectorAll("input")) input.toggleAttribute("checked", input.checked);
  const html = root.innerHTML;
  // Its effects would load the chunks of the page.
  render(null, root);
  return html;
}
