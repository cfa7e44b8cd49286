/** Starts the app that most test files share. */
import type { TestProject } from "vitest/node";
import { type AppAddress, prepareApp } from "./app.ts";

declare module "vitest" {
  export interface ProvidedContext {
    app: AppAddress;
  }
}

export default async function setup({ provide }: TestProject) {
  const { url, adminUrl, stateDirectory, start, stop } = await prepareApp({ tiny: true });
  provide("app", { url, adminUrl, stateDirectory });
  // Only tests that use the app wait for it (setup.ts), so that other projects start at once.
  const started = start().catch((error: unknown) => console.error(error));
  return async () => {
    await started;
    await stop();
  };
}
