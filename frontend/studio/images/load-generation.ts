/** One generation by its id: the one that this page holds, otherwise the Worker's; or the error. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError } from "../../api/result.ts";
import type { Connection } from "../session/connection.ts";
import type { Generations } from "./generations.ts";
import { retryFailures } from "../session/retry.ts";

const NOT_FOUND: ApiError = { code: "not_found", detail: "" };

export type LoadGenerationDependencies = {
  api: Pick<Api, "prediction">;
  generations: Generations;
  connection: Connection;
  random: () => number;
};

export function loadGeneration(
  { api, generations, connection, random }: LoadGenerationDependencies,
  id: string,
) {
  /** The generation's own signal. A pending id's generation keeps it when it gets its real id. */
  const held = signal<ReadonlySignal<Generation> | undefined>(undefined);
  const error = signal<ApiError | null>(null);
  /** A pending id, until the real one replaces it. */
  let currentId = id;
  let isClosed = false;

  /** Shows what this page holds; false if that is nothing, neither a generation nor its deletion. */
  function showHeld(): boolean {
    const generation = generations.get(currentId);
    const isDeleted = generation === undefined && generations.isDeleted(currentId);
    held.value = generation;
    if (isDeleted) error.value = NOT_FOUND;
    else if (generation) error.value = null;
    return generation !== undefined || isDeleted;
  }

  async function load(): Promise<void> {
    if (isClosed || showHeld()) return;
    const requestedAtVersion = generations.nextVersion();
    const result = await api.prediction(id);
    if (isClosed) return;
    if (result.ok) {
      const { generation } = result.value;
      generations.upsert(generation, { requestedAtVersion, replaces: generation.id === id ? undefined : id });
      currentId = generation.id;
      // It may have been deleted while the request was under way.
      if (!showHeld()) error.value = NOT_FOUND;
    } else if (!showHeld()) error.value = result.error;
  }

  showHeld();

  return {
    generation: computed(() => held.value?.value),
    /** Why there is no generation; with `not_found` there is none for this user. */
    error,
    retry: () => void load(),
    /** Loads it if this page does not hold it, and follows it until the returned function is called. */
    run(): () => void {
      isClosed = false;
      const unsubscribe = generations.subscribe((change) => {
        if (change.type === "deleted") {
          if (change.id === currentId) showHeld();
          return;
        }
        if (change.replaces === currentId) currentId = change.generation.id;
        if (change.generation.id === currentId) showHeld();
      });
      const stopRetries = retryFailures({
        error,
        wakeUps: connection.wakeUps,
        random,
        retry: load,
      });
      // The socket is back: the Worker can be reached.
      const stopWatching = effect(() => {
        const code = error.peek()?.code;
        if (connection.isConnected.value && code !== undefined && code !== "not_found") void load();
      });
      void load();
      return () => {
        isClosed = true;
        unsubscribe();
        stopRetries();
        stopWatching();
      };
    },
  };
}
