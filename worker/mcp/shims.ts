/**
 * Instead of the SDK's shims for workerd (`[alias]` in wrangler.toml). They contain a JSON Schema validator, which the SDK
 * uses for the answers of clients only: the studio asks them nothing.
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("No JSON Schema validator is bundled.");
  }
}
