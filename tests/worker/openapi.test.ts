import { expect, it } from "vitest";
import { ROUTES } from "../../scripts/openapi/routes/index.ts";
import { app } from "../../worker/app.ts";

/** Other protocols, with descriptions of their own, and the operator's page. */
const IS_OTHER_PROTOCOL = /^\/(?:admin$|admin\/|mcp|oauth|\.well-known\/oauth)/;

it("the OpenAPI document has every route of the Worker's API, and no other", () => {
  const handled = app.routes
    .filter(({ method, path }) => method !== "ALL" && !path.endsWith("*") && !IS_OTHER_PROTOCOL.test(path))
    .map(({ method, path }) => `${method} ${path}`);
  const documented = ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(documented.toSorted()).toEqual([...new Set(handled)].toSorted());
});
