/**
 * `srcset` and `sizes` of a gallery tile. The Worker's preloads and the studio's tiles must have the same values, or the
 * browser would load an image twice.
 */

/** Longest sides of the variants, in pixels (images/variants.ts). */
const THUMB_SIDE = 512;
const SMALL_SIDE = 256;

/** Heights of a row of tiles on phones and on wider screens, and the width where those begin (styles/tokens.css). */
const ROW_REM = { phone: 7, wide: 13 };
const WIDE_FROM = "48rem";

type Image = { thumbnailUrl: string; width: number; height: number };

export const smallUrl = (thumbnailUrl: string) => thumbnailUrl.replace("?size=thumb", "?size=small");

export function tileSrcset({ thumbnailUrl, width, height }: Image): string {
  const widthAt = (side: number) => Math.round(Math.min(1, side / Math.max(width, height)) * width);
  const [small, thumb] = [widthAt(SMALL_SIDE), widthAt(THUMB_SIDE)];
  return small === thumb
    ? `${thumbnailUrl} ${thumb}w`
    : `${smallUrl(thumbnailUrl)} ${small}w, ${thumbnailUrl} ${thumb}w`;
}

/** A tile is about as high as its row. */
export function tileSizes({ width, height }: Image): string {
  const rem = (row: number) => `${Math.round((10 * row * width) / height) / 10}rem`;
  return `(width >= ${WIDE_FROM}) ${rem(ROW_REM.wide)}, ${rem(ROW_REM.phone)}`;
}
