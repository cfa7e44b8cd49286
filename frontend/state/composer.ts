import { effect, signal } from "@preact/signals";
import {
  ASPECT_RATIOS,
  type AspectRatio,
  DEFAULT_MODEL,
  MODELS,
  type ModelId,
} from "../../worker/catalog.ts";
import type { Store } from "./store.ts";

/** What is being written: kept in this browser, so that a reload or a sign-in never loses typed text. */
export function createComposer(store: Store) {
  const prompt = signal("");
  const model = signal<ModelId>(DEFAULT_MODEL);
  const aspectRatio = signal<AspectRatio | null>(null);
  /** A sentence under the form: what stands in the way of sending. */
  const notice = signal<string | null>(null);
  /** Counts up whenever something puts text into the form and wants the cursor there. */
  const focus = signal(0);

  return {
    prompt,
    model,
    aspectRatio,
    notice,
    focus,
    write(words: string) {
      prompt.value = words;
      notice.value = null;
    },
    /** Puts text there for editing. */
    edit(words: string) {
      prompt.value = words;
      notice.value = null;
      focus.value += 1;
    },
    /** Gives back what could not be sent, unless something new has been typed meanwhile. */
    giveBack(words: string) {
      if (prompt.value === "") prompt.value = words;
    },
    /** Takes up what was kept. What someone typed before the script had loaded goes first. */
    restore(typed: string) {
      prompt.value = typed || (store.get("draft") ?? "");
      const keptModel = store.get("model");
      model.value = MODELS.find(({ id }) => id === keptModel)?.id ?? DEFAULT_MODEL;
      const keptRatio = store.get("ratio");
      aspectRatio.value = ASPECT_RATIOS.find((ratio) => ratio === keptRatio) ?? null;
      return effect(() => {
        store.set("draft", prompt.value || null);
        store.set("model", model.value);
        store.set("ratio", aspectRatio.value);
      });
    },
  };
}

export type Composer = ReturnType<typeof createComposer>;
