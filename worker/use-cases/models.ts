/** The models that the studio offers. */
import type { Model, Session } from "../api/schemas/session.ts";
import { defaultModel, settingsOf } from "../config/settings.ts";
import { commonDatabase } from "../db/client.ts";
import { listSchemas, type StoredSchema } from "../db/models.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { MODELS } from "../shared/models.ts";
import { optionsIn, parseInputSchema } from "../skytells/model-options.ts";

export type Offer = Pick<Session, "models" | "retiredModels"> & { schemas: StoredSchema[] };

/** The models with the options that each accepts, as far as the studio knows. Does not wait for Skytells. */
export async function listModels(env: Env): Promise<Offer> {
  const settings = settingsOf(env);
  const schemas = await storedSchemas(env, settings.skytells.url);
  const defaultId = defaultModel(settings).id;
  const models = settings.models.map((model): Model => {
    const stored = schemas.find(({ slug }) => slug === model.id);
    const options = optionsIn(stored ? parseInputSchema(stored.inputSchema) : null);
    return { ...model, default: model.id === defaultId, options };
  });
  const retiredModels = schemas.flatMap(({ slug, label }) => {
    const known = label ?? MODELS.find(({ id }) => id === slug)?.label;
    const isRetired = known !== undefined && models.every(({ id }) => id !== slug);
    return isRetired ? [{ id: slug, label: known }] : [];
  });
  return { models, ...(retiredModels.length > 0 && { retiredModels }), schemas };
}

/** Empty if D1 does not answer: the page still works for a visitor. */
async function storedSchemas(env: Env, apiUrl: string): Promise<StoredSchema[]> {
  try {
    return await listSchemas(commonDatabase(env), apiUrl);
  } catch (error) {
    logError("model_schemas_unavailable", { reason: reasonOf(error) });
    return [];
  }
}

export function isOffered(env: Env, model: string): boolean {
  return settingsOf(env).models.some(({ id }) => id === model);
}

export async function wasOffered(env: Env, model: string): Promise<boolean> {
  if (MODELS.some(({ id }) => id === model)) return true;
  const stored = await listSchemas(commonDatabase(env), settingsOf(env).skytells.url);
  return stored.some(({ slug }) => slug === model);
}
