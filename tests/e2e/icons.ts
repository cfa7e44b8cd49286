/**
 * `npm run icons`: renders the PNGs of `frontend/public/icons/` from the logo, for platforms that accept no SVG. They
 * are in the repository; run it when the logo changes.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/run.ts";
import { launch } from "./support/launch.ts";

const folder = join(root, "frontend/public");
const logo = await readFile(join(folder, "favicon.svg"), "utf8");

/** For platforms that mask icons: the background fills the square, and `scale` keeps the drawing inside the mask. */
function fullBleed(scale: number): string {
  const [svg, background, rest] = /^(<svg[^>]*>)(<rect[^>]*>)(.*)<\/svg>$/s.exec(logo.trim())?.slice(1) ?? [];
  if (!svg || !background) throw new Error("The logo must be a <rect> followed by the drawing.");
  const inset = 16 * (1 - scale);
  const square = background.replace(/ rx="[^"]*"/, "");
  return `${svg}${square}<g transform="translate(${inset} ${inset}) scale(${scale})">${rest}</g></svg>`;
}

const ICONS = [
  { name: "icon-192", side: 192, svg: logo },
  { name: "icon-512", side: 512, svg: logo },
  // Every mask keeps a circle of 80 %.
  { name: "maskable-512", side: 512, svg: fullBleed(0.8) },
  { name: "apple-touch-icon", side: 180, svg: fullBleed(0.9) },
];

await mkdir(join(folder, "icons"), { recursive: true });
const browser = await launch();
try {
  for (const { name, side, svg } of ICONS) {
    const page = await browser.newPage({ viewport: { width: side, height: side } });
    await page.setContent(
      `<style>body { margin: 0 } svg { display: block; inline-size: ${side}px }</style>${svg}`,
    );
    await page.screenshot({ path: join(folder, "icons", `${name}.png`), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
