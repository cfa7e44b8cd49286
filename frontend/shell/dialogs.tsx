/**
 * What is needed last, as one chunk: the dialogs that open over every page, the page of an unknown address, and what
 * the form does while the user scrolls.
 */
export { collapseFormOnScroll } from "../browser/collapse-form.ts";
export { NotFoundPage } from "./not-found-page.tsx";
export { ShortcutsDialog } from "./shortcuts-dialog.tsx";
export { SignInDialog } from "./sign-in-dialog.tsx";
