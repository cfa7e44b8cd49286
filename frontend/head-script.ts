/**
 * Runs in the page's head, before anything is drawn, so that neither theme nor layout flashes. No module: its text
 * stands in the page (scripts/inline-critical-plugin.ts), since fetching it would hold up the first paint.
 */

/** What each page but the first needs beside the studio itself, by how its address begins; the build knows. */
declare const __PAGE_FILES__: Record<string, string[]>;
/** The studio's script. */
declare const __STUDIO__: string;

{
  const html = document.documentElement;
  try {
    const theme = localStorage.getItem("studio.theme");
    if (theme === "light" || theme === "dark") html.dataset["theme"] = theme;
    // Someone with pictures gets them at once, not the welcome.
    if (localStorage.getItem("studio.returning")) html.dataset["returning"] = "";
  } catch {
    // Storage is blocked: the system's theme and the welcome it is.
  }
  const page = `/${location.pathname.split("/")[1] ?? ""}`;
  // The built page holds the studio's form; on other pages it must not show while the script loads.
  if (page !== "/") html.dataset["elsewhere"] = "";
  // Asked for together with the studio, rather than once it runs.
  for (const href of __PAGE_FILES__[page] ?? []) {
    const link = document.createElement("link");
    if (href.endsWith(".css")) Object.assign(link, { rel: "preload", as: "style", href });
    else Object.assign(link, { rel: "modulepreload", href });
    document.head.append(link);
  }
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
    if (!prompt || document.activeElement !== prompt) dispatchEvent(new Event("write-prompt"));
  });
  // What the page shows is drawn before the studio runs, and not after.
  document.addEventListener("DOMContentLoaded", () => {
    const run = () => void import(__STUDIO__);
    requestAnimationFrame(() => setTimeout(run));
    // In a tab that nobody sees nothing is drawn.
    setTimeout(run, 100);
  });
}
