/** State of the form's dialogs, kept while they are closed. The form's own chunk creates it when it first needs it. */
import { signal } from "@preact/signals";
import { definePart } from "../../ui/parts.ts";
import type { Presets } from "./presets.ts";

export function createFormState() {
  return { presets: signal<Presets | null>(null) };
}

export type FormState = ReturnType<typeof createFormState>;
export const formStatePart = definePart<FormState>("form state");
