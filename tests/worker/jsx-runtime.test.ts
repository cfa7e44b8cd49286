import { expect, it } from "vitest";
import { Fragment, jsx } from "../../worker/http/pages/jsx-runtime.ts";

const markup = (element: unknown) => String(element);

it("escapes content and the values of attributes, once", () => {
  const inner = jsx("b", { title: `"><script>'`, children: "<i>&" });
  expect(markup(jsx("p", { children: [inner, "<u>"] }))).toBe(
    '<p><b title="&quot;&gt;&lt;script&gt;&#39;">&lt;i&gt;&amp;</b>&lt;u&gt;</p>',
  );
});

it("omits attributes and content without a value, and keeps zero and the empty string", () => {
  const props = { class: undefined, id: null, hidden: false, download: true, tabindex: 0, alt: "" };
  expect(markup(jsx("a", { ...props, children: [null, false, undefined, 0] }))).toBe(
    '<a download="" tabindex="0" alt="">0</a>',
  );
});

it("writes void elements without an end tag", () => {
  const rows = ["a", "b"].map((name) => jsx("meta", { name }));
  expect(markup(Fragment({ children: [rows, jsx("br", {})] }))).toBe('<meta name="a"/><meta name="b"/><br/>');
});

it("passes children and properties to a component as they are", () => {
  const Twice = ({ children, label }: { children?: unknown; label?: unknown }) =>
    jsx("ul", { "aria-label": label, children: [children, children] });
  expect(markup(jsx(Twice, { label: "x", children: jsx("li", { children: "y" }) }))).toBe(
    '<ul aria-label="x"><li>y</li><li>y</li></ul>',
  );
});
