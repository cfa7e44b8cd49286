/** Values for a JSON Schema of the OpenAPI document: valid ones, and ones with a fault. */
import fc from "fast-check";

export type Schema = {
  $ref?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  type?: string | string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
};

/** `schemas`: what `$ref` names. */
export function validValue(schema: Schema, schemas: Record<string, Schema>): fc.Arbitrary<unknown> {
  const of = (inner: Schema) => validValue(inner, schemas);
  if (schema.$ref !== undefined) return of(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(of));
  if (schema.allOf) {
    return fc
      .tuple(...schema.allOf.map(of))
      .map((values): unknown => Object.assign({}, ...(values as object[])));
  }
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? []].flat();
  return types.length === 0 ? fc.jsonValue() : fc.oneof(...types.map((type) => ofType(type, schema, of)));
}

function ofType(type: string, schema: Schema, of: (schema: Schema) => fc.Arbitrary<unknown>) {
  switch (type) {
    case "string":
      return validText(schema);
    case "integer":
      return fc.integer({
        min: schema.minimum ?? -1_000,
        max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1),
      });
    case "number":
      return fc.double({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(of(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case "object": {
      const properties = Object.entries(schema.properties ?? {}).map(([name, value]) => [name, of(value)]);
      const model = Object.fromEntries(properties) as Record<string, fc.Arbitrary<unknown>>;
      return fc.record(model, { requiredKeys: schema.required ?? [] });
    }
    default:
      return fc.constant(null);
  }
}

function validText({ format, pattern, minLength = 0, maxLength = 80 }: Schema): fc.Arbitrary<string> {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time") {
    return fc
      .date({ min: new Date(0), max: new Date("2100"), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  if (format === "uri") return fc.webUrl();
  if (format === "email") return fc.emailAddress();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 80) });
}

/** What no schema of the API expects, and what breaks careless code. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    -1,
    0,
    1e300,
    Number.MAX_SAFE_INTEGER + 1,
    "",
    " ",
    "\u0000",
    "\u202e",
    "__proto__",
    [],
    {},
  ),
  fc.constant("x".repeat(20_000)),
  fc.constantFrom("../..", "%00", "' or 1=1 --", "\ud800", "🙂".repeat(600)),
  fc.jsonValue(),
);

/** A valid value in which one part was replaced, removed or added. */
export function faultyValue(schema: Schema, schemas: Record<string, Schema>): fc.Arbitrary<unknown> {
  return fc
    .tuple(validValue(schema, schemas), fc.nat(), junk, fc.constantFrom("replace", "remove", "add", "whole"))
    .map(([value, place, wrong, how]) => {
      if (how === "whole" || typeof value !== "object" || value === null) return wrong;
      const entries = Object.entries(value);
      const index = entries.length === 0 ? 0 : place % entries.length;
      if (how === "add" || entries.length === 0) entries.push(["__proto__", wrong], ["unknown", wrong]);
      else if (how === "remove") entries.splice(index, 1);
      else entries[index] = [entries[index]?.[0] ?? "", wrong];
      if (Array.isArray(value)) return entries.map(([, item]) => item as unknown);
      // `Object.fromEntries` makes an own property of "__proto__", as JSON.parse does.
      return Object.fromEntries(entries);
    });
}
