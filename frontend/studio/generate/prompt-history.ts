/** Prompts that were sent, newest first, with their model and options: stored in this browser for each user. */
import { findOffered } from "../../text/models.ts";
import { normalizePrompt } from "../../../worker/shared/prompt.ts";
import type { GenerateBody } from "../../../worker/api/schemas/requests/generation.ts";
import type { Composer } from "./composer.ts";
import { optionsOf } from "../images/generation.ts";
import type { KeyValueStore } from "../../browser/storage.ts";
import { definePart } from "../../ui/parts.ts";

const MAX_STORED = 50;

/** Without a seed: recalled with it, a prompt would make the same image. */
type Entry = Pick<GenerateBody, "prompt"> & Partial<Omit<GenerateBody, "seed">>;

export function createPromptHistory(store: KeyValueStore, userId: () => string | null) {
  /** Index of the entry in the form; -1: none, the form is the user's own. */
  let position = -1;
  /** The settings of the form before the first entry was recalled; null: the form holds the latest submission. */
  let before: Entry | null = null;

  function storeKey(): string | null {
    const id = userId();
    return id === null ? null : `history.${id}`;
  }

  function read(): Entry[] {
    const key = storeKey();
    try {
      const list: unknown = JSON.parse((key && store.get(key)) ?? "[]");
      return Array.isArray(list) ? list.map(entryOf).filter((entry) => entry !== null) : [];
    } catch {
      return [];
    }
  }

  return {
    add(body: GenerateBody) {
      const { seed: _, count: __, ...sent } = body;
      // The submitted prompt stays in the form.
      position = 0;
      before = null;
      const key = storeKey();
      const list = [sent, ...read().filter(({ prompt }) => prompt !== sent.prompt)].slice(0, MAX_STORED);
      if (key !== null) store.set(key, JSON.stringify(list));
    },
    /**
     * Puts the previous (or next) prompt and its settings into the form. False: the key is the field's own, because
     * the user is writing, the caret can still move a line, or there is no further entry.
     */
    recall(direction: "earlier" | "later", composer: Composer, caret = 0): boolean {
      const list = read();
      const current = composer.prompt.peek();
      if (current === "") position = -1;
      else if (normalizePrompt(current) !== list[position]?.prompt) return false;
      const beyond = direction === "earlier" ? current.slice(0, caret) : current.slice(caret);
      if (beyond.includes("\n")) return false;
      const next = position + (direction === "earlier" ? 1 : -1);
      const first = before === null && position >= 0 ? 0 : -1;
      if (next < first || next >= list.length) return false;
      if (position === -1) {
        before = {
          prompt: "",
          model: composer.model.peek(),
          ...optionsOf({
            aspectRatio: composer.aspectRatio.peek(),
            negativePrompt: composer.negativePrompt.peek(),
            style: composer.style.peek(),
          }),
        };
      }
      position = next;
      const entry = list[next] ?? before;
      composer.write(entry?.prompt ?? "");
      const model = findOffered(entry?.model)?.id;
      if (entry && model) {
        composer.model.value = model;
        composer.setOptions({ ...optionsOf(entry), ...optionsOf({ seed: composer.seed.peek() }) });
      }
      return true;
    },
  };
}

export type PromptHistory = ReturnType<typeof createPromptHistory>;
export const promptHistoryPart = definePart<PromptHistory>("prompt history");

/** Earlier versions stored the prompt alone. */
function entryOf(value: unknown): Entry | null {
  if (typeof value === "string") return { prompt: value };
  const entry = value as Entry | null;
  return typeof entry?.prompt === "string" ? entry : null;
}
