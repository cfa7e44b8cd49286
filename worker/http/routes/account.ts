import { problemResponse } from "../../api/problem.ts";
import { deleteAccount } from "../../use-cases/account.ts";
import { depsOf } from "../deps.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { withSession } from "../middleware/caller.ts";
import { signedOut } from "../middleware/session.ts";
import { accountExport } from "./export.ts";
import { newApp } from "../routing.ts";

export const account = newApp()
  .route("/export", accountExport)
  .delete("/", sameOrigin, withSession, async (c) => {
    const result = await deleteAccount(depsOf(c), c.var.caller);
    return result.ok ? signedOut(c) : problemResponse(result.refusal);
  });
