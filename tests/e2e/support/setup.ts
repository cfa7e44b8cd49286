/** Before the tests of each file: the shared app, which is started while other projects are tested. */
import { beforeAll, inject } from "vitest";
import { ready } from "./app.ts";

beforeAll(() => ready(inject("app").url));
