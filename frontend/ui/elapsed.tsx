import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { createText } from "../text/create.ts";

/** Milliseconds since then, updated every second. `since`: ISO 8601. */
export function useElapsed(since: string): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  // The Worker's clock may be ahead of this one.
  return Math.max(0, now.value - Date.parse(since));
}

export function Elapsed({ since }: { since: string }) {
  return <>{createText.seconds(Math.floor(useElapsed(since) / 1_000))}</>;
}
