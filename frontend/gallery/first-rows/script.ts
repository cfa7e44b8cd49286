/**
 * Shows the gallery's first rows from the list in the document, before the studio's scripts are loaded, where the
 * studio will render the same tiles. The build inlines it at the end of the gallery's document
 * (scripts/prerender-plugin.ts, docs/decisions/0027-first-rows-in-the-gallery-document.md).
 */
import { imagePath } from "../../../worker/shared/pages.ts";
import { DEFAULT_TILE_SIZE, tileSizes, tileSrcset } from "../../../worker/shared/tile-image.ts";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import { readInlinePage } from "../../browser/inline-page.ts";
import { layoutDays, measureGrid } from "../day-rows.ts";
import { itemBoxes } from "../justified-rows.ts";
import { FRAME, GRID, IMAGE, LINK, ROWS, styleOf } from "./classes.ts";
import { FIRST_ROWS_ID } from "./replace.ts";

/** Below the header and the toolbar, which in a narrower window has two lines. */
const PLACE =
  "position:absolute;inset-inline:var(--spacing-gutter);inset-block-start:calc(var(--spacing-header) + var(--spacing-control) + 1.25rem)";
const HAS_ONE_LINE = "(width > 22rem)";
/** The first images, which the document preloads. */
const URGENT_ROWS = 1;

const page = readInlinePage();
if (page && isDefaultView()) show(page.items, page.nextCursor === null);

/** Only what every browser would show at first: no image over it, no other tile size, no groups, no scroll anchor. */
function isDefaultView(): boolean {
  const isGallery = location.pathname.startsWith("/gallery");
  if (!isGallery || history.state?.scrollAnchor || !matchMedia(HAS_ONE_LINE).matches) return false;
  try {
    return !["studio.tile-size", "studio.group-prompts"].some((key) => localStorage.getItem(key));
  } catch {
    // Storage is blocked: the studio starts with the defaults too.
    return true;
  }
}

function show(items: readonly Generation[], isComplete: boolean) {
  const list = document.createElement("ul");
  list.id = FIRST_ROWS_ID;
  list.className = `${GRID} ${ROWS[DEFAULT_TILE_SIZE]}`;
  list.style.cssText = PLACE;
  document.body.append(list);
  const { rows, ratios, gap, height } = layoutDays(items, measureGrid(list), { added: 0, isComplete });
  const visibleHeight = innerHeight - list.getBoundingClientRect().top;
  list.style.blockSize = `${height}px`;
  for (const [index, row] of rows.entries()) {
    if (row.top >= visibleHeight) break;
    for (const [place, box] of itemBoxes(row, ratios, gap).entries()) {
      const item = items[row.start + place];
      if (item) list.append(tile(item, styleOf({ ...box, ...row }), index < URGENT_ROWS));
    }
  }
  removeWhenOutdated(list);
}

function tile({ id, prompt, thumbnailUrl, width, height }: Generation, style: string, isUrgent: boolean) {
  const item = document.createElement("li");
  item.className = FRAME;
  item.style.cssText = style;
  item.dataset["id"] = id;
  const link = document.createElement("a");
  link.className = LINK;
  link.href = imagePath(id);
  item.append(link);
  if (!thumbnailUrl || !width || !height) return item;
  const image = { thumbnailUrl, width, height };
  const element = document.createElement("img");
  element.className = IMAGE;
  element.alt = prompt;
  element.decoding = "async";
  // The others must not delay the scripts.
  element.fetchPriority = isUrgent ? "high" : "low";
  element.sizes = tileSizes(image);
  element.srcset = tileSrcset(image);
  element.src = thumbnailUrl;
  link.append(element);
  return item;
}

/** Another page or another width would need another layout. The studio removes the rows once it has rendered its own. */
function removeWhenOutdated(list: HTMLElement) {
  const root = document.querySelector<HTMLElement>("#app > [data-page]");
  const observer = new MutationObserver(() => root?.dataset["page"] === "gallery" || list.remove());
  if (root) observer.observe(root, { attributeFilter: ["data-page"] });
  const { width } = list.getBoundingClientRect();
  addEventListener("resize", () => list.getBoundingClientRect().width === width || list.remove());
}
