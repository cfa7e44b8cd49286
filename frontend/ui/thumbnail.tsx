import type { Generation } from "../../worker/api/schemas/generation.ts";

/** The longest side of a thumbnail, in pixels. */
const THUMBNAIL_SIDE = 512;
/** An image fades in when it is loaded for the first time, and not again. */
const loadedUrls = new Set<string>();

type Props = {
  generation: Generation;
  /** The width on the page, where the original may be needed. Without it the thumbnail is large enough. */
  sizes?: string;
  /** Shows the whole image instead of filling the frame. */
  isWhole?: boolean;
};

/** An image in a list; fills the frame that contains it. Only one with `sizes` fades in: each fade is a layer. */
export function Thumbnail({ generation, sizes, isWhole = false }: Props) {
  const { outputUrl, thumbnailUrl, width, height, prompt } = generation;
  if (!outputUrl || !thumbnailUrl || !width || !height) return null;
  const thumbnailWidth = Math.round(Math.min(1, THUMBNAIL_SIDE / Math.max(width, height)) * width);
  return (
    <img
      class={`absolute inset-0 size-full rounded-[inherit] ${isWhole ? "object-contain" : "object-cover"} ${sizes ? "opacity-0 transition-opacity data-loaded:opacity-100" : ""}`}
      data-loaded={loadedUrls.has(thumbnailUrl) ? "" : undefined}
      onLoad={(event) => {
        event.currentTarget.dataset["loaded"] = "";
        loadedUrls.add(thumbnailUrl);
      }}
      srcset={
        sizes && thumbnailWidth < width
          ? `${thumbnailUrl} ${thumbnailWidth}w, ${outputUrl} ${width}w`
          : undefined
      }
      sizes={sizes}
      src={thumbnailUrl}
      width={width}
      height={height}
      alt={prompt}
      loading="lazy"
      decoding="async"
    />
  );
}
