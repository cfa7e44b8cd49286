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
