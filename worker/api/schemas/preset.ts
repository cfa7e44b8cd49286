/** Responses about presets. */
import * as z from "zod";
import { generationOptions } from "./generation.ts";
import { styleId } from "./requests/generation.ts";

export const preset = z.object({
  id: z.string(),
  name: z.string(),
  prompt: z.string().exactOptional(),
  /** Perhaps a model that is no longer offered. */
  model: z.string().exactOptional(),
  options: generationOptions.omit({ style: true, reference: true }),
  style: styleId.exactOptional(),
  createdAt: z.iso.datetime(),
});
export type Preset = z.infer<typeof preset>;

/** Response of the routes about one preset. */
export const presetResponse = z.object({ preset });
/** Response of `GET /api/presets`: all of them, oldest first. */
export const presetList = z.object({ presets: z.array(preset) });
