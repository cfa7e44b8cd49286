/** One app for all files that do not break theirs. */
import type { TestProject } from "vitest/node";
import { runTool } from "../../../scripts/run.ts";
import { type AppAddress, prepareApp } from "./app.ts";

declare module "vitest" {
  export interface ProvidedContext {
    app: AppAddress;
  }
}

export default async function setup({ provide }: TestProject) {
  // `npm test` has built it already; whoever runs vitest alone tests what is there now.
  if (!process.env["STUDIO_BUILT"]) await runTool("vite", ["build", "--logLevel", "warn"]);
  const { url, adminUrl, stateDirectory, start, stop } = await prepareApp({ tiny: true });
  provide("app", { url, adminUrl, stateDirectory });
  // Other projects' tests need not wait for it: those that use it do (setup.ts).
  const started = start().catch((error: unknown) => console.error(error));
  return async () => {
    await started;
    await stop();
  };
}
