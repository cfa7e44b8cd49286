import type { Generation } from "../../worker/contract.ts";

/** Saves one of a generation's pictures, as the Worker names it. */
export function downloadPicture({ outputs }: Generation, output: number): void {
  const url = outputs[output]?.url;
  if (!url) return;
  const link = document.createElement("a");
  link.href = `${url}?download`;
  link.download = "";
  link.click();
}
