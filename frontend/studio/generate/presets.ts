/** The user's presets: saved from the form, and put back into it. */
import { batch, signal } from "@preact/signals";
import { normalizeName } from "../../../worker/shared/names.ts";
import { findOffered } from "../../text/models.ts";
import { normalizePrompt, promptProblem } from "../../../worker/shared/prompt.ts";
import type { Preset } from "../../../worker/api/schemas/preset.ts";
import type { PresetBody, PresetChange } from "../../../worker/api/schemas/requests/preset.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError, ErrorCode, Result } from "../../api/result.ts";
import { commonText } from "../../text/common.ts";
import { errors } from "../../text/errors.ts";
import { presetsText } from "../../text/presets.ts";
import { optionsOf } from "../images/generation.ts";
import type { Toasts } from "../toasts.ts";
import type { Composer } from "./composer.ts";
import { unusedOptions } from "./unused-options.ts";

export type PresetsDependencies = {
  api: Pick<Api, "call">;
  composer: Composer;
  toasts: Toasts;
};

type One = { preset: Preset };

export function createPresets({ api, composer, toasts }: PresetsDependencies) {
  /** Oldest first; null until loaded. */
  const list = signal<readonly Preset[] | null>(null);
  const error = signal<ApiError | null>(null);

  const path = (id: string) => `/api/presets/${encodeURIComponent(id)}`;

  async function load(): Promise<void> {
    const result = await api.call<{ presets: Preset[] }>("GET", "/api/presets");
    error.value = result.ok ? null : result.error;
    if (result.ok) list.value = result.value.presets;
  }

  /** Applies a response that has the changed preset; returns why it failed, or null. */
  function apply(result: Result<One>): string | null {
    if (!result.ok) return sentenceOf(result.error.code);
    const { preset } = result.value;
    const known = list.peek() ?? [];
    list.value = known.some(({ id }) => id === preset.id)
      ? known.map((other) => (other.id === preset.id ? preset : other))
      : [...known, preset];
    return null;
  }

  const change = async (id: string, changes: PresetChange) =>
    apply(await api.call<One>("PATCH", path(id), { body: changes }));

  return {
    list,
    error,
    load,
    /** Saves the form under a name. These return a sentence about what went wrong, or null. */
    async save(name: string): Promise<string | null> {
      const { prompt, style, ...rest } = formOf(composer);
      const body: PresetBody = {
        name: normalizeName(name),
        ...rest,
        ...(prompt !== null && { prompt }),
        ...(style !== null && { style }),
      };
      return apply(await api.call<One>("POST", "/api/presets", { body }));
    },
    rename: (id: string, name: string) => change(id, { name: normalizeName(name) }),
    /** Replaces all but the name with what is in the form. */
    replace: (id: string) => change(id, formOf(composer)),
    async remove(id: string): Promise<string | null> {
      const result = await api.call<void>("DELETE", path(id));
      if (!result.ok && result.error.code !== "not_found") return sentenceOf(result.error.code);
      list.value = (list.peek() ?? []).filter((preset) => preset.id !== id);
      return null;
    },
    /** Puts a preset into the form. A toast says what is not available, and offers to restore the form. */
    use({ name, prompt, model, options, style }: Preset) {
      const restore = snapshotOf(composer);
      const isOffered = findOffered(model) !== undefined;
      if (prompt !== undefined) composer.write(prompt);
      if (model !== undefined) composer.setModel(model);
      composer.setOptions({ ...options, ...(style && { style }) });
      // Presets of an earlier version have none.
      if (options.count !== undefined) composer.count.value = options.count;
      composer.focus.value = true;
      const missing = [
        ...(model === undefined || isOffered ? [] : [`${commonText.models} ${model}`]),
        ...unusedOptions(composer),
      ];
      const text = [
        presetsText.applied(name),
        ...(missing.length > 0 ? [presetsText.unavailable(missing)] : []),
      ];
      toasts.show(text.join(" "), { label: presetsText.undo, run: restore });
    },
  };
}

export type Presets = ReturnType<typeof createPresets>;

const sentenceOf = (code: ErrorCode) =>
  code === "maximum_reached" ? presetsText.full : errors.sentence(code);

/** Returns a function that restores the current content of the form. */
function snapshotOf(composer: Composer): () => void {
  const { prompt, model, aspectRatio, seed, negativePrompt, style, count, isSubmitted } = composer;
  const before = [prompt, model, aspectRatio, seed, negativePrompt, style, count, isSubmitted].map((part) => {
    const value = part.peek();
    return () => {
      part.value = value;
    };
  });
  return () => {
    batch(() => before.forEach((reset) => reset()));
    composer.focus.value = true;
  };
}

/** What a preset keeps of the form. Options that the model does not support are kept for other models. */
function formOf({ prompt, model, aspectRatio, seed, negativePrompt, style, count }: Composer) {
  const words = prompt.peek();
  return {
    prompt: promptProblem(words) === "empty" ? null : normalizePrompt(words),
    model: model.peek(),
    options: {
      ...optionsOf({
        aspectRatio: aspectRatio.peek(),
        seed: seed.peek(),
        negativePrompt: normalizePrompt(negativePrompt.peek()),
      }),
      count: count.peek(),
    },
    style: style.peek(),
  };
}
