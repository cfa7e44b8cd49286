const SIDE = 96;

/** A small copy of an image file as a data URL; null if the browser cannot read it. */
export async function previewOf(file: Blob): Promise<string | null> {
  try {
    const image = await createImageBitmap(file);
    const scale = SIDE / Math.max(image.width, image.height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    return canvas.toDataURL("image/webp", 0.7);
  } catch {
    return null;
  }
}
