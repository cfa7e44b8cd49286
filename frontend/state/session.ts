import { computed, signal } from "@preact/signals";
import type { ModelId } from "../../worker/catalog.ts";
import type { Limits, ModelOptions, Session } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { Trouble } from "../api/result.ts";

/** Which options models take is read from Skytells behind an answer; by then it is known, unless Skytells is down. */
const OPTIONS_KNOWN_AFTER_MS = 3_000;
const OPTIONS_ASKED_EVERY_MS = 48_000;

/** Who is here, what they may do, and with which options. */
export function createSession(api: Api) {
  const session = signal<Session | null>(null);
  const limits = signal<Limits | null>(null);
  const problem = signal<Trouble | null>(null);
  /** Once said, it stays: the next answer may be that of an isolate which has not read it yet. */
  const options = new Map<ModelId, ModelOptions>();
  let rest = OPTIONS_KNOWN_AFTER_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load() {
    const result = await api.session();
    problem.value = result.ok ? null : result.problem;
    if (result.ok) {
      for (const model of result.value.models) if (!model.unread) options.set(model.id, model.options);
      session.value = result.value;
      limits.value = result.value.limits;
    }
    clearTimeout(timer);
    if (!session.value?.models.some(({ id }) => !options.has(id))) return;
    timer = setTimeout(load, rest);
    rest = Math.min(2 * rest, OPTIONS_ASKED_EVERY_MS);
  }

  return {
    /** null until the Worker has answered. */
    session,
    limits,
    problem,
    user: computed(() => session.value?.user ?? null),
    /** What a model takes besides a prompt; null while nobody has said. */
    takenBy: (id: ModelId) => session.value && (options.get(id) ?? null),
    load,
  };
}

export type SessionState = ReturnType<typeof createSession>;
