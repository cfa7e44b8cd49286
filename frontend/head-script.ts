/**
 * Runs in the head, before anything is painted, so that neither theme nor layout flashes. It is inlined as a classic
 * script (scripts/inline-critical-plugin.ts), because fetching it would delay the first paint.
 */

/** The chunks that each page loads after the first screen, by the first segment of its path. Filled in by the build. */
declare const __CHUNKS__: Record<string, string[]>;
/** The URL of main.tsx. */
declare const __MAIN__: string;

const START_TIMEOUT_MS = 1_000;

{
  const html = document.documentElement;
  const page = `/${location.pathname.split("/")[1] ?? ""}`;
  let isKnownUser = false;
  try {
    const theme = localStorage.getItem("studio.theme");
    if (theme === "light" || theme === "dark") html.dataset["theme"] = theme;
    // A user with images sees them at once, without the welcome before.
    if (localStorage.getItem("studio.returning")) html.dataset["hasImages"] = "";
    isKnownUser = Boolean(localStorage.getItem("studio.owner"));
  } catch {
    // Storage is blocked: the system's theme, and the welcome.
  }
  // The document contains the Create page; on other pages it must not show while the script loads.
  if (page !== "/") html.dataset["otherPage"] = "";
  // A stranger on the Create page loads the first screen alone. A page that does not exist needs the deferred chunk.
  const chunks = __CHUNKS__;
  const needed = page !== "/" || isKnownUser ? (chunks[page] ?? chunks["/"] ?? []) : [];
  for (const href of needed) {
    document.head.append(
      Object.assign(document.createElement("link"), { rel: "modulepreload", href, fetchPriority: "low" }),
    );
  }
  let isStudioReady = false;
  let isPromptWanted = false;
  // `/` focuses the prompt at once: letters typed while code loads go into the field.
  document.addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (key !== "/" || ctrlKey || metaKey || altKey || event.isComposing || event.keyCode === 229) return;
    const field = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
    const isTyping = target instanceof Element && target.closest(field);
    if (isTyping || document.querySelector("dialog[open]")) return;
    try {
      if (localStorage.getItem("studio.keys") === "off") return;
    } catch {
      // Storage is blocked: single keys are on.
    }
    event.preventDefault();
    const prompt = document.querySelector<HTMLElement>("textarea[name=prompt]");
    prompt?.focus();
    if (prompt && document.activeElement === prompt) return;
    isPromptWanted = !isStudioReady;
    dispatchEvent(new Event("write-prompt"));
  });
  // The last click on a button before main.tsx can handle it (Generate, an example) is repeated once it can.
  let early: HTMLButtonElement | null = null;
  const keepClick = (event: Event) => {
    const button = event.target instanceof Element && event.target.closest<HTMLButtonElement>("#app button");
    if (!button) return;
    event.preventDefault();
    // A prompt in the address shows with main.tsx: a click before that was not about it.
    early = location.search || location.hash ? null : button;
  };
  addEventListener("click", keepClick, true);
  addEventListener("studio-ready", () => {
    removeEventListener("click", keepClick, true);
    isStudioReady = true;
    if (isPromptWanted) dispatchEvent(new Event("write-prompt"));
    if (early?.isConnected) early.click();
    early = null;
  });
  // The browser paints the document before the script runs.
  document.addEventListener("DOMContentLoaded", () => {
    // The examples: only a page that shows them loads them, and then it does not wait for the layout.
    if (page === "/" && !("hasImages" in html.dataset)) {
      for (const image of document.images) image.loading = "eager";
    }
    // Without main.tsx the form submits itself: the page loads again, with the prompt in its address.
    const run = () =>
      void import(__MAIN__).catch(() => {
        removeEventListener("click", keepClick, true);
        early?.form?.submit();
      });
    // The images that the document shows first come before the script, which would delay their painting.
    const urgent = [...document.images].filter((image) => image.fetchPriority === "high");
    void Promise.allSettled(urgent.map((image) => image.decode())).then(() =>
      requestAnimationFrame(() => setTimeout(run)),
    );
    // A hidden tab does not paint. The first frame of a visible one may take longer on a slow phone or line.
    setTimeout(run, document.hidden ? 0 : START_TIMEOUT_MS);
  });
}
