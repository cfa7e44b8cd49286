import type { Session } from "../../auth/session.ts";

/** What a handler finds in its context. `session` only behind `signedIn`. */
export type AppEnv = { Bindings: Env; Variables: { session: Session } };
