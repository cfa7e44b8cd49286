/** Which dialog is open. One signal each, so that any part can open one without knowing who draws it. */
import { signal } from "@preact/signals";
import { definePart } from "../ui/parts.ts";

/** `output`: the index of the image, 0 without one. */
export type ShareTarget = { id: string; output?: number };

export type FormDialogName = "presets" | "styles";

export function createDialogs() {
  return {
    /** The sign-in dialog, and whether a Generate continues after it. */
    signIn: signal<"generate" | "asked" | null>(null),
    /** The share dialog: of which generation, and which of its images. */
    share: signal<ShareTarget | null>(null),
    /** The ids of the images that are compared. */
    compare: signal<readonly string[] | null>(null),
    /** The ids of the images that are added to a collection. */
    collect: signal<readonly string[] | null>(null),
    shortcuts: signal(false),
    /** A request to open the options panel of the form, which resets it: the panel's popover holds whether it is open. */
    options: signal(false),
    /** The dialog of the form that is open. */
    form: signal<FormDialogName | null>(null),
    /** The list of queued prompts under the form. */
    queue: signal(false),
    /** The page that stays visible while its dialog waits for the Worker, whatever the address says. */
    pinnedPage: signal<"account" | null>(null),
  };
}

export type Dialogs = ReturnType<typeof createDialogs>;
export const dialogsPart = definePart<Dialogs>("dialogs");
