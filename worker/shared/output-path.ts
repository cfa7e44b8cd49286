/** The address of one image of a generation: `/g/:id?output=n`, counted from 0 as in the API. The first has no number. */
import { imagePath } from "./pages.ts";

export const outputPath = (id: string, output: number): string =>
  imagePath(id) + (output > 0 ? `?output=${output}` : "");

/** Which image the query of such an address names. */
export function outputIn(search = ""): number {
  const output = new URLSearchParams(search).get("output") ?? "";
  return /^\d{1,3}$/.test(output) ? Number(output) : 0;
}
