import { computed, effect, signal } from "@preact/signals";
import {
  ASPECT_RATIOS,
  type AspectRatio,
  DEFAULT_MODEL,
  MAX_PROMPT_LENGTH,
  MAX_SEED,
  MODELS,
  type ModelId,
} from "../../worker/catalog.ts";
import type { ModelOptions } from "../../worker/contract.ts";
import { optionsOf } from "./generation.ts";
import type { Store } from "../browser/storage.ts";

export type ComposerDependencies = {
  store: Store;
  /** This tab's own: two tabs may be writing at once. */
  tabStore: Store;
  /** What a model takes; null while that is unknown. */
  takenBy: (model: ModelId) => ModelOptions | null;
  /** Receives the text that was replaced by another. */
  onPutAside: (words: string) => void;
};

/** What is being written: kept in this browser, so that a reload or a sign-in never loses typed text. */
export function createComposer({ store, tabStore, takenBy, onPutAside }: ComposerDependencies) {
  const prompt = signal("");
  const model = signal<ModelId>(DEFAULT_MODEL);
  const aspectRatio = signal<AspectRatio | null>(null);
  /** null: a new one for each image. */
  const seed = signal<number | null>(null);
  /** What should not be in the picture. */
  const without = signal("");
  /** A sentence under the form: what stands in the way of sending. */
  const notice = signal<string | null>(null);
  /** True: the prompt shall have the focus. The prompt resets it. */
  const focus = signal(false);
  /** Nothing has been written in this visit yet: Tab may accept the example. */
  const isUntouched = signal(true);
  /** Enter sends the prompt; else it starts a new line. Until the user chooses, touch screens start a line. */
  const enterSends = signal(true);

  const takes = computed(() => takenBy(model.value));
  /** What goes along with the prompt: of what is set, that which the chosen model takes, or may take. */
  const options = computed(() =>
    optionsOf(
      {
        aspectRatio: aspectRatio.value,
        seed: seed.value,
        negativePrompt: without.value.normalize("NFC").trim(),
      },
      takes.value,
    ),
  );

  const maxPromptLength = computed(() => takes.value?.maxPromptLength ?? MAX_PROMPT_LENGTH);

  function write(words: string) {
    isUntouched.value = false;
    prompt.value = words;
    notice.value = null;
  }

  /** Puts text there for editing. */
  function edit(words: string) {
    const before = prompt.value;
    write(words);
    focus.value = true;
    if (before.trim() !== "" && before !== words) onPutAside(before);
  }

  return {
    prompt,
    model,
    aspectRatio,
    seed,
    without,
    takes,
    options,
    notice,
    focus,
    isUntouched,
    enterSends,
    maxPromptLength,
    write,
    edit,
    /** Takes up the stored draft and settings. What the user typed and chose before the script loaded comes first. */
    restore(typed: string, chosen: string | null = null) {
      prompt.value = typed || (tabStore.get("draft") ?? store.get("draft") ?? "");
      const wanted = [chosen, store.get("model"), DEFAULT_MODEL];
      const known = wanted.flatMap((name) => MODELS.find(({ id }) => id === name)?.id ?? []);
      model.value = known[0] ?? DEFAULT_MODEL;
      const keptRatio = store.get("ratio");
      aspectRatio.value = ASPECT_RATIOS.find((ratio) => ratio === keptRatio) ?? null;
      // A locked seed does not survive a reload, except the way to a sign-in page and back with a Generate.
      seed.value = tabStore.get("resume") === null ? null : seedOf(tabStore.get("seed") ?? "");
      without.value = store.get("without") ?? "";
      isUntouched.value = prompt.value === "";
      const enter = store.get("enter");
      enterSends.value = enter === null ? !matchMedia("(pointer: coarse)").matches : enter === "send";
      effect(() => {
        // Empty is kept too, in this tab: what another one writes does not come up here then.
        tabStore.set("draft", prompt.value);
        store.set("draft", prompt.value || null);
      });
      effect(() => {
        store.set("model", model.value);
        store.set("ratio", aspectRatio.value);
        tabStore.set("seed", seed.value === null ? null : String(seed.value));
        store.set("without", without.value || null);
      });
    },
  };
}

export type Composer = ReturnType<typeof createComposer>;

/** A seed as someone writes it; null is none. */
export function seedOf(digits: string): number | null {
  return /^\d+$/.test(digits) ? Math.min(Number(digits), MAX_SEED) : null;
}
