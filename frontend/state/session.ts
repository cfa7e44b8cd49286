import { computed, signal } from "@preact/signals";
import { DEFAULT_MODEL, MODELS } from "../../worker/catalog.ts";
import type { Limits, Model, Session } from "../../worker/contract.ts";
import type { Api } from "../api/client.ts";
import type { Trouble } from "../api/result.ts";

/** Who is here, what they may do, what is on offer. */
export function createSession(api: Api) {
  const session = signal<Session | null>(null);
  const limits = signal<Limits | null>(null);
  const problem = signal<Trouble | null>(null);

  return {
    /** null until the Worker has answered. */
    session,
    limits,
    problem,
    user: computed(() => session.value?.user ?? null),
    /** The names are known from the start; which options a model takes comes with the session. */
    models: computed<Model[]>(
      () =>
        session.value?.models ??
        MODELS.map((model) => ({ ...model, default: model.id === DEFAULT_MODEL, options: {} })),
    ),
    async load() {
      const result = await api.session();
      problem.value = result.ok ? null : result.problem;
      if (result.ok) {
        session.value = result.value;
        limits.value = result.value.limits;
      }
    },
  };
}

export type SessionState = ReturnType<typeof createSession>;
