import { Hono } from "hono";
import type { AppEnv } from "../middleware/app-env.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { signedIn, signedOut } from "../middleware/session.ts";
import { problemResponse } from "../../api/problem.ts";
import { accountExport } from "./export.ts";
import { callStudio } from "../../studio/client.ts";

export const account = new Hono<AppEnv>()
  .route("/export", accountExport)
  .delete("/", sameOrigin, signedIn, async (c) => {
    const { userId, epoch } = c.var.session;
    const result = await callStudio(c.env, userId, (studio) =>
      studio.deleteAccount(userId, { userId, epoch }),
    );
    return result.ok ? signedOut(c) : problemResponse(result.refusal);
  });
