/** What an operator can do, in one module that is loaded with the first request. */
export * from "./actions.ts";
export * from "./generations.ts";
export * from "./overview.ts";
export * from "./users.ts";
