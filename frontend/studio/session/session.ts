import { batch, computed, signal } from "@preact/signals";
import type { ModelId } from "../../../worker/shared/models.ts";
import type { Limits, ModelOptions, Session } from "../../../worker/api/schemas/session.ts";
import { backoff } from "../../api/backoff.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError } from "../../api/result.ts";
import { offeredModels, unlistedModels } from "../../text/models.ts";
import { definePart } from "../../ui/parts.ts";

/** After the first visit to a new deployment the Worker reads the models' options from Skytells in this time. */
const OPTIONS_KNOWN_AFTER_MS = 3_000;

export type SessionDependencies = {
  api: Pick<Api, "session">;
  random: () => number;
};

/** The user, their limits, and the options of each model. */
export function createSession({ api, random }: SessionDependencies) {
  const session = signal<Session | null>(null);
  const limits = signal<Limits | null>(null);
  const error = signal<ApiError | null>(null);
  let failures = 0;
  let hasReloadedForOptions = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Requests are numbered, so that a response never overwrites that of a later request. */
  let requests = 0;
  let applied = 0;
  let isPaused = false;

  /** Requests the session; after an error again, until there is a response. */
  async function load() {
    if (isPaused) return;
    requests += 1;
    const request = requests;
    const before = limits.value;
    const result = await api.session();
    if (request < applied) return;
    applied = request;
    clearTimeout(timer);
    if (!result.ok) {
      error.value = result.error;
      timer = setTimeout(load, backoff(failures, random));
      failures += 1;
      return;
    }
    // Limits that were pushed since the request are newer. A signed-in user's are null if their object did not respond.
    const isNewer = limits.value === before && result.value.limits !== null;
    // One batch: what starts with the user must know the limits.
    batch(() => {
      error.value = null;
      session.value = result.value;
      offeredModels.value = result.value.models.filter(({ upscale }) => !upscale);
      unlistedModels.value = [
        ...result.value.models.filter(({ upscale }) => upscale),
        ...(result.value.retiredModels ?? []),
      ];
      if (isNewer || !result.value.user) limits.value = result.value.limits;
    });
    if (
      !hasReloadedForOptions &&
      result.value.user &&
      result.value.models.some(({ options }) => isUnknown(options))
    ) {
      hasReloadedForOptions = true;
      timer = setTimeout(load, OPTIONS_KNOWN_AFTER_MS);
    }
    failures = 0;
  }

  return {
    /** null until the Worker has responded. */
    session,
    limits,
    error,
    user: computed(() => session.value?.user ?? null),
    /** The options that a model supports; null while unknown: then all options are sent, and the Worker checks them. */
    optionsFor(id: ModelId): ModelOptions | null {
      const model = session.value?.models.find((one) => one.id === id);
      return model && !isUnknown(model.options) ? model.options : null;
    },
    load,
    /** A request got a 401 or a redirect. After a failed attempt the session is retried anyway. */
    recheck() {
      if (!error.peek()) void load();
    },
    isPaused: () => isPaused,
    /** While the account is being deleted no response restores the session, not even one already requested. */
    pause(paused: boolean) {
      isPaused = paused;
      requests += 1;
      applied = requests;
      clearTimeout(timer);
    },
  };
}

/** The Worker has no schema of the model that it understands. */
const isUnknown = (options: ModelOptions) => Object.keys(options).length === 0;

export type SessionState = ReturnType<typeof createSession>;
export const sessionPart = definePart<SessionState>("session");
