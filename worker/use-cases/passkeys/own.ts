/** The passkeys of a signed-in user. Imported with the first request. */
import { presentPasskey } from "../../api/passkey.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import type { Passkey, PasskeyList } from "../../api/schemas/passkey.ts";
import { type Principal, readAs } from "../../auth/principal.ts";
import { databaseFor } from "../../db/client.ts";
import * as rows from "../../db/passkeys/passkeys.ts";
import { userRead } from "../../db/user-read.ts";
import type { SessionClaim } from "../../db/users.ts";
import { log } from "../../lib/log.ts";
import type { Deps } from "../deps.ts";

const noPasskey = () => refuse("not_found", "There is no such passkey.");

export async function listPasskeys(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
): Promise<Result<PasskeyList>> {
  const db = databaseFor(env, claim.userId);
  const own = rows.passkeysOf(db, claim.userId);
  const other = rows.otherIdentityOf(db, claim.userId);
  const both = userRead([own.statements[0], other.statements[0]], ([passkeys, identities]) => ({
    passkeys: own.valueOf([passkeys]).map(presentPasskey),
    hasOtherSignIn: other.valueOf([identities]),
  }));
  const listed = await readAs(db, claim, both);
  return listed.ok ? ok(listed.value.value) : listed;
}

export async function renamePasskey(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  id: string,
  name: string,
): Promise<Result<Passkey>> {
  const renamed = await rows.renamePasskey(databaseFor(env, userId), userId, id, name);
  return renamed ? ok(presentPasskey(renamed)) : noPasskey();
}

/** Sessions that it began stay. */
export async function deletePasskey(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  id: string,
): Promise<Result<null>> {
  if (!(await rows.deletePasskey(databaseFor(env, userId), userId, id))) return noPasskey();
  log("passkey_removed", { user: userId });
  return ok(null);
}
