/** Sign-in. */
import * as z from "zod";
import type { Plan } from "../../../shared/plans.ts";

/** Body of `POST /api/auth/dev`. */
export const devSignInBody = z.strictObject({ email: z.email().max(254).toLowerCase() });

export const plan = z.enum(["free", "pro"] satisfies Plan[]);
