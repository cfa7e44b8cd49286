/**
 * JSX as strings of HTML, for the pages that the Worker renders (`jsxImportSource` in worker/tsconfig.json). Hono's own
 * runtime also has state, contexts and a renderer for browsers: 5 KB of the gzipped bundle that nothing here uses.
 */
import { html, raw } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";

export type { JSX } from "hono/jsx/jsx-runtime";

type Props = { children?: unknown; [attribute: string]: unknown };
type Component = (props: Props) => JSX.Element;

/** Elements without content: https://html.spec.whatwg.org/multipage/syntax.html#void-elements */
const VOID = new Set(["br", "hr", "img", "input", "link", "meta"]);

/** `tag` and the names of attributes are from the code of a page; `html` escapes their values and the content. */
export function jsx(tag: string | Component, props: Props): JSX.Element {
  if (typeof tag === "function") return tag(props);
  const { children, ...attributes } = props;
  const written = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  if (VOID.has(tag)) return html`<${raw(tag)}${written}/>`;
  return html`<${raw(tag)}${written}>${children}</${raw(tag)}>`;
}

function attribute(name: string, value: unknown): JSX.Element | null {
  if (value === undefined || value === null || value === false) return null;
  return html` ${raw(name)}="${value === true ? "" : value}"`;
}

export const Fragment = ({ children }: Props): JSX.Element => html`${children}`;

export { jsx as jsxs, jsx as jsxDEV };
