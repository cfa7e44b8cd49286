import { useLayoutEffect, useRef } from "preact/hooks";
import { composerPart } from "../studio/generate/composer.ts";
import { usePart } from "../ui/parts.ts";

/**
 * For the root of a part of an entry that is removed when the entry changes. If it has the focus then, the focus goes
 * to the same action (`data-action`) of the latest result, else to the first control of the same entry (`data-entry`),
 * of the next one, or to the prompt.
 */
export function useKeepFocus<Root extends HTMLElement>() {
  const root = useRef<Root>(null);
  const { focus } = usePart(composerPart);
  useLayoutEffect(
    () => () => {
      const active = document.activeElement;
      if (!(active instanceof HTMLElement) || !root.current?.contains(active)) return;
      const item = root.current.closest<HTMLElement>("[data-entry]");
      const page = root.current.closest("main");
      const entries = [...(page?.querySelectorAll<HTMLElement>("[data-entry]") ?? [])];
      const next = item && entries[entries.indexOf(item) + 1];
      const key = item?.dataset["entry"];
      const action = active.dataset["action"];
      // Runs after the replacement has rendered.
      queueMicrotask(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body;
        // The user may have left the page.
        if (!isLost || !page?.isConnected) return;
        const same = [...page.querySelectorAll<HTMLElement>("[data-entry]")].find(
          ({ dataset }) => dataset["entry"] === key,
        );
        const control =
          (action && page.querySelector<HTMLElement>(`[data-latest] [data-action="${action}"]`)) ||
          [same, next]
            .filter((place) => place?.isConnected)
            .map((place) => place?.querySelector<HTMLElement>("a[href], button"))
            .find((found) => found);
        if (control) control.focus();
        else focus.value = true;
      });
    },
    [],
  );
  return root;
}
