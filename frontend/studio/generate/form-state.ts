/** State of the form's dialogs and reference image, kept while they are not on the page. The form's own chunk creates it when it first needs it. */
import { signal } from "@preact/signals";
import { definePart } from "../../ui/parts.ts";
import type { Presets } from "./presets.ts";
import type { Reference } from "./reference.ts";

export function createFormState() {
  return { presets: signal<Presets | null>(null), reference: signal<Reference | null>(null) };
}

export type FormState = ReturnType<typeof createFormState>;
export const formStatePart = definePart<FormState>("form state");
