/** One app for all files that do not break theirs. */
import type { TestProject } from "vitest/node";
import { runTool } from "../../../scripts/run.ts";
import { type AppAddress, startApp } from "./app.ts";

declare module "vitest" {
  export interface ProvidedContext {
    app: AppAddress;
  }
}

export default async function setup({ provide }: TestProject) {
  // `npm test` has built it already; whoever runs vitest alone tests what is there now.
  if (!process.env["STUDIO_BUILT"]) await runTool("vite", ["build", "--logLevel", "warn"]);
  const { url, adminUrl, stateDirectory, stop } = await startApp({ tiny: true });
  provide("app", { url, adminUrl, stateDirectory });
  return stop;
}
