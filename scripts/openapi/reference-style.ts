import { PLAIN_STYLE } from "../../worker/http/pages/plain-style.ts";

/** The stylesheet of `/developers`: that of the other pages without a script, and what a long text needs. */
export const REFERENCE_STYLE = `${PLAIN_STYLE}
html { scroll-padding-block-start: 1rem; }
body { grid-template-columns: minmax(0, 1fr); }
main { justify-items: stretch; align-content: start; inline-size: 100%; max-inline-size: 56rem; margin-inline: auto; }
p, h1 { max-inline-size: none; margin: 0; text-align: start; white-space: normal; color: inherit; }
h1 { font-size: 1.75rem; font-weight: 600; }
h2 { margin-block: 1.5rem 0.25rem; font-size: 1.25rem; }
h3 { font-size: 1rem; font-weight: 600; }
a { color: var(--accent); }
header a { color: inherit; }
section, article { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.75rem; }
article { margin-block-start: 1rem; padding-block-start: 1rem; border-block-start: 1px solid color-mix(in srgb, var(--muted) 30%, transparent); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; }
nav a, summary { display: inline-flex; align-items: center; min-block-size: 2.75rem; }
summary { cursor: pointer; font-weight: 600; }
summary::before { content: "›"; display: inline-block; margin-inline-end: 0.5rem; }
details[open] > summary::before { rotate: 90deg; }
:dir(rtl) > details[open] > summary::before { rotate: -90deg; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: 0.875em; overflow-wrap: anywhere; direction: ltr; unicode-bidi: isolate; }
pre { overflow-x: auto; text-align: left; padding: 1rem; border-radius: 0.75rem; background: color-mix(in srgb, var(--muted) 12%, transparent); }
pre code { overflow-wrap: normal; }
dl { display: grid; grid-template-columns: fit-content(50%) minmax(0, 1fr); gap: 0.25rem 1rem; }
dd { margin: 0; }
.wide { overflow-x: auto; }
table { inline-size: 100%; border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.375rem 1rem 0.375rem 0; text-align: start; vertical-align: baseline; border-block-end: 1px solid color-mix(in srgb, var(--muted) 20%, transparent); }
.address span, .facts, small { color: var(--muted); font-size: 0.875rem; }
summary:focus-visible, pre:focus-visible, .wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 0.5rem; }
`.trim();
