/** How a picture is called outside of the studio: shared with it. */

/** Of the prompt; together with the rest well below what file systems take. */
const MAX_WORDS_LENGTH = 60;
const ENDINGS: Record<string, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/gif": "gif",
};

/**
 * A name for a picture among others: what it shows, which one it is, what kind it is. No two pictures share one.
 * `n` is its place among the generation's outputs.
 */
export function fileNameOf({ id, prompt }: { id: string; prompt: string }, n: number, type: string): string {
  const words = Array.from(
    prompt
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, ""),
  );
  const short = words.slice(0, MAX_WORDS_LENGTH).join("").replace(/-$/, "");
  const which = id.replace(/[^\w-]/g, "_") + (n > 0 ? `-${n + 1}` : "");
  const ending = ENDINGS[type.split(";", 1)[0]?.trim() ?? ""] ?? "png";
  return `${short && `${short}-`}${which}.${ending}`;
}
