/** The studio itself: its page, scripts and styles, all of one build. */

/** Filled in by the build; the version changes with any byte of any file. */
declare const __SHELL__: { version: string; files: string[] };
export const { version, files } = __SHELL__;

const PREFIX = "shell:";
const NAME = PREFIX + version;
/** On a line that carries nothing a kept page now is worth more than a new one some day. */
const PAGE_WITHIN_MS = 4_000;

/** All or nothing: a shell with a hole would break where nobody can mend it. */
export async function storeShell(): Promise<void> {
  const cache = await caches.open(NAME);
  // What is named by its content may come from the browser's cache.
  const fresh = files.map((path) =>
    path.startsWith("/assets/") ? path : new Request(path, { cache: "reload" }),
  );
  await cache.addAll(fresh);
}

export async function dropOtherShells(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  }
}

const kept = (path: string) => caches.match(path, { cacheName: NAME, ignoreVary: true });

/**
 * The network's page, so that a deploy, a sign-in of Cloudflare Access and a withdrawn release count at once; without
 * network, the page that was kept.
 */
export async function answerPage(request: Request): Promise<Response> {
  const network = fetch(request);
  const late = new Promise<null>((resolve) => {
    setTimeout(resolve, PAGE_WITHIN_MS, null);
  });
  const answer = await Promise.race([network, late]).catch(() => null);
  if (answer && answer.status < 500) return answer;
  return (await kept("/")) ?? network;
}

export async function answerShell(request: Request): Promise<Response> {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request);
}
