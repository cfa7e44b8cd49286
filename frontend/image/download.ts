import type { Output } from "../../worker/api/schemas/generation.ts";

/** The original, as a file with the name that the Worker gives it. */
export const downloadUrl = ({ url }: Output) => `${url}?download`;

export function downloadImage(output: Output): void {
  const link = document.createElement("a");
  link.href = downloadUrl(output);
  link.download = "";
  // In the page: a home-screen app handles such clicks itself (save-file.ts).
  document.body.append(link);
  link.click();
  link.remove();
}
