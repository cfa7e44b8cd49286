/**
 * Thumbnails seen lately, in a cache that bears its owner's name. There is at most one such cache, that of whoever is
 * signed in; without it nothing is kept and nothing is answered from here. So nobody is ever shown another's pictures.
 */
const PREFIX = "thumbnails:";
/** About 10 MB. */
const MAX_KEPT = 400;

/** Opening and dropping go one after the other: a picture that comes late never brings a dropped cache back. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = turn.then(work);
  turn = done.catch(() => {});
  return done;
}

/** From now on `owner`'s are kept, and nobody else's are left; "" is nobody. */
export function keepFor(owner: string): Promise<void> {
  return inTurn(async () => {
    const own = PREFIX + owner;
    for (const name of await caches.keys()) {
      if (name.startsWith(PREFIX) && (owner === "" || name !== own)) await caches.delete(name);
    }
    if (owner !== "") await caches.open(own);
  });
}

function openOwn(): Promise<Cache | null> {
  return inTurn(async () => {
    const name = (await caches.keys()).find((key) => key.startsWith(PREFIX));
    return name === undefined ? null : caches.open(name);
  });
}

/** `later`: keeps the worker alive for what goes on behind the answer. */
export async function answerThumbnail(
  request: Request,
  later: (work: Promise<unknown>) => void,
): Promise<Response> {
  const cache = await openOwn();
  const kept = await cache?.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  if (!cache) return fetch(request);
  // Bypasses the HTTP cache, which keeps images across accounts.
  const response = await fetch(request, { cache: "no-store" });
  // The original stands in until the thumbnail is made.
  const isFinal = !response.headers.has("content-location");
  if (response.status === 200 && isFinal) later(keep(cache, request.url, response.clone()));
  return response;
}

/** The oldest make room. Where the disk is full nothing is kept, and nothing is lost. */
async function keep(cache: Cache, url: string, response: Response): Promise<void> {
  try {
    await cache.put(url, response);
    const all = await cache.keys();
    for (const old of all.slice(0, Math.max(0, all.length - MAX_KEPT))) await cache.delete(old);
  } catch {
    // As said.
  }
}
