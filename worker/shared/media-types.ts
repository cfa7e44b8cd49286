/** The image types that the studio stores, by file extension. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  avif: "image/avif",
  gif: "image/gif",
};

export function mediaTypeOf(extension: string): string {
  return MEDIA_TYPES[extension] ?? "application/octet-stream";
}

/** The file extension of a Content-Type, which may have parameters; null if the studio stores no such type. */
export function extensionOf(contentType: string): string | null {
  const type = contentType.split(";", 1)[0]?.trim();
  return Object.keys(MEDIA_TYPES).find((extension) => MEDIA_TYPES[extension] === type) ?? null;
}
