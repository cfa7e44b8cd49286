import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { createStore } from "../state/store.ts";
import { text } from "../text/first.ts";

const tabStore = createStore(() => sessionStorage);

/** A part that is fetched when it is first shown. After a deploy its file may be gone: a reload brings the new one. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const loaded = signal<ComponentType<Props> | "lost" | null>(null);

  async function fetchPart() {
    if (loaded.value !== null) return;
    try {
      loaded.value = await load();
      tabStore.set("reloaded", null);
    } catch {
      // Once: were the file gone for good, reloading again would never end.
      if (tabStore.get("reloaded")) loaded.value = "lost";
      else {
        tabStore.set("reloaded", "1");
        location.reload();
      }
    }
  }

  function Lazy(props: Props) {
    useEffect(() => {
      void fetchPart();
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
  Lazy.preload = fetchPart;
  return Lazy;
}
