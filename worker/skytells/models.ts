/**
 * What a model takes besides a prompt, read from its live `input_schema`, and the input made from it. Sources
 * disagree on how a size is asked for, so an optional input is sent only where the schema has it.
 */
import * as z from "zod";
import {
  ASPECT_RATIOS,
  type AspectRatio,
  countCodePoints,
  MAX_PROMPT_LENGTH,
  MAX_PROMPT_LENGTH_OF_ANY_MODEL,
  MAX_SEED,
  MODELS,
  type ModelId,
} from "../catalog.ts";
import type { GenerateBody, GenerationOptions, ModelOptions } from "../contract.ts";
import type { Settings } from "../env.ts";
import { getModel } from "./client.ts";

const property = z.object({
  enum: z.array(z.unknown()).nullish().catch(null),
  maximum: z.number().nullish().catch(null),
  maxLength: z.int().min(1).nullish().catch(null),
});
const model = z.object({
  input_schema: z.object({ properties: z.record(z.string(), property.catch({})) }),
});
type InputSchema = z.infer<typeof model>["input_schema"]["properties"];

const FRESH_MS = 60 * 60 * 1000;
/** After a failure, so that every generate does not wait for an API that is down. */
const RETRY_MS = 30_000;
const TIMEOUT_MS = 4_000;

/** `schema` is null while Skytells has not said. */
type Entry = { schema: InputSchema | null; askAgainAt: number };

// Per isolate: schemas change rarely, and the last known one is better than none.
const known = new Map<string, Entry>();
/** When it was last asked for. Not the promise: that dies with the object or request that asked, and others would wait for ever. */
const askedAt = new Map<string, number>();

const keyOf = (settings: Settings, id: ModelId) => `${settings.skytells.url} ${id}`;

function isStale(settings: Settings, id: ModelId, now: number): boolean {
  return (known.get(keyOf(settings, id))?.askAgainAt ?? 0) <= now;
}

/** No model, or none whose schema is understood: then it takes a prompt and nothing else. */
function schemaIn(answer: { kind: "found"; body: unknown } | { kind: "absent" }): InputSchema {
  const found = answer.kind === "found" ? model.safeParse(answer.body) : null;
  return found?.success ? found.data.input_schema.properties : {};
}

/** Somebody has asked, and may have the answer soon. */
function isAsked(settings: Settings, id: ModelId, now: number): boolean {
  return (askedAt.get(keyOf(settings, id)) ?? 0) > now - TIMEOUT_MS;
}

async function ask(settings: Settings, id: ModelId): Promise<void> {
  const key = keyOf(settings, id);
  askedAt.set(key, Date.now());
  const answer = await getModel(settings.skytells, id, TIMEOUT_MS);
  const now = Date.now();
  known.set(
    key,
    answer.kind === "unavailable"
      ? { schema: known.get(key)?.schema ?? null, askAgainAt: now + RETRY_MS }
      : { schema: schemaIn(answer), askAgainAt: now + FRESH_MS },
  );
}

/** The model's schema, asked for if it is not known or older than an hour; null while Skytells cannot be asked. */
export async function inputSchema(settings: Settings, id: ModelId): Promise<InputSchema | null> {
  const now = Date.now();
  if (isStale(settings, id, now)) {
    // An old schema serves while the new one is fetched.
    if (!known.get(keyOf(settings, id))?.schema) await ask(settings, id);
    else if (!isAsked(settings, id, now)) void ask(settings, id);
  }
  return known.get(keyOf(settings, id))?.schema ?? null;
}

/** What is known of a model's options now, without waiting for anything; null while nothing is. */
export function knownOptions(settings: Settings, id: ModelId): ModelOptions | null {
  const schema = known.get(keyOf(settings, id))?.schema;
  return schema ? optionsIn(schema) : null;
}

/** Refreshes what is not fresh; for the background of a request. Null: all is fresh. */
export function refreshModels(settings: Settings): Promise<unknown> | null {
  const now = Date.now();
  const stale = MODELS.filter(({ id }) => isStale(settings, id, now) && !isAsked(settings, id, now));
  return stale.length > 0 ? Promise.all(stale.map((entry) => ask(settings, entry.id))) : null;
}

function ratiosIn(schema: InputSchema): AspectRatio[] {
  const ratio = schema.aspect_ratio;
  if (ratio) return ASPECT_RATIOS.filter((value) => !ratio.enum || ratio.enum.includes(value));
  return schema.width && schema.height ? [...ASPECT_RATIOS] : [];
}

export function optionsIn(schema: InputSchema | null): ModelOptions {
  if (!schema) return {};
  const ratios = ratiosIn(schema);
  const maxLength = schema.prompt?.maxLength;
  return {
    ...(ratios.length > 0 && { aspectRatio: ratios }),
    ...(schema.seed && { seed: true as const }),
    ...(schema.negative_prompt && { negativePrompt: true as const }),
    ...(maxLength && { maxPromptLength: Math.min(maxLength, MAX_PROMPT_LENGTH_OF_ANY_MODEL) }),
  };
}

/** The prompt length that the model allows, if the prompt exceeds it; else null. */
export function exceededPromptLength(schema: InputSchema | null, prompt: string): number | null {
  const { maxPromptLength = MAX_PROMPT_LENGTH } = optionsIn(schema);
  return countCodePoints(prompt) > maxPromptLength ? maxPromptLength : null;
}

/** Whether the request asks for more than a picture of a prompt. */
export function asksForOptions({ aspectRatio, seed, negativePrompt }: GenerateBody): boolean {
  return aspectRatio !== undefined || seed !== undefined || Boolean(negativePrompt);
}

/** The first option asked for that the model does not take, or null. It is refused, never dropped from a paid job. */
export function unsupportedOption(
  schema: InputSchema | null,
  asked: GenerateBody,
): keyof GenerationOptions | null {
  const options = optionsIn(schema);
  if (asked.aspectRatio && !options.aspectRatio?.includes(asked.aspectRatio)) return "aspectRatio";
  if (asked.seed !== undefined && !options.seed) return "seed";
  if (asked.negativePrompt && !options.negativePrompt) return "negativePrompt";
  return null;
}

/** About a megapixel, in steps that image models like. */
const SIZE_OF: Record<AspectRatio, [width: number, height: number]> = {
  "1:1": [1024, 1024],
  "16:9": [1344, 768],
  "9:16": [768, 1344],
  "4:3": [1152, 896],
  "3:4": [896, 1152],
  "3:2": [1216, 832],
  "2:3": [832, 1216],
};

function sizeOf(ratio: AspectRatio, schema: InputSchema): { width: number; height: number } {
  const [width, height] = SIZE_OF[ratio];
  const scale = Math.min(
    1,
    (schema.width?.maximum ?? width) / width,
    (schema.height?.maximum ?? height) / height,
  );
  const fit = (pixels: number) => Math.floor((pixels * scale) / 64) * 64;
  return { width: fit(width), height: fit(height) };
}

/** From so many on, no two people draw the same within the seconds that matter. */
const DISTINCT_SEEDS = 2 ** 24;

/**
 * What is sent to Skytells, and the options to keep with the picture (the seed included, asked for or drawn).
 * `drewSeed`: the input has a random seed that nobody else's has.
 */
export function buildInput(
  asked: GenerateBody,
  schema: InputSchema | null,
): { input: Record<string, unknown>; options: GenerationOptions; drewSeed: boolean } {
  // A seed is always sent where there can be one: two equal prompts then differ, and a lost answer can be told apart.
  const most = Math.min(schema?.seed?.maximum ?? MAX_SEED, MAX_SEED);
  const seed = schema?.seed ? (asked.seed ?? randomSeed(most)) : undefined;
  const ratio = asked.aspectRatio;
  return {
    input: {
      prompt: asked.prompt,
      ...(ratio && schema?.aspect_ratio && { aspect_ratio: ratio }),
      ...(ratio && schema && !schema.aspect_ratio && sizeOf(ratio, schema)),
      ...(asked.negativePrompt && { negative_prompt: asked.negativePrompt }),
      ...(seed !== undefined && { seed }),
      ...(schema?.number_of_images && { number_of_images: 1 }),
      ...(schema?.num_outputs && { num_outputs: 1 }),
    },
    options: {
      ...(ratio && { aspectRatio: ratio }),
      ...(seed !== undefined && { seed }),
      ...(asked.negativePrompt && { negativePrompt: asked.negativePrompt }),
    },
    drewSeed: seed !== undefined && asked.seed === undefined && most >= DISTINCT_SEEDS,
  };
}

function randomSeed(maximum: number): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) % (maximum + 1);
}
