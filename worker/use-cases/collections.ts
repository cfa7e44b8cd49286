import type { CollectionRecord } from "../api/collection.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import { collectionNotFound } from "../api/refusals.ts";
import type { BulkResult } from "../api/schemas/generation.ts";
import { type Principal, readAs } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import * as rows from "../db/collections.ts";
import type { SessionClaim } from "../db/users.ts";
import { MAX_COLLECTIONS } from "../shared/organize.ts";
import { bulkResultOf } from "./bulk-result.ts";
import type { Deps } from "./deps.ts";

/** All collections of the user, newest first. */
export async function listCollections(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
): Promise<Result<CollectionRecord[]>> {
  const db = databaseFor(env, claim.userId);
  const listed = await readAs(db, claim, rows.collectionsOf(db, claim.userId));
  return listed.ok ? ok(listed.value.value) : listed;
}

export async function createCollection(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  name: string,
): Promise<Result<CollectionRecord>> {
  const collection = { id: crypto.randomUUID(), name, createdAt: Date.now() };
  const created = await rows.insertCollection(databaseFor(env, userId), userId, collection);
  if (created) return ok(created);
  return refuse("maximum_reached", `You can have at most ${MAX_COLLECTIONS} collections.`);
}

export async function renameCollection(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  { id, name }: { id: string; name: string },
): Promise<Result<CollectionRecord>> {
  const renamed = await rows.renameCollection(databaseFor(env, userId), userId, id, name);
  return renamed ? ok(renamed) : collectionNotFound();
}

/** Its images stay. */
export async function deleteCollection(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  id: string,
): Promise<Result<null>> {
  const isDeleted = await rows.deleteCollection(databaseFor(env, userId), userId, id);
  return isDeleted ? ok(null) : collectionNotFound();
}

/** Adds the user's images among these ids to a collection, or removes them from it. */
export async function changeCollectionItems(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  { id, ids, action }: { id: string; ids: string[]; action: "collect" | "uncollect" },
): Promise<Result<BulkResult>> {
  const change = action === "collect" ? rows.addToCollection : rows.removeFromCollection;
  const done = await change(databaseFor(env, userId), userId, id, ids);
  return done ? ok(bulkResultOf(ids, done)) : collectionNotFound();
}
