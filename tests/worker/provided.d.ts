import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** One for each workerd that runs at once. */
    simulators: { url: string; adminUrl: string }[];
    /** Where the sign-in provider is. */
    provider: string;
    /** Where the receiver of webhooks is. */
    receiver: string;
  }
}
