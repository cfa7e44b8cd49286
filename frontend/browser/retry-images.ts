/** Retries images that failed to load, with a growing delay, and when the network is back. */
const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/** For all images of the page, now and later; until they are loaded they are hidden (`data-broken`). */
export function retryFailedImages(): void {
  const failed = new Set<HTMLImageElement>();
  let delayMs = FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function noteFailure(image: HTMLImageElement) {
    image.dataset["broken"] = "";
    failed.add(image);
    timer ??= setTimeout(retry, delayMs);
  }
  function retry() {
    clearTimeout(timer);
    timer = undefined;
    delayMs = Math.min(2 * delayMs, LONGEST_MS);
    const images = [...failed].filter(({ isConnected }) => isConnected);
    failed.clear();
    for (const image of images) {
      // Setting the same address fetches it again.
      const { src } = image;
      image.src = src;
    }
  }

  // Neither event bubbles.
  document.addEventListener(
    "error",
    ({ target }) => target instanceof HTMLImageElement && noteFailure(target),
    true,
  );
  document.addEventListener(
    "load",
    ({ target }) => {
      if (!(target instanceof HTMLImageElement) || !("broken" in target.dataset)) return;
      delete target.dataset["broken"];
      delayMs = FIRST_MS;
    },
    true,
  );
  addEventListener("online", () => {
    delayMs = FIRST_MS;
    retry();
  });
  for (const image of document.querySelectorAll("img"))
    if (image.complete && image.naturalWidth === 0) noteFailure(image);
}
