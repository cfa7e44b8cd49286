/** The stored form of a preset, and its form in the API. */
import type * as z from "zod";
import { findStyle } from "../shared/styles.ts";
import { type generationOptions, presentOptions } from "./generation.ts";
import type { Preset } from "./schemas/preset.ts";

export type PresetRecord = {
  id: string;
  name: string;
  prompt: string | null;
  /** Perhaps a model that is no longer offered. */
  model: string | null;
  options: z.infer<typeof generationOptions>;
  /** Perhaps a style of another version. */
  style: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
};

export function presentPreset({ id, name, prompt, model, options, style, createdAt }: PresetRecord): Preset {
  const known = findStyle(style);
  return {
    id,
    name,
    ...(prompt !== null && { prompt }),
    ...(model !== null && { model }),
    options: presentOptions(options),
    ...(known && { style: known.id }),
    createdAt: new Date(createdAt).toISOString(),
  };
}
