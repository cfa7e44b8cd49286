import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    simulatorApi: string;
    simulatorAdmin: string;
  }
}
