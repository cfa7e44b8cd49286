import type { ReadonlySignal } from "@preact/signals";
import { definePart } from "../ui/parts.ts";

/** Changes to a newer build of the studio and reloads; null while there is none. */
export type Update = ReadonlySignal<(() => void) | null>;
export const updatePart = definePart<Update>("update");
