/** Waits for the shared app before the tests of each file; it starts while tests of other projects run. */
import { beforeAll, inject } from "vitest";
import { loadModelSchemas, ready } from "./app.ts";

beforeAll(async () => {
  const { url } = inject("app");
  await ready(url);
  // A stranger has no options before a user has signed in.
  await loadModelSchemas(url);
});
