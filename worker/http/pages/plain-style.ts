/** Maximum height of the image: the window without the header and the caption. */
export const TALLEST = "max(16rem, 100dvh - 15rem)";

/** `light-dark()` for browsers without it (Safari before 17.5): of the two variables, one is empty and one is invalid. */
const themed = (light: string, dark: string) => `var(--light, ${light}) var(--dark, ${dark})`;

/** The inline style of the pages that the Worker renders. Its colors are those of the studio's tokens. */
export const PLAIN_STYLE = `
:root { --light: initial; --dark: ; }
@media (prefers-color-scheme: dark) { :root { --light: ; --dark: initial; } }
:root { color-scheme: light dark; --tallest: ${TALLEST}; --muted: ${themed("#66635f", "#a5a29c")}; --accent: ${themed("#c2410c", "#fb8a4d")};
  font-family: -apple-system, "Segoe UI Variable Text", "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif; line-height: 1.5; text-size-adjust: 100%; }
* { box-sizing: border-box; margin: 0; }
body { min-block-size: 100dvh; display: grid; grid-template-rows: auto 1fr; background: ${themed("#fafaf9", "#111110")}; color: ${themed("#1c1b1a", "#f2f1ef")}; }
header { padding: max(1rem, env(safe-area-inset-top)) max(1rem, env(safe-area-inset-right)) 0 max(1rem, env(safe-area-inset-left)); }
header a { display: inline-flex; align-items: center; gap: 0.5rem; min-block-size: 2rem; color: inherit; font-weight: 600; text-decoration: none; }
main { display: grid; gap: 1.5rem; align-content: center; justify-items: center; min-inline-size: 0;
  padding: 1rem max(1rem, env(safe-area-inset-right)) max(2rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left)); }
figure { display: grid; gap: 1.25rem; justify-items: center; inline-size: 100%; min-inline-size: 0; }
figure > a, figure li > :first-child { border-radius: 0.75rem; background: ${themed("#e9e7e4", "#262624")};
  box-shadow: 0 2px 6px ${themed("rgb(28 27 26 / 0.07)", "rgb(0 0 0 / 0.4)")}, 0 22px 60px -12px ${themed("rgb(28 27 26 / 0.28)", "rgb(0 0 0 / 0.8)")}; }
figure a:first-child { cursor: zoom-in; }
figure img { display: block; inline-size: 100%; block-size: auto; border-radius: inherit; }
figcaption { inline-size: 100%; }
p, h1 { max-inline-size: 60ch; margin-inline: auto; font-size: 1rem; font-weight: 400; text-align: center; text-wrap: pretty; overflow-wrap: anywhere; white-space: pre-line; color: var(--muted); }
h1.title { font-size: 1.5rem; font-weight: 600; line-height: 1.25; color: inherit; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.action { display: inline-flex; align-items: center; min-block-size: 2.75rem; padding: 0 1.375rem; border-radius: 999px; background: var(--accent); color: ${themed("#ffffff", "#1d0f07")}; font-weight: 600; text-decoration: none; }
.action:hover { background: ${themed("#a63509", "#ffa06d")}; }
.action.plain { border: 1px solid var(--muted); background: none; color: inherit; }
.action.plain:hover { border-color: var(--accent); }
.download { display: inline-flex; align-items: center; min-block-size: 2.75rem; color: var(--muted); font-size: 0.875rem; }
.report { display: inline-flex; align-items: center; min-block-size: 1.5rem; color: var(--muted); font-size: 0.875rem; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 0.5rem; }
figure > a:focus-visible, figure li > :first-child:focus-visible { border-radius: 0.75rem; }
.action:focus-visible { border-radius: 999px; }
@media (forced-colors: active) { .action { border: 1px solid; } }
`;
