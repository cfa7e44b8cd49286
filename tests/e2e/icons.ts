/**
 * `npm run icons`: draws the PNGs of `frontend/public/icons/` from the studio's mark, for those who take no SVG. They
 * are kept in the repository; this is only needed when the mark changes.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/run.ts";
import { launch } from "./support/launch.ts";

const folder = join(root, "frontend/public");
const mark = await readFile(join(folder, "favicon.svg"), "utf8");

/** Where the system cuts the shape, the ground has no corners of its own; `scale` keeps the mark clear of the cut. */
function bleeding(scale: number): string {
  const [svg, ground, rest] = /^(<svg[^>]*>)(<rect[^>]*>)(.*)<\/svg>$/s.exec(mark.trim())?.slice(1) ?? [];
  if (!svg || !ground) throw new Error("The mark is not a ground with a drawing on it any more.");
  const inset = 16 * (1 - scale);
  const square = ground.replace(/ rx="[^"]*"/, "");
  return `${svg}${square}<g transform="translate(${inset} ${inset}) scale(${scale})">${rest}</g></svg>`;
}

const ICONS = [
  { name: "icon-192", side: 192, svg: mark },
  { name: "icon-512", side: 512, svg: mark },
  // The mark's own corners stay in the circle of 80 % that any mask leaves.
  { name: "maskable-512", side: 512, svg: bleeding(0.8) },
  { name: "apple-touch-icon", side: 180, svg: bleeding(0.9) },
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
