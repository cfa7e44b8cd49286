import * as z from "zod";

const ratios = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"] as const;

/** JSON Schema counts code points; zod's own `max` counts UTF-16 units. */
const promptOf = (maxLength: number) =>
  z
    .string()
    .min(1)
    .refine((text) => Array.from(text).length <= maxLength, `at most ${maxLength} characters`)
    .describe("What the image shows.");
const prompt = promptOf(4_000);
const limitedPrompt = promptOf(2_000).meta({ maxLength: 2_000 });
const seed = z
  .int()
  .min(0)
  .max(2_147_483_647)
  .optional()
  .describe("The same prompt and seed generate the same image.");
const aspect_ratio = z.enum(ratios).default("1:1");
const number_of_images = z.int().min(1).max(4).default(1);
const negative_prompt = z.string().max(2000).optional().describe("What the image must not show.");

const full = z.strictObject({ prompt, aspect_ratio, number_of_images, seed, negative_prompt });
/** Only this schema has the maximum length of a prompt. */
const withPromptLimit = full.extend({ prompt: limitedPrompt });
const draft = z.strictObject({ prompt, seed });

const image = z.url({ protocol: /^https?$/ });
const edit = full.extend({ image: image.optional().describe("The image to start from.") });
const blend = draft.extend({
  input_images: z.array(image).max(4).optional().describe("The images to combine."),
});
/** Takes no prompt. */
const upscale = z.strictObject({ image: image.describe("The image to enlarge.") });

/** The properties that can hold the URL of a reference image. */
export const REFERENCE_PROPERTIES = ["image", "input_images"] as const;

export type Model = {
  slug: string;
  name: string;
  input: typeof full | typeof withPromptLimit | typeof draft | typeof edit | typeof blend | typeof upscale;
  /** Milliseconds from create to end, at speed 1. */
  durationMs: readonly [min: number, max: number];
  /** The probability that the create responds with the ended prediction. */
  terminalProbability: number;
};

export const MODELS: readonly Model[] = [
  {
    slug: "truefusion-pro",
    name: "TrueFusion Pro",
    input: full,
    durationMs: [4000, 8000],
    terminalProbability: 0,
  },
  {
    slug: "truefusion-edge",
    name: "TrueFusion Edge",
    input: draft,
    durationMs: [300, 900],
    terminalProbability: 0.7,
  },
  {
    slug: "truefusion-2.0",
    name: "TrueFusion 2.0",
    input: withPromptLimit,
    durationMs: [8000, 15_000],
    terminalProbability: 0,
  },
  {
    slug: "truefusion-edit",
    name: "TrueFusion Edit",
    input: edit,
    durationMs: [4000, 8000],
    terminalProbability: 0,
  },
  {
    slug: "truefusion-blend",
    name: "TrueFusion Blend",
    input: blend,
    durationMs: [4000, 8000],
    terminalProbability: 0,
  },
  {
    slug: "upscaler",
    name: "Upscaler",
    input: upscale,
    durationMs: [2000, 4000],
    terminalProbability: 0,
  },
];

/** Enlarges its reference image instead of painting. */
export const isUpscaler = (model: Model) => model.input === upscale;

export function findModel(name: string): Model | undefined {
  const slug = name.slice(name.lastIndexOf("/") + 1);
  return MODELS.find((model) => model.slug === slug);
}

export function describeModel(model: Model, withSchemas: boolean) {
  return {
    name: model.name,
    slug: model.slug,
    vendor: { name: "Skytells", slug: "skytells" },
    type: "image",
    privacy: "public",
    ...(withSchemas && {
      input_schema: z.toJSONSchema(model.input, { io: "input" }),
      output_schema: { type: "array", items: { type: "string", format: "uri" } },
    }),
  };
}

export type Size = { width: number; height: number };

const SIZES: Readonly<Record<string, Size>> = {
  "1:1": { width: 1024, height: 1024 },
  "16:9": { width: 1344, height: 768 },
  "9:16": { width: 768, height: 1344 },
  "4:3": { width: 1152, height: 864 },
  "3:4": { width: 864, height: 1152 },
  "3:2": { width: 1248, height: 832 },
  "2:3": { width: 832, height: 1248 },
};

const UPSCALE_FACTOR = 2;

export function sizeOf(model: Model, input: Record<string, unknown>, reference: Size | null): Size {
  if (isUpscaler(model) && reference !== null) {
    return { width: reference.width * UPSCALE_FACTOR, height: reference.height * UPSCALE_FACTOR };
  }
  if (model.input === draft || model.input === blend) return { width: 512, height: 512 };
  return SIZES[String(input["aspect_ratio"])] ?? { width: 1024, height: 1024 };
}
