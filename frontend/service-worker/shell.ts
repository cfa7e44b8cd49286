/** The shell: the studio's page, scripts and icons, all of one build. */

/** Filled in by the build; the version changes with any byte of any file. */
declare const __SHELL__: { version: string; files: string[] };
export const { version, files } = __SHELL__;

const PREFIX = "shell:";
const NAME = PREFIX + version;
/** After this time the cached page is better than waiting for the network. */
const PAGE_TIMEOUT_MS = 4_000;

/** All or nothing: with a file missing the studio would break without network. */
export async function storeShell(): Promise<void> {
  const cache = await caches.open(NAME);
  // The names of assets contain a digest, so the browser's HTTP cache is good enough for them.
  const requests = files.map((path) =>
    path.startsWith("/assets/") ? path : new Request(path, { cache: "reload" }),
  );
  await cache.addAll(requests);
}

export async function deleteOtherShells(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  }
}

const cached = (path: string) => caches.match(path, { cacheName: NAME, ignoreVary: true });

/**
 * The page from the network, so that a deploy, a rollback and a sign-in of Cloudflare Access take effect at once;
 * without network the cached page.
 */
export async function respondWithPage(request: Request): Promise<Response> {
  const network = fetch(request);
  const timeout = new Promise<null>((resolve) => {
    setTimeout(resolve, PAGE_TIMEOUT_MS, null);
  });
  const response = await Promise.race([network, timeout]).catch(() => null);
  if (response && response.status < 500) return response;
  return (await cached("/")) ?? network;
}

export async function respondWithShell(request: Request): Promise<Response> {
  return (await cached(new URL(request.url).pathname)) ?? fetch(request);
}
