// Calls the use cases without HTTP: with a principal, without Hono.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { authorize, type Principal, principalOf } from "../../worker/auth/principal.ts";
import { databaseFor } from "../../worker/db/client.ts";
import type { UserRow } from "../../worker/db/users.ts";
import { cancelGeneration } from "../../worker/use-cases/cancel.ts";
import { deleteGeneration } from "../../worker/use-cases/delete.ts";
import { setFavorite, setFavorites } from "../../worker/use-cases/favorite.ts";
import { generate } from "../../worker/use-cases/generate.ts";
import { getGeneration } from "../../worker/use-cases/get.ts";
import { listGenerations } from "../../worker/use-cases/list.ts";
import { shareGeneration, unshareGeneration } from "../../worker/use-cases/share.ts";
import {
  generate as generateByHttp,
  newPrompt,
  newUser,
  ORIGIN,
  reaches,
  type Visitor,
} from "./support/app.ts";

/** The platform's part, with the work that would run after the response. */
function newDeps() {
  const work: Promise<unknown>[] = [];
  return { env: env as Env, origin: ORIGIN, waitUntil: (one: Promise<unknown>) => void work.push(one), work };
}

async function principalFor({ id }: Visitor): Promise<Principal> {
  const principal = await authorize(databaseFor(env, id), { userId: id, epoch: 0 });
  if (!principal.ok) throw new Error(principal.refusal.code);
  return principal.value;
}

const ROW: UserRow = {
  id: "user",
  email: "user@example.com",
  plan: "free",
  createdAt: 1,
  sessionEpoch: 3,
  suspendedAt: null,
  deletedAt: null,
  operator: false,
};
const CLAIM = { userId: "user", epoch: 3 };

describe("a principal", () => {
  it("is the claimed user, if the row agrees", () => {
    expect(principalOf(ROW, CLAIM)).toEqual({ ok: true, value: { ...CLAIM, user: ROW } });
  });

  it.each<[why: string, user: UserRow | undefined, code: string]>([
    ["there is no row", undefined, "unauthenticated"],
    ["the row is another user's", { ...ROW, id: "other" }, "unauthenticated"],
    ["the session has ended", { ...ROW, sessionEpoch: 4 }, "unauthenticated"],
    ["the account is being deleted", { ...ROW, deletedAt: 1 }, "unauthenticated"],
    ["the account is deleted and suspended", { ...ROW, deletedAt: 1, suspendedAt: 1 }, "unauthenticated"],
    ["the account is suspended", { ...ROW, suspendedAt: 1 }, "suspended"],
  ])("does not exist if %s", (_, user, code) => {
    expect(principalOf(user, CLAIM)).toMatchObject({ ok: false, refusal: { code } });
  });

  it("cannot be replaced by a claim: that does not compile", () => {
    const deps = newDeps();
    // @ts-expect-error A claim has not been compared with the user's row.
    const write = () => setFavorite(deps, CLAIM, { id: "x", favorite: true });
    expect(write).toBeTypeOf("function");
  });
});

describe("a use case", () => {
  it("generates, reads, lists, marks, shares and deletes for a principal", async () => {
    const user = await newUser();
    const principal = await principalFor(user);
    const deps = newDeps();
    const body = { prompt: newPrompt("terminal"), model: "truefusion-pro" as const };
    const made = await generate(deps, principal, { body, idempotencyKey: null });
    if (!made.ok) throw new Error(made.refusal.detail);
    const { id } = made.value;
    await reaches(user, id, "succeeded");

    expect(await getGeneration(deps, principal, id)).toMatchObject({ ok: true, value: { id } });
    const page = await listGenerations(deps, principal, { limit: 5, position: null, filters: {} });
    expect(page).toMatchObject({ ok: true, value: { records: [{ id }], next: null } });
    expect(await setFavorite(deps, principal, { id, favorite: true })).toMatchObject({
      value: { favorite: true },
    });
    expect(await setFavorites(deps, principal, { ids: [id, "x"], favorite: false })).toEqual({
      done: [id],
      missing: ["x"],
      failed: [],
    });
    const shared = await shareGeneration(deps, principal, { id, showPrompt: undefined });
    expect(await shareGeneration(deps, principal, { id, showPrompt: true })).toEqual(shared);
    expect(await unshareGeneration(deps, principal, id)).toMatchObject({ value: { shareToken: null } });
    expect(await cancelGeneration(deps, principal, id)).toMatchObject({
      refusal: { code: "already_finished" },
    });
    expect(await deleteGeneration(deps, principal, id)).toEqual({ ok: true, value: null });
    expect(await getGeneration(deps, principal, id)).toMatchObject({ refusal: { code: "not_found" } });
    await Promise.all(deps.work);
  });

  it("does not reach another user's generation", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const { id } = await generateByHttp(owner, newPrompt("terminal"));
    await reaches(owner, id, "succeeded");
    const principal = await principalFor(other);
    const deps = newDeps();
    const missing = { ok: false, refusal: { code: "not_found" } };
    expect(await getGeneration(deps, principal, id)).toMatchObject(missing);
    expect(await setFavorite(deps, principal, { id, favorite: true })).toMatchObject(missing);
    expect(await shareGeneration(deps, principal, { id, showPrompt: true })).toMatchObject(missing);
    expect(await unshareGeneration(deps, principal, id)).toMatchObject(missing);
    expect(await deleteGeneration(deps, principal, id)).toMatchObject(missing);
    expect((await reaches(owner, id, "succeeded")).favorite).toBe(false);
  });
});
