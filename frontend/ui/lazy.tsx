import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { text } from "../text/common.ts";

/** Were a file gone for good, reloading again would never end. */
const RELOAD_AGAIN_AFTER_MS = 60_000;

/** A part that is fetched when it is first shown. After a deploy its file may be gone: a reload brings the new one. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const loaded = signal<ComponentType<Props> | "lost" | null>(null);

  async function fetchPart(isShown?: boolean) {
    try {
      loaded.value ??= await load();
    } catch {
      // Nobody misses what is only fetched ahead, least of all whoever is typing.
      if (!isShown) return;
      const { state } = history;
      // Kept with the page's place in the history: that survives the reload, also where storage is blocked.
      const mayHelp = navigator.onLine && !(Date.now() - state?.reloaded < RELOAD_AGAIN_AFTER_MS);
      if (!mayHelp) loaded.value = "lost";
      else {
        history.replaceState({ ...state, reloaded: Date.now() }, "");
        location.reload();
      }
    }
  }

  function Lazy(props: Props) {
    useEffect(() => {
      void fetchPart(true);
    }, []);
    const Part = loaded.value;
    if (Part === null) return null;
    if (Part !== "lost") return <Part {...props} />;
    return (
      <p class="p-6 text-center text-muted">
        {text.chunkLost}{" "}
        <button type="button" class="link" onClick={() => location.reload()}>
          {text.reload}
        </button>
      </p>
    );
  }
  /** Ahead of the moment it shows. */
  Lazy.preload = () => fetchPart();
  return Lazy;
}
