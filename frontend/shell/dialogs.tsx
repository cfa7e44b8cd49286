/**
 * What is needed last, as one chunk: the dialogs that open over every page, the page of an unknown address, what the form
 * does while the user scrolls, and what a translated page needs.
 */
import { collapseFormOnScroll } from "../browser/collapse-form.ts";
import { allowTranslation } from "../browser/translated-page.ts";

export { NotFoundPage } from "./not-found-page.tsx";
export { ShortcutsDialog } from "./shortcuts-dialog.tsx";
export { SignInDialog } from "./sign-in-dialog.tsx";

export function start(): void {
  collapseFormOnScroll();
  allowTranslation();
}
