/**
 * Chunks that are loaded later. A failed load is repeated with a growing delay. If the page shows the missing part, it
 * also reloads once: a deploy removes the files of the previous build.
 */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { backoff } from "../api/backoff.ts";
import { commonText } from "../text/common.ts";

/** If a file is missing for good, the page must not reload forever. */
const RELOAD_AGAIN_AFTER_MS = 60_000;
const FIRST_RETRY_MS = 3_000;

/** A module that is loaded once, when it is first needed. */
export function lazyModule<Module>(load: () => Promise<Module>) {
  const state = signal<Module | "failed" | null>(null);
  let loading: Promise<Module> | null = null;

  /** The module. Repeats a failed load until it succeeds. */
  function whenLoaded(): Promise<Module> {
    loading ??= loadRepeatedly();
    return loading;
  }

  async function loadRepeatedly(): Promise<Module> {
    for (let failures = 0; ; failures += 1) {
      try {
        const module = await load();
        state.value = module;
        return module;
      } catch {
        state.value = "failed";
        const delay = backoff(failures, Math.random, FIRST_RETRY_MS);
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  return {
    state,
    whenLoaded,
    isLoaded: () => state.value !== null && state.value !== "failed",
    /** A component of the module. It loads the module, and renders nothing until then. */
    component<Props extends object>(pick: (module: Module) => ComponentType<Props>) {
      return function Lazy(props: Props) {
        useEffect(() => void whenLoaded(), []);
        const { value } = state;
        useEffect(() => {
          if (value === "failed") reloadOnce();
        }, [value]);
        if (value === null) return null;
        if (value === "failed") return <LoadFailed />;
        const Component = pick(value);
        return <Component {...props} />;
      };
    },
  };
}

/** The time of the reload is stored in the history entry, because storage may be blocked. */
function reloadOnce(): void {
  const { state } = history;
  if (!navigator.onLine || Date.now() - state?.reloaded < RELOAD_AGAIN_AFTER_MS) return;
  history.replaceState({ ...state, reloaded: Date.now() }, "");
  location.reload();
}

function LoadFailed() {
  return (
    <p class="p-6 text-center text-muted">
      {commonText.loadFailed}{" "}
      <button type="button" class="link" onClick={() => location.reload()}>
        {commonText.reload}
      </button>
    </p>
  );
}
