/** One app for all files that do not break theirs. */
import type { TestProject } from "vitest/node";
import { runTool } from "../../../scripts/run.ts";
import { type AppAddress, PRO_EMAIL, runSql, startApp } from "./app.ts";
import { createClient } from "./client.ts";

declare module "vitest" {
  export interface ProvidedContext {
    app: AppAddress;
  }
}

export default async function setup({ provide }: TestProject) {
  // `npm test` has built it already; whoever runs vitest alone tests what is there now.
  if (!process.env["STUDIO_BUILT"]) await runTool("vite", ["build", "--logLevel", "warn"]);
  const app = await startApp({ tiny: true });
  const { url, adminUrl, stateDirectory, stop } = app;
  await createClient(url, PRO_EMAIL);
  await runSql(app, `update users set plan='pro' where email='${PRO_EMAIL}'`);
  provide("app", { url, adminUrl, stateDirectory });
  return stop;
}
