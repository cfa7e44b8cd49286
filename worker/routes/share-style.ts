/** The share page's style, inline: the page is one request and the picture. */
export const SHARE_STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { margin: 0; min-block-size: 100dvh; display: grid; background: light-dark(#fafaf9, #131211); color: light-dark(#1c1917, #f5f4f2); }
main { display: grid; gap: 1.25rem; align-content: center; justify-items: center; padding: max(1.5rem, env(safe-area-inset-top)) 1.5rem 2rem; min-inline-size: 0; }
img { max-inline-size: 100%; inline-size: auto; max-block-size: 78dvh; block-size: auto; border-radius: 0.875rem; box-shadow: 0 1px 2px rgb(0 0 0 / 0.1), 0 18px 50px rgb(0 0 0 / 0.18); }
h1, p { margin: 0; max-inline-size: 60ch; text-align: center; overflow-wrap: anywhere; white-space: pre-line; font-size: 1rem; font-weight: 400; color: light-dark(#57534e, #b8b3ad); }
a { color: inherit; border: 1px solid light-dark(#d6d3d1, #44403c); border-radius: 999px; padding: 0.5rem 1.125rem; text-decoration: none; font-weight: 500; }
a:hover { background: light-dark(#f0efed, #211f1d); }
a:focus-visible { outline: 2px solid currentColor; outline-offset: 3px; }
`;
