import type { Generation } from "../../worker/contract.ts";

/** Saves one of a generation's images under the name that the Worker gives it. */
export function downloadPicture({ outputs }: Generation, output: number): void {
  const url = outputs[output]?.url;
  if (!url) return;
  const link = document.createElement("a");
  link.href = `${url}?download`;
  link.download = "";
  // In the page: a home-screen app takes such clicks over (save-file.ts).
  document.body.append(link);
  link.click();
  link.remove();
}
