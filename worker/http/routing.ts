/** Hono with one router: its default has a second one, which costs 1.5 KB of the gzipped bundle. */
import { HonoBase } from "hono/hono-base";
import { TrieRouter } from "hono/router/trie-router";
import type { AppEnv } from "./middleware/app-env.ts";

export const newApp = <E extends AppEnv = AppEnv>() => new HonoBase<E>({ router: new TrieRouter() });
