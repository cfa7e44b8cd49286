/** Requests about presets. */
import * as z from "zod";
import { modelId, promptOfAnyModel, requestedOptions, styleId } from "./generation.ts";
import { name } from "./name.ts";

const options = z.strictObject(requestedOptions);

/** Body of `POST /api/presets`. */
export const presetBody = z.strictObject({
  name,
  prompt: promptOfAnyModel.optional(),
  model: modelId.optional(),
  options: options.optional(),
  style: styleId.optional(),
});
export type PresetBody = z.infer<typeof presetBody>;

/** Body of `PATCH /api/presets/:id`: what changes. Null removes; `options` are replaced as a whole. */
export const presetChange = z
  .strictObject({
    name: name.optional(),
    prompt: promptOfAnyModel.nullish(),
    model: modelId.nullish(),
    options: options.optional(),
    style: styleId.nullish(),
  })
  .refine(
    (change) => Object.values(change).some((value) => value !== undefined),
    "The request changes nothing.",
  );
export type PresetChange = z.infer<typeof presetChange>;
