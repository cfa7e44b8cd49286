/** A page that the Worker renders: one inline style and a link to the studio. No script unless the page adds one. */
import { html, raw } from "hono/html";
import { language, text } from "./text.ts";
import { PLAIN_STYLE } from "./plain-style.ts";

/** The policy allows the page's own style, by its `nonce`, and the studio's images. `formAction`: where forms may lead. */
export function plainPageHeaders(nonce: string, formAction = "'none'"): Record<string, string> {
  return {
    "content-security-policy": `default-src 'none'; img-src 'self'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
}

export function PlainPage({
  title,
  nonce,
  head,
  style = "",
  children,
}: {
  title: string;
  nonce: string;
  head?: unknown;
  style?: string;
  children: unknown;
}) {
  return html`<!doctype html>
<html lang="${language.tag}" dir="${language.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<title>${title}</title>
${head ?? ""}
<style nonce="${nonce}">${raw(PLAIN_STYLE + style)}</style>
</head>
<body>
<header><a href="/"><img src="/favicon.svg" width="24" height="24" alt="">${text.name}</a></header>
${children}
</body>
</html>`;
}
