/** What few users see, as one chunk: the dialogs that open over every page, and the page of an unknown address. */
export { NotFoundPage } from "./not-found-page.tsx";
export { ShortcutsDialog } from "./shortcuts-dialog.tsx";
export { SignInDialog } from "./sign-in-dialog.tsx";
