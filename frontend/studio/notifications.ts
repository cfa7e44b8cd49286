/** Tells whoever looks elsewhere that a picture is ready: in the tab's name and icon, and by a notification where one asked for it. */
import { signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import type { Store } from "../browser/storage.ts";

export type Permission = "granted" | "denied" | "default";

export type NotifierDependencies = {
  store: Store;
  isHidden: () => boolean;
  /** Asks the person; only ever from a click. */
  askPermission: () => Promise<Permission>;
  permission: () => Permission;
  notify: (generation: Generation) => Promise<void>;
};

export function createNotifier(dependencies: NotifierDependencies) {
  const { store, isHidden, permission, askPermission, notify } = dependencies;
  /** How many became ready while nobody was looking. */
  const unseen = signal(0);
  const wanted = signal(store.get("notify") === "1");
  const blocked = signal(false);

  return {
    unseen,
    wanted,
    blocked,
    ended(generation: Generation) {
      if (generation.status !== "succeeded" || !isHidden()) return;
      unseen.value += 1;
      if (wanted.value && permission() === "granted") void notify(generation);
    },
    seen() {
      unseen.value = 0;
    },
    async want(yes: boolean) {
      blocked.value = yes && (await askPermission()) !== "granted";
      wanted.value = yes && !blocked.value;
      store.set("notify", wanted.value ? "1" : null);
    },
  };
}

export type Notifier = ReturnType<typeof createNotifier>;
