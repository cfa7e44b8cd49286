/** Builds the studio, unless `npm test` has built it already and sets STUDIO_BUILT. */
import { runTool } from "../../../scripts/run.ts";

export default async function setup() {
  if (!process.env["STUDIO_BUILT"]) await runTool("vite", ["build", "--logLevel", "warn"]);
}
