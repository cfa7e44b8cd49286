import { computed, signal } from "@preact/signals";
import type { ModelId } from "../../worker/catalog.ts";
import type { Limits, ModelOptions, Session } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { Trouble } from "../api/result.ts";

/** Which options models take is read from Skytells behind an answer; by then it is known. */
const OPTIONS_KNOWN_AFTER_MS = 3_000;
/** So many answers without a word of a model's options, and it has none. */
const HAS_NONE_AFTER = 3;

/** Who is here, what they may do, and with which options. */
export function createSession(api: Api) {
  const session = signal<Session | null>(null);
  const limits = signal<Limits | null>(null);
  const problem = signal<Trouble | null>(null);
  /** Once said, it stays: the next answer may be that of an isolate which has not read it yet. */
  const options = new Map<ModelId, ModelOptions>();
  let answers = 0;

  async function load() {
    const result = await api.session();
    problem.value = result.ok ? null : result.problem;
    if (!result.ok) return;
    answers += 1;
    for (const model of result.value.models) {
      const isSaid = Object.keys(model.options).length > 0;
      if (isSaid || (answers >= HAS_NONE_AFTER && !options.has(model.id)))
        options.set(model.id, model.options);
    }
    if (options.size < result.value.models.length) setTimeout(load, OPTIONS_KNOWN_AFTER_MS);
    session.value = result.value;
    limits.value = result.value.limits;
  }

  return {
    /** null until the Worker has answered. */
    session,
    limits,
    problem,
    user: computed(() => session.value?.user ?? null),
    /** What a model takes besides a prompt; null while nobody has said. */
    optionsOf: (id: ModelId) => session.value && (options.get(id) ?? null),
    load,
  };
}

export type SessionState = ReturnType<typeof createSession>;
