/** What the first screen says, and what several pages say. */
import { number } from "./format.ts";
import { findOffered, labelOfModel } from "./models.ts";

export const commonText = {
  name: "Image Studio",
  create: "Create",
  gallery: "Gallery",
  skip: "Skip to content",

  headline: "What do you want to see?",
  prompt: "Prompt",
  /** Short enough for one line on a phone. */
  placeholders: [
    "A fox of folded paper",
    "A lighthouse in a storm",
    "Tea for two on the moon",
    "A city grown from coral",
    "Rain on a neon street",
  ],
  generate: "Generate",
  generateCount: (count: number) => `Generate ${number(count)}`,
  models: "Model",
  model: labelOfModel,
  modelDescription: (id: string) => findOffered(id)?.description ?? "",
  ratio: "Aspect ratio",
  options: "Options",
  style: "Style",
  presets: "Presets",
  /** `ratio`: the chosen aspect ratio, where there is one; the button shows it too. */
  optionsSet: (ratio?: string) =>
    ratio ? `Options, some are set, aspect ratio ${ratio}` : "Options, some are set",
  enterSends: "Enter",
  enterBreaks: "Ctrl or ⌘ + Enter",
  clearPrompt: "Clear prompt",
  takeExample: "Press Tab to use the example, ↑ for earlier prompts.",
  recall: "Press ↑ for earlier prompts.",
  tab: "Tab",
  tryOne: "Need an idea? Try one of these.",
  /** In the order of the images in create/examples.tsx. */
  examples: [
    "A lone sailboat on a calm sea at sunset, rose and gold, minimal",
    "Misty pine forest at sunrise, layered paper cut, soft teal light",
    "Northern lights over snowy mountains, long exposure",
    "City skyline at night, full moon, reflected in the water, violet",
  ],

  reload: "Reload",
  draftReplaced: "Your draft was replaced.",
  restoreDraft: "Restore",
  loadFailed: "This part of the studio couldn't be loaded.",

  offline: "You're offline. New prompts will be sent when you reconnect.",
  unreachable: "The studio can't be reached. Check your connection and try again.",
  readyTitle: (count: number) => `(${number(count)}) Ready · `,

  account: "Account and settings",
};
