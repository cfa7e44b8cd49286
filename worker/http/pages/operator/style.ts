/** Beside the style of plain pages. */
export const STYLE = `
main { align-content: start; justify-items: stretch; inline-size: 100%; max-inline-size: 64rem; margin-inline: auto; gap: 2rem; }
main p, h1.title { margin-inline: 0; text-align: start; }
section { display: grid; gap: 0.75rem; justify-items: start; min-inline-size: 0; }
h2 { font-size: 1.125rem; line-height: 1.25; }
h3 { font-size: 1rem; line-height: 1.25; }
.table { position: relative; display: block; inline-size: 100%; overflow-x: auto; border: 1px solid var(--muted); border-radius: 0.75rem; }
table { inline-size: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.5rem 0.75rem; text-align: start; vertical-align: baseline; white-space: nowrap; }
th { color: var(--muted); font-weight: 600; }
td { border-block-start: 1px solid color-mix(in srgb, var(--muted) 30%, transparent); }
main p.notice, main p.alarm { max-inline-size: none; padding: 0.75rem 1rem; border: 1px solid var(--muted); border-radius: 0.75rem; color: inherit; }
main p.alarm { border: 2px solid var(--accent); font-weight: 600; }
button.small, summary { min-block-size: 2.25rem; padding: 0 0.875rem; border: 1px solid var(--muted); border-radius: 999px; background: none; color: inherit; font: inherit; font-size: 0.875rem; cursor: pointer; }
summary { display: inline-flex; align-items: center; }
button.small:hover, summary:hover { border-color: var(--accent); }
input:not([type="hidden"]) { min-block-size: 2.25rem; max-inline-size: 100%; padding: 0 0.75rem; border: 1px solid var(--muted); border-radius: 0.5rem; background: none; color: inherit; font: inherit; }
.row, form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; justify-content: start; }
.narrow { display: none; }
td .row { flex-wrap: nowrap; align-items: baseline; }
main a:not(.action) { color: var(--accent); }
td label { inline-size: 16rem; white-space: normal; }
details form { padding-block: 0.5rem; }
label { display: inline-flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; font-size: 0.875rem; }
svg { display: block; inline-size: 100%; block-size: auto; }
select { min-block-size: 2.25rem; padding: 0 0.5rem; border: 1px solid var(--muted); border-radius: 0.5rem; background: var(--canvas, Canvas); color: inherit; font: inherit; }
input.wide { inline-size: min(32rem, 100vw - 2rem); }
.bar { fill: var(--accent); }
.axis, .cap { stroke: var(--muted); }
.cap { stroke-dasharray: 6 4; }
:is(button, summary, input, select, .table):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 60rem) {
  .stacks thead { position: absolute; clip-path: inset(50%); }
  .stacks tr { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; padding: 0.75rem; }
  .stacks tr + tr { border-block-start: 1px solid color-mix(in srgb, var(--muted) 30%, transparent); }
  .stacks td { padding: 0; border: 0; white-space: normal; overflow-wrap: anywhere; }
  .stacks td:empty { display: none; }
  .stacks td:first-child { inline-size: 100%; font-weight: 600; }
  td .row { flex-wrap: wrap; }
  .narrow { display: inline; }
}
@media (pointer: coarse) { button.small, summary, select, input:not([type="hidden"]) { min-block-size: 2.75rem; } }
`;
