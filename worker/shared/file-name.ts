/** File names of images: downloads, headers, zip files, shared files. */
import { extensionOf } from "./media-types.ts";

const MAX_GRAPHEMES = 60;
/** UTF-8 bytes: with id and extension below the 255 that file systems allow. */
const MAX_BYTES = 140;

/** Letters, digits and marks of any script; emoji; joiners, which Indic and Persian words and emoji need. */
const KEPT =
  /[\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u{e0020}-\u{e007f}\u200c\u200d]+/gu;
const ALONE_AT_START = /^[-\p{M}\u200c\u200d]+/u;
/** Device names on Windows, with any extension. */
const RESERVED = /^(?:con|prn|aux|nul|(?:com|lpt)[\d¹²³])$/;

/**
 * `<words of the prompt>-<id>.<extension>`, unique among a user's images. Without `prompt` (hidden) the words are
 * "image"; without `id` the name does not identify the generation. `n` is the output's number.
 */
export function fileNameOf(
  { id, prompt }: { id: string | null; prompt: string | null },
  n: number,
  mediaType: string,
): string {
  const words = wordsOf(prompt ?? "") || "image";
  const stem = [words, id?.replace(/[^\w-]/g, "_"), n > 0 ? n + 1 : null].filter(Boolean).join("-");
  const extension = extensionOf(mediaType) ?? "png";
  return `${RESERVED.test(stem) ? `image-${stem}` : stem}.${extension}`;
}

function wordsOf(prompt: string): string {
  const joined = (prompt.normalize("NFC").toLowerCase().match(KEPT) ?? []).join("-");
  let words = "";
  let bytes = 0;
  let count = 0;
  for (const { segment } of new Intl.Segmenter().segment(joined.replace(ALONE_AT_START, ""))) {
    bytes += new TextEncoder().encode(segment).byteLength;
    count += 1;
    if (count > MAX_GRAPHEMES || bytes > MAX_BYTES) break;
    words += segment;
  }
  return words.replace(/-+$/, "");
}

/** RFC 6266: an ASCII name for old clients, the UTF-8 name for all others. */
export function contentDisposition(type: "inline" | "attachment", name: string): string {
  const dot = name.lastIndexOf(".");
  const ascii = name
    .slice(0, dot)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\w-]+/g, "-")
    .replace(/-{2,}/g, "-")
    .replace(/^-|-$/g, "");
  const extension = name.slice(dot);
  return `${type}; filename="${ascii || "image"}${extension}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
