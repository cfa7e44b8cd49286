/**
 * Instead of the SDK's shims for workerd (`[alias]` in wrangler.toml). They contain a JSON Schema validator, which the SDK
 * uses for responses of clients only: the studio sends clients no requests.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("No JSON Schema validator is bundled.");
  }
}
