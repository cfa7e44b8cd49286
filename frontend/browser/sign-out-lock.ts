/** Sign-out waits until other tabs have flushed requests that need the session (pending deletions). */
const NAME = "studio.unfinished";
/** A tab that sleeps, or whose requests hang, does not block the sign-out. */
const WAIT_MS = 4_000;

/** Missing on pages without encryption. */
const { locks } = navigator as { locks?: LockManager | null };

/** A sign-out in another tab calls `finish` and waits until the returned function is called. */
export function delaySignOut(finish: () => unknown): () => void {
  if (!locks) return () => {};
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener("message", finish);
  // Without the lock a sign-out elsewhere does not wait for this tab, but its message still comes.
  locks.request(NAME, { mode: "shared" }, () => over).catch(() => {});
  return () => {
    channel.close();
    end();
  };
}

/** Asks the other tabs to flush, and waits until they have. */
export async function flushOtherTabs(): Promise<void> {
  if (!locks) return;
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(null);
  try {
    await locks.request(NAME, { signal: AbortSignal.timeout(WAIT_MS) }, () => {});
  } catch {
    // A tab that has not flushed in time loses its pending deletions.
  }
  channel.close();
}
