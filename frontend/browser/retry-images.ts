/** Pictures that could not be fetched are fetched again: soon, then ever less often, and when the line is back. */
const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/** For all images of the page, now and later; until they are there they show nothing (`data-broken`). */
export function mendImages(): void {
  const broken = new Set<HTMLImageElement>();
  let rest = FIRST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function note(image: HTMLImageElement) {
    image.dataset["broken"] = "";
    broken.add(image);
    timer ??= setTimeout(fetchAgain, rest);
  }
  function fetchAgain() {
    clearTimeout(timer);
    timer = undefined;
    rest = Math.min(2 * rest, LONGEST_MS);
    const images = [...broken].filter(({ isConnected }) => isConnected);
    broken.clear();
    for (const image of images) {
      // The same address, set anew, is fetched anew.
      const { src } = image;
      image.src = src;
    }
  }

  // Neither bubbles.
  document.addEventListener(
    "error",
    ({ target }) => target instanceof HTMLImageElement && note(target),
    true,
  );
  document.addEventListener(
    "load",
    ({ target }) => {
      if (!(target instanceof HTMLImageElement) || !("broken" in target.dataset)) return;
      delete target.dataset["broken"];
      rest = FIRST_MS;
    },
    true,
  );
  addEventListener("online", () => {
    rest = FIRST_MS;
    fetchAgain();
  });
  for (const image of document.querySelectorAll("img"))
    if (image.complete && image.naturalWidth === 0) note(image);
}
