/** Shows that an image is ready while the tab is hidden: in the tab's title and icon, and by a notification if enabled. */
import { signal } from "@preact/signals";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { KeyValueStore } from "../browser/storage.ts";
import { definePart } from "../ui/parts.ts";

export type NotificationsDependencies = {
  store: KeyValueStore;
  isHidden: () => boolean;
  /** Asks the user. Browsers allow that in a click only. */
  askPermission: () => Promise<NotificationPermission>;
  permission: () => NotificationPermission;
  notify: (generation: Generation) => Promise<void>;
};

export function createNotifications(dependencies: NotificationsDependencies) {
  const { store, isHidden, permission, askPermission, notify } = dependencies;
  /** How many images became ready while the tab was hidden. */
  const unseenCount = signal(0);
  const isEnabled = signal(store.get("notify") === "1");
  const isBlocked = signal(false);

  return {
    unseenCount,
    isEnabled,
    isBlocked,
    onFinished(generation: Generation) {
      if (generation.status !== "succeeded" || !isHidden()) return;
      unseenCount.value += 1;
      if (isEnabled.value && permission() === "granted") void notify(generation);
    },
    clearUnseen() {
      unseenCount.value = 0;
    },
    async setEnabled(yes: boolean) {
      isBlocked.value = yes && (await askPermission()) !== "granted";
      isEnabled.value = yes && !isBlocked.value;
      store.set("notify", isEnabled.value ? "1" : null);
    },
  };
}

export type Notifications = ReturnType<typeof createNotifications>;
export const notificationsPart = definePart<Notifications>("notifications");
