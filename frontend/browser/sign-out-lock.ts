/** Signing out in one tab waits for what another one has begun and only who is still signed in can finish. */
const NAME = "studio.unfinished";
/** A tab that sleeps, or whose requests hang, does not keep anybody here. */
const WAIT_MS = 4_000;

/** Not where the page came without encryption. */
const { locks } = navigator as { locks?: LockManager | null };

/** From now on whoever signs out in another tab has `finish` called and waits; the returned function ends that. */
export function beUnfinished(finish: () => unknown): () => void {
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

/** Tells the other tabs to finish what they have begun, and waits until they have. */
export async function finishElsewhere(): Promise<void> {
  if (!locks) return;
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(null);
  try {
    await locks.request(NAME, { signal: AbortSignal.timeout(WAIT_MS) }, () => {});
  } catch {
    // What is not finished by now comes back; nobody is kept here for it.
  }
  channel.close();
}
