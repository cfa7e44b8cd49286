/**
 * The options of a model by its `input_schema`, and the input of a create. Sources disagree on how a size is requested, so
 * an optional input is sent only if the schema has it.
 */
import * as z from "zod";
import { ASPECT_RATIOS, type AspectRatio, MAX_COUNT, MAX_SEED, type ModelId } from "../shared/models.ts";
import { countCodePoints, MAX_PROMPT_LENGTH, MAX_PROMPT_LENGTH_OF_ANY_MODEL } from "../shared/prompt.ts";
import { withStyle } from "../shared/styles.ts";
import type { GenerateBody } from "../api/schemas/requests/generation.ts";
import type { GenerationOptions } from "../api/schemas/generation.ts";
import type { ModelOptions } from "../api/schemas/session.ts";
import type { Settings } from "../config/settings.ts";
import { logError } from "../lib/log.ts";
import { getModel } from "./client.ts";
import { type ImageInput, imageInputIn, urlProperty } from "./image-input.ts";

const property = urlProperty.extend({
  enum: z.array(z.unknown()).nullish().catch(null),
  maximum: z.number().nullish().catch(null),
  maxLength: z.int().min(1).nullish().catch(null),
});
const model = z.object({
  input_schema: z.object({ properties: z.record(z.string(), property.catch({})) }),
});
export type InputSchema = z.infer<typeof model>["input_schema"]["properties"];
const properties = z.record(z.string(), property.catch({}));

export const MODEL_TIMEOUT_MS = 4_000;

/** The model's live schema; `{}` if the model or a readable schema does not exist. Null: no response. */
export async function fetchInputSchema(
  settings: Settings,
  id: ModelId,
): Promise<{ schema: InputSchema; exists: boolean } | null> {
  const response = await getModel(settings.skytells, id, MODEL_TIMEOUT_MS);
  if (response.kind === "unavailable") return null;
  // The operator offers a model that Skytells does not have, or has ended.
  if (response.kind === "absent") logError("model_unknown", { model: id });
  const found = response.kind === "found" ? model.safeParse(response.body) : null;
  const schema = found?.success ? found.data.input_schema.properties : {};
  return { schema, exists: response.kind === "found" };
}

/** Parses a stored schema, perhaps of another version; `{}` if it cannot be read. */
export function parseInputSchema(json: string): InputSchema {
  try {
    return properties.catch({}).parse(JSON.parse(json));
  } catch {
    return {};
  }
}

function ratiosIn(schema: InputSchema): AspectRatio[] {
  const ratio = schema.aspect_ratio;
  if (ratio) return ASPECT_RATIOS.filter((value) => !ratio.enum || ratio.enum.includes(value));
  return schema.width && schema.height ? [...ASPECT_RATIOS] : [];
}

/** The numbers of images that the model makes at once. */
function countsIn(schema: InputSchema): number[] {
  const { maximum, enum: allowed } = schema.number_of_images ?? schema.num_outputs ?? { maximum: 1 };
  return Array.from({ length: MAX_COUNT }, (_, index) => index + 1).filter(
    (count) => count <= (maximum ?? MAX_COUNT) && (!allowed || allowed.includes(count)),
  );
}

export function optionsIn(schema: InputSchema | null): ModelOptions {
  if (!schema) return {};
  const ratios = ratiosIn(schema);
  const most = Math.max(...countsIn(schema));
  const maxLength = schema.prompt?.maxLength;
  return {
    ...(ratios.length > 0 && { aspectRatio: ratios }),
    ...(schema.seed && { seed: true as const }),
    ...(schema.negative_prompt && { negativePrompt: true as const }),
    ...(most > 1 && { count: most }),
    ...(imageInputIn(schema) && { reference: true as const }),
    ...(maxLength && { maxPromptLength: Math.min(maxLength, MAX_PROMPT_LENGTH_OF_ANY_MODEL) }),
  };
}

/** An upscaler may take an image alone. */
const takesPrompt = (schema: InputSchema | null) =>
  !schema || schema.prompt !== undefined || imageInputIn(schema) === null;

/** The prompt length that the model allows, if the prompt with its style exceeds it; else null. */
export function exceededPromptLength(
  schema: InputSchema | null,
  { prompt, style }: GenerateBody,
): number | null {
  if (!takesPrompt(schema)) return null;
  const { maxPromptLength = MAX_PROMPT_LENGTH } = optionsIn(schema);
  return countCodePoints(withStyle(prompt, style)) > maxPromptLength ? maxPromptLength : null;
}

/** Whether the request has options other than the prompt and the model. */
export function asksForOptions(asked: GenerateBody): boolean {
  const { aspectRatio, seed, negativePrompt, count = 1, reference } = asked;
  const hasChoice = aspectRatio !== undefined || seed !== undefined || Boolean(negativePrompt);
  return hasChoice || count > 1 || reference !== undefined;
}

/** The first requested option that the model does not accept, or null. It is rejected, never dropped from a paid job. */
export function unsupportedOption(
  schema: InputSchema | null,
  asked: GenerateBody,
): keyof GenerationOptions | null {
  const options = optionsIn(schema);
  if (asked.aspectRatio && !options.aspectRatio?.includes(asked.aspectRatio)) return "aspectRatio";
  if (asked.seed !== undefined && !options.seed) return "seed";
  if (asked.negativePrompt && !options.negativePrompt) return "negativePrompt";
  if (asked.reference && !options.reference) return "reference";
  const { count = 1 } = asked;
  if (count > 1 && !(schema && countsIn(schema).includes(count))) return "count";
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

/** With this many seeds, two users do not draw the same one within seconds. */
const DISTINCT_SEEDS = 2 ** 24;

/**
 * The input for Skytells, and the options to store with the generation, including the seed. `drewSeed`: the input has a
 * random seed that no other generation has.
 */
export function buildInput(
  asked: GenerateBody,
  schema: InputSchema | null,
  reference: { input: ImageInput; url: string; shown: GenerationOptions["reference"] } | null = null,
): { input: Record<string, unknown>; options: GenerationOptions; drewSeed: boolean } {
  // Always sends a seed if the model has one: then equal prompts have different inputs, which identify a lost create.
  const most = Math.min(schema?.seed?.maximum ?? MAX_SEED, MAX_SEED);
  const seed = schema?.seed ? (asked.seed ?? randomSeed(most)) : undefined;
  const { aspectRatio: ratio, count = 1 } = asked;
  return {
    input: {
      ...(takesPrompt(schema) && { prompt: withStyle(asked.prompt, asked.style) }),
      ...(ratio && schema?.aspect_ratio && { aspect_ratio: ratio }),
      ...(ratio && schema && !schema.aspect_ratio && sizeOf(ratio, schema)),
      ...(asked.negativePrompt && { negative_prompt: asked.negativePrompt }),
      ...(seed !== undefined && { seed }),
      ...(schema?.number_of_images && { number_of_images: count }),
      ...(schema?.num_outputs && { num_outputs: count }),
      ...(reference && {
        [reference.input.property]: reference.input.isList ? [reference.url] : reference.url,
      }),
    },
    options: {
      ...(ratio && { aspectRatio: ratio }),
      ...(seed !== undefined && { seed }),
      ...(asked.negativePrompt && { negativePrompt: asked.negativePrompt }),
      ...(asked.style && { style: asked.style }),
      ...(count > 1 && { count }),
      ...(reference?.shown && { reference: reference.shown }),
    },
    drewSeed: seed !== undefined && asked.seed === undefined && most >= DISTINCT_SEEDS,
  };
}

function randomSeed(maximum: number): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) % (maximum + 1);
}
