/** The reference image of the form, which Generate sends. The form's own chunk fills it: reference.ts. */
import { signal } from "@preact/signals";
import type { RequestedReference } from "../../../worker/api/schemas/requests/generation.ts";
import { definePart } from "../../ui/parts.ts";

export type ChosenReference = {
  body: RequestedReference;
  /** Of an upload: when the Worker deletes it, milliseconds since 1970. */
  expiresAt?: number;
  /** Of an upload: a small copy as a data URL. */
  preview?: string;
};

export function createFormReference() {
  return {
    chosen: signal<ChosenReference | null>(null),
    /** Why so many images cannot be requested now; null if they can. reference.ts replaces it. */
    problem: (_count: number): string | null => null,
  };
}

export type FormReference = ReturnType<typeof createFormReference>;
export const formReferencePart = definePart<FormReference>("form reference");
