import { copyImage } from "../../browser/clipboard.ts";
import { actionsText } from "../../text/actions.ts";
import type { Toasts } from "../toasts.ts";

/** Copies the image at `url` to the clipboard and reports the result. Call it in the click itself. */
export async function copyImageWithToast({ show }: Pick<Toasts, "show">, url: string): Promise<void> {
  show((await copyImage(url)) ? actionsText.imageCopied : actionsText.imageNotCopied);
}
