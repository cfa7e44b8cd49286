import type { Generation } from "../../worker/contract.ts";

type Neighbours = { previous: Generation | undefined; next: Generation | undefined };

/**
 * Where in a list someone is. A picture may leave the list while it is looked at (no favourite any more, say); its
 * neighbours stay what they were.
 */
export function createPlace() {
  let last: (Neighbours & { id: string }) | null = null;
  return {
    around(items: readonly Generation[], id: string): Neighbours {
      const index = items.findIndex((item) => item.id === id);
      if (index >= 0) last = { id, previous: items[index - 1], next: items[index + 1] };
      else if (last?.id !== id) last = null;
      const still = (item: Generation | undefined) => items.find((other) => other.id === item?.id);
      return { previous: still(last?.previous), next: still(last?.next) };
    },
  };
}
