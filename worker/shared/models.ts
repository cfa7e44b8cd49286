/** The models that the studio offers by default, and the options that models can have. */

/** Skytells' slug. The setting MODELS can offer any. */
export type ModelId = string;

export type OfferedModel = {
  id: ModelId;
  label: string;
  description: string;
  /** It enlarges an image, and is not in the list of models to generate with. */
  upscale?: true;
};

/** In the order in which they are shown. The setting MODELS replaces them; their labels stay known. */
export const MODELS: readonly OfferedModel[] = [
  { id: "truefusion-pro", label: "Standard", description: "The best balance of speed and detail" },
  { id: "truefusion-edge", label: "Fast preview", description: "A quick 512 px draft, in about a second" },
  { id: "truefusion-2.0", label: "High quality", description: "Slower, with the most detail" },
];

/** Most models in the setting MODELS. */
export const MAX_MODELS = 12;

export const DEFAULT_MODEL: ModelId = "truefusion-pro";

export const ASPECT_RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"] as const;
export type AspectRatio = (typeof ASPECT_RATIOS)[number];

/** Most images of one generation, if its model makes several. */
export const MAX_COUNT = 4;

/** The largest seed that Skytells accepts: 2^31 − 1. */
export const MAX_SEED = 2_147_483_647;
