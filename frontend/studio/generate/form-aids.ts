/** What the deferred code adds to the form. A file of its own, so that the first screen loads the token alone. */
import type { ReadonlySignal } from "@preact/signals";
import { definePart } from "../../ui/parts.ts";

/** Characters left: `spoken` changes at thresholds only, for screen readers. */
export type Count = { shown: string; spoken: string; isOver: boolean };

export type FormAids = {
  /** null while the limit is far. */
  counter: ReadonlySignal<Count | null>;
  /** A sentence under the form. */
  hint: ReadonlySignal<string | null>;
  /** Puts an earlier or later prompt into the form; false if the key is the field's own. `caret`: its position. */
  recall: (direction: "earlier" | "later", caret: number) => boolean;
  /** The feed or the queue holds something. */
  hasEntries: ReadonlySignal<boolean>;
  /** The user's latest images are being read, or could not be read. */
  isRecentUnknown: ReadonlySignal<boolean>;
};

export const formAidsPart = definePart<FormAids>("form aids");
