/** The OpenAPI document and the page that shows it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { openApiDocument, pathOf } from "../../scripts/openapi/document.ts";
import { referencePage } from "../../scripts/openapi/reference-page.ts";
import { WEBHOOK_EXAMPLES } from "../../scripts/openapi/examples.ts";
import { ROUTES } from "../../scripts/openapi/routes/index.ts";
import { root } from "../../scripts/run.ts";
import { PROBLEM_STATUS } from "../../worker/shared/error-codes.ts";
import { TEST_EVENT, WEBHOOK_EVENTS } from "../../worker/shared/webhooks.ts";

const document = openApiDocument("1.2.3");
const text = JSON.stringify(document);
const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path));

/** Every value of this key, anywhere in the document. */
function valuesOf(key: string, value: unknown = document): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...valuesOf(key, inner),
  ]);
}

describe("the document", () => {
  test("is OpenAPI 3.1 and has the project's version", () => {
    expect(document).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
  });

  test("has an operation with a name of its own for each route", () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ROUTES.length);
    expect(ids).toHaveLength(ROUTES.length);
  });

  test("has only JSON Schemas that a validator accepts", () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: "openapi", components: document.components });
    const schemas = new Set(valuesOf("schema").map((schema) => JSON.stringify(schema)));
    expect(schemas.size).toBeGreaterThan(20);
    for (const schema of schemas) {
      const absolute = JSON.parse(schema.replaceAll('"#/', '"openapi#/'));
      expect(() => ajv.compile(absolute), schema).not.toThrow();
    }
  });

  test("names only components that exist", () => {
    for (const reference of valuesOf("$ref")) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(String(reference))?.[1];
      expect(Object.keys(document.components?.schemas ?? {})).toContain(name);
    }
  });

  test("describes the webhooks that users' endpoints receive", () => {
    const webhooks = document.webhooks ?? {};
    expect(Object.keys(webhooks)).toEqual([...WEBHOOK_EVENTS, TEST_EVENT]);
    for (const [type, webhook] of Object.entries(webhooks)) {
      expect(JSON.stringify(webhook)).toContain(`"const":"${type}"`);
      expect(JSON.stringify(webhook)).toContain("webhook-signature");
    }
  });

  test("rejects unknown fields in requests, and accepts new ones in responses", () => {
    expect(document.components?.schemas?.["GenerateRequest"]).toMatchObject({ additionalProperties: false });
    expect(document.components?.schemas?.["Generation"]).not.toHaveProperty("additionalProperties");
  });

  test("says how long a prompt may be, which the schema checks in a transform", () => {
    expect(document.components?.schemas?.["GenerateRequest"]).toMatchObject({
      properties: { prompt: { type: "string", minLength: 1, maxLength: expect.any(Number) } },
    });
  });

  test("names each error code at one route at least", () => {
    const described = operations.flatMap(({ responses }) =>
      Object.values(responses as Record<string, { description: string }>).flatMap(({ description }) =>
        description.split(", "),
      ),
    );
    // Any route can have these two, for a wrong method and an unknown address.
    const codes = Object.keys(PROBLEM_STATUS).filter((code) => code !== "method_not_allowed");
    for (const code of codes) expect(described, code).toContain(code);
  });
});

describe("the page", () => {
  const html = referencePage("/assets/style.css");

  test("shows every route and every error code", () => {
    for (const route of ROUTES) expect(html).toContain(`<code>${pathOf(route)}</code>`);
    for (const code of Object.keys(PROBLEM_STATUS)) expect(html).toContain(`<code>${code}</code>`);
  });

  test("shows the fields of requests and responses", () => {
    const create = html.slice(
      html.indexOf("<h3>Create an image</h3>"),
      html.indexOf("<h3>Get a generation</h3>"),
    );
    expect(create).toMatch(/Body \(JSON\).*<code>aspectRatio<\/code> <small>optional<\/small>/s);
    expect(create).toMatch(/Response \(JSON\).*<a href="#generation"><code>Generation<\/code><\/a>/s);
    expect(html).toMatch(/id="generation".*<code>outputUrl<\/code>/s);
  });

  test("has neither a script nor an inline style, which its policy forbids", () => {
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  });

  test("shows how to verify webhooks, as docs/webhooks.md does", () => {
    const guide = readFileSync(join(root, "docs/webhooks.md"), "utf8");
    for (const example of Object.values(WEBHOOK_EXAMPLES)) {
      expect(guide).toContain(example);
      expect(html.replaceAll("&quot;", '"').replaceAll("&gt;", ">")).toContain(example);
    }
  });

  test("has headings and links that match", () => {
    for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${id}"`);
  });

  test("names no address of a machine", () => {
    expect(html + text).not.toMatch(/localhost|127\.0\.0\.1/);
  });
});
