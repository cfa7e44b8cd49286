/**
 * Recent thumbnails of the signed-in user, in a cache with the user's id in its name. There is at most one such cache.
 * While signed out there is none, and nothing is read from the cache or stored. So no user sees another's images.
 */
const PREFIX = "thumbnails:";
/** About 10 MB. */
const MAX_ENTRIES = 400;

/** Opening and deleting run one after the other, so that a late response does not recreate a deleted cache. */
let lastTask: Promise<unknown> = Promise.resolve();
function inSequence<T>(work: () => Promise<T>): Promise<T> {
  const done = lastTask.then(work);
  lastTask = done.catch(() => {});
  return done;
}

/** Opens the cache of `owner` and deletes all others; "" is signed out. */
export function setCacheOwner(owner: string): Promise<void> {
  return inSequence(async () => {
    const own = PREFIX + owner;
    for (const name of await caches.keys()) {
      if (name.startsWith(PREFIX) && (owner === "" || name !== own)) await caches.delete(name);
    }
    if (owner !== "") await caches.open(own);
  });
}

function openOwn(): Promise<Cache | null> {
  return inSequence(async () => {
    const name = (await caches.keys()).find((key) => key.startsWith(PREFIX));
    return name === undefined ? null : caches.open(name);
  });
}

/** `waitUntil`: keeps the service worker alive while the thumbnail is stored. */
export async function respondWithThumbnail(
  request: Request,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Response> {
  const cache = await openOwn();
  const cached = await cache?.match(request.url, { ignoreVary: true });
  if (cached) return cached;
  if (!cache) return fetch(request);
  // Bypasses the HTTP cache, which keeps images across accounts.
  const response = await fetch(request, { cache: "no-store" });
  // With this header the Worker sends the original, because the thumbnail is not ready.
  const isThumbnail = !response.headers.has("content-location");
  if (response.status === 200 && isThumbnail) waitUntil(store(cache, request.url, response.clone()));
  return response;
}

/** Deletes the oldest beyond the limit. */
async function store(cache: Cache, url: string, response: Response): Promise<void> {
  try {
    await cache.put(url, response);
    const keys = await cache.keys();
    for (const key of keys.slice(0, Math.max(0, keys.length - MAX_ENTRIES))) await cache.delete(key);
  } catch {
    // The disk is full: the thumbnail is loaded again next time.
  }
}
