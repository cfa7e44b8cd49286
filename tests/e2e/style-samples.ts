/**
 * `npm run styles`: draws the samples of `frontend/public/styles/`, one apple in each built-in style. They are in the
 * repository; run it when the styles change.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../scripts/run.ts";
import { STYLES, type StyleId } from "../../worker/shared/styles.ts";
import { launch } from "./support/launch.ts";

const SIDE = 96;
const BODY = "M48 36c-7-8-28-8-29 12-1 19 13 37 23 37 3 0 4-2 6-2s3 2 6 2c10 0 24-18 23-37-1-20-22-20-29-12z";
const LEAF = "M51 25c3-11 13-14 21-12-2 9-11 15-21 12z";
const STEM = "M48 37c-1-8 0-13 4-18";

const apple = (body: string, leaf: string, stem: string) =>
  `<path d="${STEM}" fill="none" stroke-width="3" stroke-linecap="round" ${stem}/><path d="${LEAF}" ${leaf}/><path d="${BODY}" ${body}/>`;
const fill = (color: string) => `fill="${color}"`;
const background = (paint: string) => `<rect width="96" height="96" fill="${paint}"/>`;
const shadow = (opacity: number, blur = 3) =>
  `<ellipse cx="50" cy="84" rx="30" ry="5" opacity="${opacity}" style="filter:blur(${blur}px)"/>`;
const gradient = (id: string, stops: string[], at = 'cx=".35" cy=".3" r=".8"') =>
  `<radialGradient id="${id}" ${at}>${stops.map((color, n) => `<stop offset="${n / (stops.length - 1)}" stop-color="${color}"/>`).join("")}</radialGradient>`;
const shine = (opacity: number, blur: number) =>
  `<ellipse cx="35" cy="47" rx="7" ry="10" fill="#fff" opacity="${opacity}" transform="rotate(25 35 47)" style="filter:blur(${blur}px)"/>`;
const noise = (opacity: number, frequency = "1.2") =>
  `<filter id="n"><feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="2"/><feColorMatrix type="saturate" values="0"/></filter><rect width="96" height="96" filter="url(#n)" opacity="${opacity}"/>`;
const displaced = (frequency: string, scale: number, content: string) =>
  `<filter id="d" x="-20%" y="-20%" width="140%" height="140%"><feTurbulence baseFrequency="${frequency}" numOctaves="3" seed="4"/><feDisplacementMap in="SourceGraphic" scale="${scale}"/></filter><g filter="url(#d)">${content}</g>`;

const real = (wall: string) =>
  gradient("a", ["#f58a6b", "#c81f25", "#5d060d"]) +
  `${background(wall)}<rect y="66" width="96" height="30" fill="#8a5a38"/>${shadow(0.55)}` +
  apple(fill("url(#a)"), fill("#4c7d2c"), 'stroke="#4a3020"') +
  shine(0.5, 2.5);

/** The triangles of the low poly apple: columns of the body's box, shaded by position. */
function facets(): string {
  const at = (column: number, row: number) =>
    `${14 + column * 17 + (row % 2) * 8 + ((column * 7 + row * 5) % 5)},${26 + row * 16 + ((column * 3 + row) % 4)}`;
  const triangles: string[] = [];
  for (let row = -1; row < 5; row += 1) {
    for (let column = -2; column < 5; column += 1) {
      const shade = (n: number) => `hsl(4 72% ${70 - row * 7 - column * 5 + ((n * 13) % 9)}%)`;
      triangles.push(
        `<polygon points="${at(column, row)} ${at(column + 1, row)} ${at(column, row + 1)}" fill="${shade(column + row + 2)}"/>`,
      );
      triangles.push(
        `<polygon points="${at(column + 1, row)} ${at(column + 1, row + 1)} ${at(column, row + 1)}" fill="${shade(column * 2 + row + 5)}"/>`,
      );
    }
  }
  return `<clipPath id="c"><path d="${BODY}"/></clipPath><g clip-path="url(#c)">${triangles.join("")}</g>`;
}

/** A box seen from above: top, left and right side. */
function box(x: number, y: number, size: number, height: number, colors: [string, string, string]): string {
  const half = size / 2;
  const [top, left, right] = colors;
  return `<polygon points="${x},${y} ${x + size},${y + half} ${x},${y + size} ${x - size},${y + half}" fill="${top}"/><polygon points="${x - size},${y + half} ${x},${y + size} ${x},${y + size + height} ${x - size},${y + half + height}" fill="${left}"/><polygon points="${x + size},${y + half} ${x},${y + size} ${x},${y + size + height} ${x + size},${y + half + height}" fill="${right}"/>`;
}

const DRAWINGS: Record<StyleId, string> = {
  photograph: real("#d9cfc0"),
  cinematic: `${gradient("b", ["#1f5a63", "#06181c"], 'cx=".8" cy=".3" r=".9"')}${background("url(#b)")}${gradient("a", ["#ffb066", "#b3261e", "#1b0507"], 'cx=".85" cy=".35" r=".9"')}${shadow(0.8)}${apple(fill("url(#a)"), fill("#2f4f26"), 'stroke="#20140c"')}<path d="M0 0h96v13H0zM0 83h96v13H0z"/>`,
  "product-shot": `${gradient("b", ["#ffffff", "#e3e4e8"], 'cx=".5" cy=".4" r=".7"')}${background("url(#b)")}${gradient("a", ["#ff8d78", "#dd2a2c", "#9c1219"])}${shadow(0.3, 4)}${apple(fill("url(#a)"), fill("#69a83c"), 'stroke="#6b4a30"')}${shine(0.75, 1)}`,
  "black-and-white": `<g style="filter:grayscale(1) contrast(1.5)">${real("#1c1a18")}</g>${noise(0.22)}`,
  watercolor: `${background("#fbf7ee")}${displaced(".05", 9, `${apple('fill="#e2584f" opacity=".55"', 'fill="#7fae62" opacity=".7"', 'stroke="#8d6b52"')}<g transform="translate(4 5) scale(.93)" opacity=".4">${apple(fill("#c9343d"), fill("#5b8f46"), 'stroke="#8d6b52"')}</g><ellipse cx="34" cy="48" rx="9" ry="12" fill="#fbf7ee" opacity=".6"/><ellipse cx="52" cy="86" rx="28" ry="5" fill="#8fb0c9" opacity=".5"/>`)}${noise(0.1, ".4")}`,
  "oil-painting": `${gradient("b", ["#d5a54a", "#3f5a4a", "#20303a"], 'cx=".2" cy=".1" r="1.2"')}${gradient("a", ["#ffb48a", "#d8332a", "#6a0d18"])}${displaced(".03 .17", 15, `<rect x="-20" y="-20" width="136" height="136" fill="url(#b)"/><rect x="-20" y="68" width="136" height="50" fill="#7b4a22"/>${shadow(0.6, 1)}${apple(fill("url(#a)"), fill("#5c8b2d"), 'stroke="#3b2413"')}${shine(0.8, 0)}`)}`,
  "line-art":
    background("#fff") +
    apple(
      'fill="none" stroke="#111" stroke-width="2"',
      'fill="none" stroke="#111" stroke-width="2"',
      'stroke="#111"',
    ) +
    '<path d="M28 50c1-6 4-9 8-10M51 25c6-2 12-6 16-9" fill="none" stroke="#111" stroke-width="1.5" stroke-linecap="round"/>',
  comic: `<pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(30)"><circle cx="4" cy="4" r="2.2" fill="#f28c1c"/></pattern><pattern id="q" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(30)"><circle cx="2.5" cy="2.5" r="1.5" fill="#8f0f16"/></pattern>${background("#ffd93b")}${background("url(#p)")}${apple('fill="#e8262c" stroke="#111" stroke-width="4"', 'fill="#3fae3a" stroke="#111" stroke-width="3"', 'stroke="#111" style="stroke-width:5"')}<path d="M76 47c1 19-12 36-22 36-3 0-4-1-6-1 16-5 24-22 24-44 3 2 4 6 4 9z" fill="url(#q)"/><path d="M27 54c0-8 3-13 8-14" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round"/>`,
  "3d-render": `${gradient("b", ["#e9dcff", "#b9a3ee"], 'cx=".5" cy=".3" r=".9"')}${background("url(#b)")}${gradient("a", ["#ffb3a8", "#ff5a52", "#d02a48"], 'cx=".38" cy=".25" r=".85"')}${gradient("l", ["#a9f0a0", "#35b25c"])}${shadow(0.28, 4)}${apple('fill="url(#a)" stroke="url(#a)" stroke-width="4" stroke-linejoin="round"', 'fill="url(#l)" stroke="url(#l)" stroke-width="4" stroke-linejoin="round"', 'stroke="#8a5a44" style="stroke-width:5"')}${shine(0.85, 1.5)}`,
  "low-poly":
    background("#cfe3ee") +
    shadow(0.25) +
    apple('fill="#a62c24"', 'fill="#6fae4c"', 'stroke="#6b4a30"') +
    '<path d="M51 25l10-10 11-2z" fill="#94cc6e"/>' +
    facets(),
  isometric:
    background("#eef1f8") +
    box(48, 46, 38, 8, ["#b9dfa9", "#7fb56f", "#659a58"]) +
    box(48, 36, 22, 24, ["#ff8a80", "#e5483f", "#b92e2e"]) +
    box(48, 28, 4, 12, ["#a9754f", "#7d5234", "#633f27"]) +
    box(58, 24, 8, 3, ["#9be07e", "#5fb549", "#47943a"]),
  "pixel-art":
    background("#2b2f55") +
    apple(
      'fill="#e43b44" stroke="#8b1a2b" stroke-width="5"',
      fill("#63c74d"),
      'stroke="#733e39" style="stroke-width:6"',
    ) +
    '<path d="M28 44h10v12H28z" fill="#ff9b93"/>',
};

const folder = join(root, "frontend/public/styles");
await mkdir(folder, { recursive: true });
const browser = await launch();
try {
  const page = await browser.newPage();
  for (const { id } of STYLES) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">${DRAWINGS[id]}</svg>`;
    const raster = id === "pixel-art" ? 24 : SIDE;
    const encoded = await page.evaluate(
      async ({ svg, side, raster }) => {
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
        await image.decode();
        const small = Object.assign(document.createElement("canvas"), { width: raster, height: raster });
        small.getContext("2d")?.drawImage(image, 0, 0, raster, raster);
        const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
        const context = canvas.getContext("2d");
        if (context) context.imageSmoothingEnabled = false;
        context?.drawImage(small, 0, 0, side, side);
        return canvas.toDataURL("image/webp", 0.7).split(",")[1] ?? "";
      },
      { svg, side: SIDE, raster },
    );
    await writeFile(join(folder, `${id}.webp`), Buffer.from(encoded, "base64"));
  }
} finally {
  await browser.close();
}
