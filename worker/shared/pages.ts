/** The pages of the studio, for the Worker, the studio, its service worker and its build. */

export type PageName = "create" | "gallery" | "account";

export const PAGE_PATHS: Readonly<Record<PageName, string>> = {
  create: "/",
  gallery: "/gallery",
  account: "/account",
};

/** A single image, over the page that it was opened from. */
const IMAGE_PREFIX = "/g/";

export const imagePath = (id: string) => IMAGE_PREFIX + encodeURIComponent(id);

/** The page at this path, or the id of an image; null where the studio has no page. */
export function pageAt(pathname: string): { page: PageName } | { imageId: string } | null {
  const path = pathname.replace(/(?<=.)\/$/, "");
  for (const [page, own] of Object.entries(PAGE_PATHS)) {
    if (path === own) return { page: page as PageName };
  }
  const id = path.startsWith(IMAGE_PREFIX) ? path.slice(IMAGE_PREFIX.length) : "";
  return id === "" || id.includes("/") ? null : { imageId: decode(id) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
