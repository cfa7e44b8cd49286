import { render } from "preact";
import { createApi } from "./api/client.ts";
import { App } from "./app.tsx";
import { createRouter } from "./browser/router.ts";
import { createStore } from "./browser/storage.ts";
import { createStudio } from "./studio/studio.ts";

/**
 * The studio's first page as HTML, drawn into a document that the build provides. It is the state the
 * browser starts from before anything is known, so hydrating it changes nothing on the screen.
 */
export function prerender(window: Window): string {
  const nowhere = () => {
    throw new Error("The build asks nothing of the outside.");
  };
  const studio = createStudio({
    api: createApi(nowhere),
    connect: nowhere,
    random: nowhere,
    now: nowhere,
    newKey: nowhere,
    store: createStore(nowhere),
    tabStore: createStore(nowhere),
    restart: nowhere,
  });
  const root = window.document.createElement("div");
  render(<App studio={studio} router={createRouter(window)} />, root);
  // A property to Preact, and so not in the markup.
  for (const input of root.querySelectorAll("input")) input.toggleAttribute("checked", input.checked);
  return root.innerHTML;
}
