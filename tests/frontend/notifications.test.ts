import { describe, expect, test, vi } from "vitest";
import { createNotifications } from "../../frontend/studio/notifications.ts";
import { generation, image, memoryStore } from "./support.ts";

describe("a user in another tab", () => {
  function open(choice: NotificationPermission, hidden = true) {
    const notify = vi.fn(async () => {});
    const askPermission = vi.fn(async () => choice);
    const store = memoryStore();
    const parts = { store, isHidden: () => hidden, permission: () => choice, askPermission, notify };
    return { notify, askPermission, store, notifications: createNotifications(parts) };
  }
  const ready = image("g1");

  test("sees how many images are ready until the tab is visible again", () => {
    const { notifications, notify } = open("granted");
    notifications.onFinished(ready);
    notifications.onFinished(generation("g2", { status: "failed" }));
    notifications.onFinished(ready);
    expect(notifications.unseenCount.value).toBe(2);
    expect(notify, "notifications are not enabled").not.toHaveBeenCalled();
    notifications.clearUnseen();
    expect(notifications.unseenCount.value).toBe(0);
  });

  test("sees no count while this tab is visible", () => {
    const { notifications } = open("granted", false);
    notifications.onFinished(ready);
    expect(notifications.unseenCount.value).toBe(0);
  });

  test("is notified if notifications are enabled and allowed", async () => {
    const { notifications, notify, askPermission, store } = open("granted");
    expect(askPermission).not.toHaveBeenCalled();
    await notifications.setEnabled(true);
    notifications.onFinished(ready);
    expect(notify).toHaveBeenCalledExactlyOnceWith(ready);
    expect(store.get("notify")).toBe("1");
    await notifications.setEnabled(false);
    notifications.onFinished(ready);
    expect(notify).toHaveBeenCalledOnce();
  });

  test("stays without notifications if the browser blocks them", async () => {
    const { notifications, store } = open("denied");
    await notifications.setEnabled(true);
    expect([notifications.isEnabled.value, notifications.isBlocked.value, store.get("notify")]).toEqual([
      false,
      true,
      null,
    ]);
  });
});
