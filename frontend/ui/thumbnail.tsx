import type { Generation } from "../../worker/contract.ts";

/** The longest side of a thumbnail. */
const THUMBNAIL_SIDE = 512;
/** What has been on the screen does not fade in again when one scrolls back to it. */
const drawn = new Set<string>();

type Props = {
  generation: Generation;
  /** How wide it shows, where the original may be better than its thumbnail. Without it the thumbnail will do. */
  sizes?: string;
};

/**
 * A picture in a list, whose place is there from the start. One that is looked forward to fades in; of a screen full of
 * thumbnails each would be a layer of its own for that.
 */
export function Photo({ generation, sizes }: Props) {
  const { outputUrl, thumbnailUrl, width, height, prompt } = generation;
  if (!outputUrl || !thumbnailUrl || !width || !height) return null;
  const thumbnailWidth = Math.round(Math.min(1, THUMBNAIL_SIDE / Math.max(width, height)) * width);
  return (
    <img
      class={sizes ? "photo arriving" : "photo"}
      data-loaded={drawn.has(thumbnailUrl) ? "" : undefined}
      onLoad={(event) => {
        event.currentTarget.dataset["loaded"] = "";
        drawn.add(thumbnailUrl);
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
