/** Whether this browser can copy an image. */
export const canCopyImages = (): boolean =>
  typeof ClipboardItem !== "undefined" && navigator.clipboard?.write !== undefined;

/** Copies the image at `url`, as PNG; false if the browser refuses. Call it in the click itself, as `copyText`. */
export async function copyImage(url: string): Promise<boolean> {
  try {
    const png = fetchPng(url);
    png.catch(() => {});
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    return true;
  } catch {
    return false;
  }
}

/** PNG is the one image type that every clipboard takes. */
async function fetchPng(url: string): Promise<Blob> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const blob = await response.blob();
  if (blob.type === "image/png") return blob;
  const bitmap = await createImageBitmap(blob);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((converted) => (converted ? resolve(converted) : reject(new Error("no PNG"))), "image/png");
  });
}

/**
 * Copies text to the clipboard; false if the browser refuses. Call it in the click itself, also for text that is still
 * being fetched: Safari allows no write after an await, but accepts a promise. null copies nothing.
 */
export async function copyText(text: string | Promise<string | null>): Promise<boolean> {
  try {
    if (typeof text === "string") {
      await navigator.clipboard.writeText(text);
      return true;
    }
    if (typeof ClipboardItem === "undefined") {
      const known = await text;
      return known !== null && (await copyText(known));
    }
    const blob = text.then((known) => {
      if (known === null) throw new Error("nothing to copy");
      return new Blob([known], { type: "text/plain" });
    });
    blob.catch(() => {});
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    return true;
  } catch {
    return false;
  }
}
