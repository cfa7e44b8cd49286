/**
 * `srcset` and `sizes` of a gallery tile. The Worker's preloads and the studio's tiles must have the same values, or the
 * browser would load an image twice.
 */

/** Longest sides of the variants, in pixels (images/variants.ts). */
const THUMB_SIDE = 512;
const SMALL_SIDE = 256;

export const TILE_SIZES = ["small", "medium", "large"] as const;
export type TileSize = (typeof TILE_SIZES)[number];
/** Until the user chooses another one; the Worker's preloads are for it. */
export const DEFAULT_TILE_SIZE: TileSize = "medium";

/** Heights of a row of tiles on phones and on wider screens, and the width where those begin (styles/tokens.css). */
export const ROW_REM = {
  small: { phone: 4.5, wide: 8 },
  medium: { phone: 7, wide: 13 },
  large: { phone: 13, wide: 20 },
} satisfies Record<TileSize, { phone: number; wide: number }>;
const WIDE_FROM = "48rem";

type Image = { thumbnailUrl: string; width: number; height: number };

export const smallUrl = (thumbnailUrl: string) => thumbnailUrl.replace("?size=thumb", "?size=small");

/** `originalUrl`: for large tiles, which on a fine screen have more pixels than any variant. */
export function tileSrcset(
  { thumbnailUrl, width, height }: Image,
  originalUrl: string | null = null,
): string {
  const widthAt = (side: number) => Math.round(Math.min(1, side / Math.max(width, height)) * width);
  const [small, thumb] = [widthAt(SMALL_SIDE), widthAt(THUMB_SIDE)];
  const files = [
    small < thumb && `${smallUrl(thumbnailUrl)} ${small}w`,
    `${thumbnailUrl} ${thumb}w`,
    originalUrl !== null && thumb < width && `${originalUrl} ${width}w`,
  ];
  return files.filter((file) => file !== false).join(", ");
}

/** A tile is about as high as its row. */
export function tileSizes({ width, height }: Image, size = DEFAULT_TILE_SIZE): string {
  const rem = (row: number) => `${Math.round((10 * row * width) / height) / 10}rem`;
  const { phone, wide } = ROW_REM[size];
  return `(width >= ${WIDE_FROM}) ${rem(wide)}, ${rem(phone)}`;
}
