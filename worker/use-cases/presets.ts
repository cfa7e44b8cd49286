import type { PresetRecord } from "../api/preset.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import type { PresetBody, PresetChange } from "../api/schemas/requests/preset.ts";
import { type Principal, readAs } from "../auth/principal.ts";
import { databaseFor } from "../db/client.ts";
import * as rows from "../db/presets.ts";
import type { SessionClaim } from "../db/users.ts";
import { MAX_PRESETS } from "../shared/organize.ts";
import type { Deps } from "./deps.ts";

const presetNotFound = () => refuse("not_found", "There is no such preset.");

/** All presets of the user, oldest first. */
export async function listPresets(
  { env }: Pick<Deps, "env">,
  claim: SessionClaim,
): Promise<Result<PresetRecord[]>> {
  const db = databaseFor(env, claim.userId);
  const listed = await readAs(db, claim, rows.presetsOf(db, claim.userId));
  return listed.ok ? ok(listed.value.value) : listed;
}

export async function createPreset(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  { name, prompt, model, options, style }: PresetBody,
): Promise<Result<PresetRecord>> {
  const record: PresetRecord = {
    id: crypto.randomUUID(),
    name,
    prompt: prompt ?? null,
    model: model ?? null,
    options: definedOf(options ?? {}),
    style: style ?? null,
    createdAt: Date.now(),
  };
  const created = await rows.insertPreset(databaseFor(env, userId), userId, record);
  return created ? ok(created) : refuse("maximum_reached", `You can have at most ${MAX_PRESETS} presets.`);
}

export async function changePreset(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  { id, change }: { id: string; change: PresetChange },
): Promise<Result<PresetRecord>> {
  const { options, ...others } = definedOf(change);
  const values = { ...others, ...(options && { options: definedOf(options) }) };
  const changed = await rows.updatePreset(databaseFor(env, userId), userId, id, values);
  return changed ? ok(changed) : presetNotFound();
}

export async function deletePreset(
  { env }: Pick<Deps, "env">,
  { userId }: Principal,
  id: string,
): Promise<Result<null>> {
  return (await rows.deletePreset(databaseFor(env, userId), userId, id)) ? ok(null) : presetNotFound();
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** The fields that are set. */
function definedOf<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
