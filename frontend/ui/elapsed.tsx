import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { making } from "../text/create.ts";

/** How long it has been, counting up. */
export function Elapsed({ since }: { since: string }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  // The Worker's clock may be ahead of this one.
  return <>{making.seconds(Math.max(0, Math.floor((now.value - Date.parse(since)) / 1_000)))}</>;
}
