import { computed, effect, signal } from "@preact/signals";
import {
  ASPECT_RATIOS,
  type AspectRatio,
  DEFAULT_MODEL,
  MAX_SEED,
  MODELS,
  type ModelId,
} from "../../worker/catalog.ts";
import type { ModelOptions } from "../../worker/contract.ts";
import { optionsOf } from "./generation.ts";
import type { Store } from "./store.ts";

export type ComposerDependencies = {
  store: Store;
  /** This tab's own: two tabs may be writing at once. */
  tabStore: Store;
  /** What a model takes; null while nobody has said. */
  takenBy: (model: ModelId) => ModelOptions | null;
  /** Text that something else takes the place of. */
  onPutAside: (words: string) => void;
};

/** What is being written: kept in this browser, so that a reload or a sign-in never loses typed text. */
export function createComposer({ store, tabStore, takenBy, onPutAside }: ComposerDependencies) {
  const prompt = signal("");
  const model = signal<ModelId>(DEFAULT_MODEL);
  const aspectRatio = signal<AspectRatio | null>(null);
  /** null: another one each time. */
  const seed = signal<number | null>(null);
  /** What should not be in the picture. */
  const without = signal("");
  /** A sentence under the form: what stands in the way of sending. */
  const notice = signal<string | null>(null);
  /** Something put text into the form and wants the cursor there; whoever gives it says so. */
  const focus = signal(false);

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

  function write(words: string) {
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
    write,
    edit,
    /** Takes up what was kept. What someone typed and chose before the script had loaded goes first. */
    restore(typed: string, chosen: string | null = null) {
      prompt.value = typed || (tabStore.get("draft") ?? store.get("draft") ?? "");
      const wanted = [chosen, store.get("model"), DEFAULT_MODEL];
      const known = wanted.flatMap((name) => MODELS.find(({ id }) => id === name)?.id ?? []);
      model.value = known[0] ?? DEFAULT_MODEL;
      const keptRatio = store.get("ratio");
      aspectRatio.value = ASPECT_RATIOS.find((ratio) => ratio === keptRatio) ?? null;
      seed.value = seedOf(store.get("seed") ?? "");
      without.value = store.get("without") ?? "";
      effect(() => {
        // Empty is kept too, in this tab: what another one writes does not come up here then.
        tabStore.set("draft", prompt.value);
        store.set("draft", prompt.value || null);
      });
      effect(() => {
        store.set("model", model.value);
        store.set("ratio", aspectRatio.value);
        store.set("seed", seed.value === null ? null : String(seed.value));
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
