import { computed, effect, signal } from "@preact/signals";
import {
  ASPECT_RATIOS,
  type AspectRatio,
  DEFAULT_MODEL,
  MAX_SEED,
  type ModelId,
} from "../../../worker/shared/models.ts";
import type { StyleId } from "../../../worker/shared/styles.ts";
import { MAX_PROMPT_LENGTH } from "../../../worker/shared/prompt.ts";
import type { GenerationOptions } from "../../../worker/api/schemas/generation.ts";
import type { ModelOptions } from "../../../worker/api/schemas/session.ts";
import { findOffered, offeredModels } from "../../text/models.ts";
import { definePart } from "../../ui/parts.ts";
import { optionsOf } from "../images/generation.ts";
import type { KeyValueStore } from "../../browser/storage.ts";

export type ComposerDependencies = {
  store: KeyValueStore;
  /** This tab's own: two tabs may be writing at once. */
  tabStore: KeyValueStore;
  /** The options that a model supports; null while unknown. */
  optionsFor: (model: ModelId) => ModelOptions | null;
  /** Receives a draft that was replaced by another text. */
  onReplaced: (draft: string) => void;
};

/** The stored name of the negative prompt. Browsers have it already, so it stays. */
const NEGATIVE_PROMPT_KEY = "without";

/** The form: its draft and settings are stored in this browser, so that no reload or sign-in loses them. */
export function createComposer({ store, tabStore, optionsFor, onReplaced }: ComposerDependencies) {
  const prompt = signal("");
  const model = signal<ModelId>(DEFAULT_MODEL);
  const aspectRatio = signal<AspectRatio | null>(null);
  /** null: a new one for each image. */
  const seed = signal<number | null>(null);
  /** What should not be in the image. */
  const negativePrompt = signal("");
  /** Its text is added to the prompt by the Worker. */
  const style = signal<StyleId | null>(null);
  /** How many images a Generate makes. */
  const count = signal(1);
  /** A sentence under the form: why the prompt was not submitted. */
  const notice = signal<string | null>(null);
  /** A request to focus the prompt field, which resets it. */
  const focus = signal(false);
  /** A request to select the prompt's text; the prompt field resets it. */
  const selectAll = signal(false);
  /** The text in the form has been submitted: no draft any more. It stays for the next image until it is changed. */
  const isSubmitted = signal(false);
  /** Nothing has been written in this visit yet: Tab may accept the example. */
  const isUntouched = signal(true);
  /** Enter sends the prompt; else it starts a new line. Until the user chooses, touch screens start a line. */
  const enterSends = signal(true);

  const supported = computed(() => optionsFor(model.value));
  /** The options to send: of those that are set, the ones that the chosen model supports. */
  const options = computed(() =>
    optionsOf(
      {
        aspectRatio: aspectRatio.value,
        seed: seed.value,
        negativePrompt: negativePrompt.value.normalize("NFC").trim(),
        style: style.value,
      },
      supported.value,
    ),
  );

  const maxPromptLength = computed(() => supported.value?.maxPromptLength ?? MAX_PROMPT_LENGTH);

  /** Options that are not given go back to their defaults. */
  function setOptions(given: GenerationOptions) {
    aspectRatio.value = given.aspectRatio ?? null;
    seed.value = given.seed ?? null;
    negativePrompt.value = given.negativePrompt ?? "";
    style.value = given.style ?? null;
  }

  function setModel(id: string | null | undefined) {
    model.value = findOffered(id)?.id ?? model.value;
  }

  function write(words: string) {
    if (words !== prompt.peek()) isSubmitted.value = false;
    isUntouched.value = false;
    prompt.value = words;
    notice.value = null;
  }

  /** Puts a text into the form. A draft that it replaces can be restored. */
  function replace(words: string) {
    const draft = isSubmitted.peek() ? "" : prompt.peek();
    write(words);
    if (draft.trim() !== "" && draft !== words) onReplaced(draft);
  }

  /** Puts a text into the form and the cursor behind it. */
  function edit(words: string) {
    replace(words);
    focus.value = true;
  }

  return {
    prompt,
    model,
    aspectRatio,
    seed,
    negativePrompt,
    style,
    count,
    supported,
    options,
    notice,
    focus,
    selectAll,
    isSubmitted,
    isUntouched,
    enterSends,
    maxPromptLength,
    write,
    replace,
    edit,
    setModel,
    setOptions,
    /** The form was submitted: its text stays, selected, so that typing replaces it. */
    markSubmitted() {
      isSubmitted.value = true;
      isUntouched.value = false;
      selectAll.value = true;
    },
    /** Reads the stored draft and settings. What the user typed and chose before the script loaded comes first. */
    restore(typed: string, chosen: string | null = null) {
      prompt.value = tabStore.get("draft") ?? store.get("draft") ?? "";
      if (typed) replace(typed);
      setModel(offeredModels.value[0]?.id);
      setModel(store.get("model"));
      setModel(chosen);
      // The session can bring other models.
      effect(() => {
        if (!findOffered(model.peek())) setModel(offeredModels.value[0]?.id);
      });
      const keptRatio = store.get("ratio");
      aspectRatio.value = ASPECT_RATIOS.find((ratio) => ratio === keptRatio) ?? null;
      // A locked seed does not survive a reload, except the way to a sign-in page and back with a Generate.
      seed.value = tabStore.get("resume") === null ? null : seedOf(tabStore.get("seed") ?? "");
      negativePrompt.value = store.get(NEGATIVE_PROMPT_KEY) ?? "";
      // The deferred code removes one that this version does not know.
      style.value = store.get("style") as StyleId | null;
      count.value = Number(store.get("count")) || 1;
      isUntouched.value = prompt.value === "";
      const enter = store.get("enter");
      enterSends.value = enter === null ? !matchMedia("(pointer: coarse)").matches : enter === "send";
      effect(() => {
        // Stores the empty draft too, so that another tab's draft is not restored here.
        const draft = isSubmitted.value ? "" : prompt.value;
        tabStore.set("draft", draft);
        store.set("draft", draft || null);
      });
      effect(() => {
        store.set("model", model.value);
        store.set("ratio", aspectRatio.value);
        store.set("style", style.value);
        store.set("count", count.value > 1 ? String(count.value) : null);
        tabStore.set("seed", seed.value === null ? null : String(seed.value));
        store.set(NEGATIVE_PROMPT_KEY, negativePrompt.value || null);
      });
    },
  };
}

export type Composer = ReturnType<typeof createComposer>;
export const composerPart = definePart<Composer>("composer");

/** A seed as someone writes it; null is none. */
export function seedOf(digits: string): number | null {
  return /^\d+$/.test(digits) ? Math.min(Number(digits), MAX_SEED) : null;
}
