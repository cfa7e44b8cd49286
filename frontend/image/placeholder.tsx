import type { ComponentChildren } from "preact";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { isInFlight } from "../studio/images/generation.ts";
import { errors } from "../text/errors.ts";
import { imageText } from "../text/image.ts";

type MessageProps = { title: string; isAlert?: boolean; isLoading?: boolean; children?: ComponentChildren };

/** A message in place of the image. */
export function ViewerMessage({ title, isAlert = false, isLoading = false, children }: MessageProps) {
  return (
    <div
      role={isAlert ? "alert" : undefined}
      class={`absolute inset-0 grid content-center justify-items-center gap-2 px-16 py-8 text-center ${isLoading ? "skeleton" : ""}`}
    >
      {/* `relative`: above the shimmer. */}
      <h1 class="relative max-w-md text-lg font-semibold text-balance">{title}</h1>
      {children}
    </div>
  );
}

/** Says why there is no image, or none yet. */
export function Placeholder({ generation }: { generation: Generation }) {
  const { error } = generation;
  if (isInFlight(generation)) return <ViewerMessage title={imageText.notReady} isLoading />;
  return <ViewerMessage title={error ? errors.failure(error.code) : imageText.canceled} />;
}
