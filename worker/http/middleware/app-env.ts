import type { Context } from "hono";
import type { Caller } from "../../auth/caller.ts";
import type { Principal } from "../../auth/principal.ts";
import type { Operator } from "../../db/operator/actions.ts";

export type AppEnv = { Bindings: Env };

/** The context of any handler, whatever its middleware has set: `Context` itself is invariant in its variables. */
export type AppContext = Omit<Context<AppEnv>, "get" | "set" | "var">;

/** Behind `withCaller` or `withSession`: the claim is not compared with the user's row yet. */
export type WithCaller = AppEnv & { Variables: { caller: Caller } };

/** Behind `withPrincipal`. */
export type WithPrincipal = AppEnv & { Variables: { caller: Caller; principal: Principal } };

/** Behind `adminOnly`. */
export type WithOperator = AppEnv & { Variables: { operator: Operator } };
