/** Waits for the shared app before the tests of each file; it starts while tests of other projects run. */
import { beforeAll, inject } from "vitest";
import { ready } from "./app.ts";

beforeAll(() => ready(inject("app").url));
