import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    simulatorApi: string;
    simulatorAdmin: string;
    /** Where the sign-in provider is. */
    provider: string;
  }
}
