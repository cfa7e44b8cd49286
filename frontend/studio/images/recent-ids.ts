/** Late news of a deleted or renamed generation comes within minutes: far fewer ids are in question then. */
const MAX_IDS = 1_000;

/** Adds an id to a set that forgets the oldest, so that a tab left open for days does not grow. */
export function addRecent(ids: Set<string>, id: string): void {
  ids.add(id);
  for (const oldest of ids) {
    if (ids.size <= MAX_IDS) return;
    ids.delete(oldest);
  }
}
