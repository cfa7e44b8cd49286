import type { Context } from "hono";
import type { Principal } from "../../auth/principal.ts";
import type { Session } from "../../auth/session.ts";

export type AppEnv = { Bindings: Env };

/** The context of any handler, whatever its middleware has set: `Context` itself is invariant in its variables. */
export type AppContext = Omit<Context<AppEnv>, "get" | "set" | "var">;

/** Behind `withSessionToken`: the session is signed, and not compared with the user's row yet. */
export type WithSession = AppEnv & { Variables: { session: Session } };

/** Behind `withPrincipal`. */
export type WithPrincipal = AppEnv & { Variables: { session: Session; principal: Principal } };
